-- pull: one page of what a project has after a cursor. STABLE, so that all of it is read in the one
-- snapshot of the caller's statement; a volatile function would take a new one for each of its own.
-- The page ends with the row at which `most` history entries are reached. `rows` is a JSON list, in
-- order: [entity, row]. The entries are arrays, one a column; what they tell is text, as it came.
-- `purged` is the highest number of a row that was purged: who had read less than that reconciles in
-- the end.
DROP FUNCTION IF EXISTS tidelog.pull;

CREATE FUNCTION tidelog.pull(
    protocol integer, project uuid, seen_seq bigint, seen_stamp text, after bigint, most integer,
    OUT upto bigint, OUT head bigint, OUT commit_seq bigint, OUT commit_stamp text, OUT purged bigint,
    OUT rows text, OUT entry_entities text[], OUT entry_ids text[], OUT entry_changes text[],
    OUT entry_versions bigint[], OUT entry_at text[], OUT entry_by text[], OUT entry_replicas text[],
    OUT entry_parents text[], OUT entry_bodies text[]
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM tidelog.expect_project(protocol, project);
    PERFORM tidelog.expect_seen(project, seen_seq, seen_stamp);
    SELECT p.head_seq, p.purged_seq INTO head, purged FROM tidelog.projects p WHERE p.id = project;
    IF after >= head THEN
        upto := head;
    ELSE
        SELECT max(y.seq) INTO upto FROM (
            SELECT h.seq FROM tidelog.history h
            WHERE h.project_id = project AND h.seq > after AND h.seq > 0
            ORDER BY h.project_id, h.seq LIMIT greatest(most, 1)
        ) y;
        -- A purge takes a number and leaves no entry: the last page ends behind it.
        IF NOT EXISTS (
            SELECT FROM tidelog.history h
            WHERE h.project_id = project AND h.seq > coalesce(upto, after) AND h.seq > 0
        ) THEN
            upto := head;
        END IF;
    END IF;
    -- The newest commit there is: what a page leaves out, because it moved further on, is known only
    -- to a hub that still has all of them.
    SELECT p.head_seq, p.last_stamp INTO commit_seq, commit_stamp FROM tidelog.projects p
    WHERE p.id = project AND p.head_seq > 0;
    SELECT '[' || string_agg(r.told, ',' ORDER BY r.seq) || ']' INTO rows
    FROM tidelog.rows_between(project, after, upto) r;
    SELECT array_agg(e.entity), array_agg(e.entity_id::text), array_agg(e.change_id::text),
        array_agg(e.version), array_agg(tidelog.moment(e.changed_at)), array_agg(e.changed_by),
        array_agg(e.replica_id), array_agg(array_to_json(e.parents)::text), array_agg(e.changes::text)
    INTO entry_entities, entry_ids, entry_changes, entry_versions, entry_at, entry_by, entry_replicas,
        entry_parents, entry_bodies
    FROM (
        SELECT h.* FROM tidelog.history h
        WHERE h.project_id = project AND h.seq > after AND h.seq <= upto AND h.seq > 0
        ORDER BY h.project_id, h.seq, h.ord
    ) e;
END
$$;

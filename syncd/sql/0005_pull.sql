-- pull: one page of what a project has after a cursor. STABLE, so that all of it is read in the one
-- snapshot of the caller's statement; a volatile function would take a new one for each of its own.
-- The page ends with the row at which `most` history entries are reached. `rows` and `entries` are JSON
-- lists, in order: [entity, row] and entry.
CREATE FUNCTION tidelog.pull(
    protocol integer, project uuid, seen_seq bigint, seen_stamp text, after bigint, most integer,
    OUT upto bigint, OUT head bigint, OUT commit_seq bigint, OUT commit_stamp text,
    OUT rows text, OUT entries text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM tidelog.expect_project(protocol, project);
    PERFORM tidelog.expect_seen(project, seen_seq, seen_stamp);
    SELECT p.head_seq INTO head FROM tidelog.projects p WHERE p.id = project;
    IF after >= head THEN
        upto := head;
    ELSE
        SELECT max(y.seq) INTO upto FROM (
            SELECT h.seq FROM tidelog.history h
            WHERE h.project_id = project AND h.seq > after AND h.seq > 0
            ORDER BY h.project_id, h.seq LIMIT greatest(most, 1)
        ) y;
        upto := coalesce(upto, head);
    END IF;
    -- The newest commit there is: what a page leaves out, because it moved further on, is known only
    -- to a hub that still has all of them.
    SELECT p.head_seq, p.last_stamp INTO commit_seq, commit_stamp FROM tidelog.projects p
    WHERE p.id = project AND p.head_seq > 0;
    SELECT '[' || string_agg(r.told, ',' ORDER BY r.seq) || ']' INTO rows
    FROM tidelog.rows_between(project, after, upto) r;
    SELECT '[' || string_agg(e.told, ',' ORDER BY e.seq, e.ord) || ']' INTO entries FROM (
        SELECT h.seq, h.ord, row_to_json(x)::text AS told
        FROM tidelog.history h CROSS JOIN LATERAL (
            SELECT h.entity, h.entity_id AS id, h.change_id, h.version,
                tidelog.moment(h.changed_at) AS changed_at, h.changed_by, h.replica_id,
                h.parents, h.changes
        ) x
        WHERE h.project_id = project AND h.seq > after AND h.seq <= upto AND h.seq > 0
    ) e;
END
$$;

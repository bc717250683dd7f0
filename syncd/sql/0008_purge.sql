-- Old tombstones leave the hub; their history stays.

-- The highest number of a row that was purged, and when the project was last gone through.
ALTER TABLE tidelog.projects
    ADD COLUMN purged_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN purged_at timestamptz;

CREATE INDEX work_items_deleted ON tidelog.work_items (project_id, seq) WHERE deleted_at IS NOT NULL;
CREATE INDEX dependencies_deleted ON tidelog.dependencies (project_id, seq)
    WHERE deleted_at IS NOT NULL;

-- Deletes the rows of a project's tombstones that were accepted longer than `kept` ago, that every
-- replica seen within `live` has read, and that no other row needs: none hangs below, no edge names
-- it, no open conflict is about it. Returns how many. For the owner, with whatever intervals; both are
-- counted on the hub's own clock. Replicas that have not read as far reconcile.
-- A purge takes a number and leaves a commit, as a push does: pages leave out what it deleted, so who
-- has read them must notice a hub that was set back behind it.
CREATE FUNCTION tidelog.purge(project uuid, kept interval, live interval) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '20s'
AS $$
#variable_conflict use_column
DECLARE
    before text;
    disputed uuid[];
    upto bigint;
    gone bigint[];
    gone_seqs bigint[] := '{}';
BEGIN
    SELECT p.last_stamp INTO before FROM tidelog.projects p WHERE p.id = project FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'TL003', MESSAGE = 'this hub has no such project';
    END IF;
    SELECT coalesce(max(c.seq), 0) INTO upto FROM tidelog.commits c
    WHERE c.project_id = project AND c.made_at <= now() - kept;
    -- least() passes over the null of a project whose replicas are all long gone.
    SELECT least(upto, min(r.cursor)) INTO upto FROM tidelog.replicas r
    WHERE r.project_id = project AND r.last_seen_at > now() - live;
    disputed := ARRAY(
        SELECT c.entity_id FROM tidelog.conflicts c
        WHERE c.project_id = project AND c.status = 'open'
    );
    WITH deleted AS (
        DELETE FROM tidelog.dependencies t
        WHERE t.project_id = project AND t.deleted_at IS NOT NULL AND t.seq <= upto
            AND t.id <> ALL (disputed)
        RETURNING t.seq
    )
    SELECT coalesce(array_agg(d.seq), '{}') INTO gone_seqs FROM deleted d;
    LOOP
        -- From the leaves up: what hung below is gone with the pass before.
        WITH deleted AS (
            DELETE FROM tidelog.work_items t
            WHERE t.project_id = project AND t.deleted_at IS NOT NULL AND t.seq <= upto
                AND t.id <> ALL (disputed)
                AND NOT EXISTS (
                    SELECT FROM tidelog.work_items k WHERE k.project_id = project AND k.parent_id = t.id
                )
                AND NOT EXISTS (
                    SELECT FROM tidelog.dependencies d
                    WHERE d.project_id = project AND d.source_id = t.id
                )
                AND NOT EXISTS (
                    SELECT FROM tidelog.dependencies d
                    WHERE d.project_id = project AND d.target_id = t.id
                )
            RETURNING t.seq
        )
        SELECT array_agg(d.seq) INTO gone FROM deleted d;
        EXIT WHEN gone IS NULL;
        gone_seqs := gone_seqs || gone;
    END LOOP;
    UPDATE tidelog.projects p SET purged_at = now() WHERE p.id = project;
    IF cardinality(gone_seqs) > 0 THEN
        UPDATE tidelog.projects p SET
            head_seq = p.head_seq + 1,
            last_stamp = encode(sha256(convert_to(
                before || ':purged:' || array_to_string(gone_seqs, ','), 'UTF8'
            )), 'hex'),
            purged_seq = greatest(p.purged_seq, (SELECT max(g.seq) FROM unnest(gone_seqs) AS g (seq)))
        WHERE p.id = project;
        INSERT INTO tidelog.commits (project_id, seq, stamp, replica_id)
        SELECT p.id, p.head_seq, p.last_stamp, 'purge' FROM tidelog.projects p WHERE p.id = project;
    END IF;
    RETURN cardinality(gone_seqs);
END
$$;

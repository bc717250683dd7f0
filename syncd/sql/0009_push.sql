-- push: one batch of rows from one replica, in one transaction.

DROP FUNCTION IF EXISTS tidelog.push, tidelog.record, tidelog.broken_rules;

-- Which of the rows `chosen`, as they now stand in their tables, break a rule, and the first rule that
-- each breaks. `known`, `old_parents`, `old_dead`, `old_keys`: whether the hub had the row before this
-- push, and its parent, whether it was deleted, and its name key then.
-- The joins to tables are lateral and fenced (OFFSET 0), so that they are looked up by key whatever the
-- planner believes about sizes; those between what is in memory hash, because nested loops are off.
CREATE FUNCTION tidelog.broken_rules(
    project uuid, chosen integer[], entities text[], ids uuid[],
    known boolean[], old_parents uuid[], old_dead boolean[], old_keys text[]
) RETURNS TABLE (i integer, reason text)
LANGUAGE plpgsql STABLE SET enable_nestloop = off
AS $$
DECLARE
    present text[] := ARRAY(SELECT DISTINCT entities[c.i] FROM unnest(chosen) AS c (i));
BEGIN
    IF 'work_item' = ANY (present) THEN
        RETURN QUERY
        WITH RECURSIVE placed AS MATERIALIZED (
            SELECT c.i, w.id, w.parent_id, w.dead, known[c.i] AS was, old_dead[c.i] AS was_dead,
                w.parent_id IS NOT NULL
                    AND (NOT known[c.i] OR w.parent_id IS DISTINCT FROM old_parents[c.i]) AS moved
            FROM unnest(chosen) AS c (i)
            CROSS JOIN LATERAL (
                SELECT t.id, t.parent_id, t.deleted_at IS NOT NULL AS dead
                FROM tidelog.work_items t WHERE t.project_id = project AND t.id = ids[c.i]
                OFFSET 0
            ) w
            WHERE entities[c.i] = 'work_item'
        ),
        up (start, node, level) AS (
            SELECT DISTINCT p.parent_id, p.parent_id, 1 FROM placed p WHERE p.moved
            UNION ALL
            SELECT u.start, w.parent_id, u.level + 1
            FROM up u
            CROSS JOIN LATERAL (
                SELECT t.parent_id FROM tidelog.work_items t
                WHERE t.project_id = project AND t.id = u.node
                OFFSET 0
            ) w
            WHERE w.parent_id IS NOT NULL AND u.level < 64
        ),
        above AS (SELECT u.start, max(u.level) AS levels FROM up u GROUP BY u.start),
        -- A row that is new has nothing below it but rows that are new too, each judged for itself.
        down (top, node, level) AS (
            SELECT p.id, p.id, 0 FROM placed p WHERE p.moved AND p.was
            UNION ALL
            SELECT d.top, w.id, d.level + 1
            FROM down d
            CROSS JOIN LATERAL (
                SELECT t.id FROM tidelog.work_items t
                WHERE t.project_id = project AND t.parent_id = d.node
                OFFSET 0
            ) w
            WHERE d.level < 6
        ),
        below AS (SELECT d.top, max(d.level) AS levels FROM down d GROUP BY d.top)
        SELECT told.i, told.reason
        FROM (
            SELECT p.i, CASE
                WHEN (p.moved OR (p.was_dead AND NOT p.dead)) AND p.parent_id IS NOT NULL
                    AND parent.dead IS NULL THEN 'parent_missing'
                WHEN (p.moved OR p.was_dead) AND NOT p.dead AND parent.dead THEN 'parent_deleted'
                WHEN p.moved AND above.levels = 64 THEN 'cycle'
                WHEN p.moved AND above.levels + coalesce(below.levels, 0) > 5 THEN 'too_deep'
                WHEN p.was AND NOT p.was_dead AND p.dead AND EXISTS (
                    SELECT FROM tidelog.work_items k
                    WHERE k.project_id = project AND k.parent_id = p.id AND k.deleted_at IS NULL
                ) THEN 'live_children'
            END AS reason
            FROM placed p
            LEFT JOIN above ON p.moved AND above.start = p.parent_id
            LEFT JOIN below ON below.top = p.id
            LEFT JOIN LATERAL (
                SELECT t.deleted_at IS NOT NULL AS dead FROM tidelog.work_items t
                WHERE t.project_id = project AND t.id = p.parent_id
                OFFSET 0
            ) parent ON true
        ) told
        WHERE told.reason IS NOT NULL;
    END IF;
    IF 'dependency' = ANY (present) THEN
        RETURN QUERY
        WITH RECURSIVE drawn AS MATERIALIZED (
            SELECT c.i, e.source_id, e.target_id
            FROM unnest(chosen) AS c (i)
            CROSS JOIN LATERAL (
                SELECT d.source_id, d.target_id FROM tidelog.dependencies d
                WHERE d.project_id = project AND d.id = ids[c.i]
                    AND d.dependency_type = 'blocks' AND d.deleted_at IS NULL
                OFFSET 0
            ) e
            WHERE entities[c.i] = 'dependency' AND (NOT known[c.i] OR old_dead[c.i])
                -- An edge with nothing before its source or nothing behind its target closes nothing.
                AND (e.source_id = e.target_id OR (
                    EXISTS (
                        SELECT FROM tidelog.dependencies d
                        WHERE d.project_id = project AND d.target_id = e.source_id
                            AND d.dependency_type = 'blocks' AND d.deleted_at IS NULL
                    ) AND EXISTS (
                        SELECT FROM tidelog.dependencies d
                        WHERE d.project_id = project AND d.source_id = e.target_id
                            AND d.dependency_type = 'blocks' AND d.deleted_at IS NULL
                    )
                ))
        ),
        reached (start, node) AS (
            SELECT DISTINCT n.target_id, n.target_id FROM drawn n
            UNION
            SELECT r.start, e.target_id
            FROM reached r
            CROSS JOIN LATERAL (
                SELECT d.target_id FROM tidelog.dependencies d
                WHERE d.project_id = project AND d.source_id = r.node
                    AND d.dependency_type = 'blocks' AND d.deleted_at IS NULL
                OFFSET 0
            ) e
        )
        SELECT n.i, 'blocker_cycle'
        FROM drawn n JOIN reached r ON r.start = n.target_id AND r.node = n.source_id;
    END IF;
    IF 'vendor' = ANY (present) THEN
        RETURN QUERY
        SELECT c.i, 'name_taken'
        FROM unnest(chosen) AS c (i)
        CROSS JOIN LATERAL (
            SELECT v.id, v.name_key FROM tidelog.vendors v
            WHERE v.project_id = project AND v.id = ids[c.i]
            OFFSET 0
        ) w
        WHERE entities[c.i] = 'vendor' AND w.name_key IS DISTINCT FROM old_keys[c.i] AND EXISTS (
            SELECT FROM tidelog.vendors v
            WHERE v.project_id = project AND v.name_key = w.name_key AND v.id <> w.id
        );
    END IF;
END
$$;

-- Arrays of one length describe the rows, by their place in the batch (from 1); the entry_… arrays the
-- history entries, of which entry_rows says whose they are. A new row has a null base. The answer's
-- arrays hold a verdict for each row. Every table look-up is by key: sequential scans are off, and the
-- plans are kept, so that a small push does not pay for planning.
CREATE FUNCTION tidelog.push(
    protocol integer, project uuid, replica text, seen_seq bigint, seen_stamp text, has_read bigint,
    entities text[], ids uuid[], change_ids uuid[], bases uuid[], versions bigint[],
    created_at text[], created_by text[], updated_at text[], updated_by text[], fields json[],
    entry_rows integer[], entry_changes uuid[], entry_versions bigint[], entry_at text[],
    entry_by text[], entry_replicas text[], entry_parents text[], entry_bodies json[],
    notify boolean,
    OUT kinds text[], OUT reasons text[], OUT currents text[],
    OUT previous_head bigint, OUT head bigint, OUT stamp text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
SET lock_timeout = '20s' SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    known boolean[];
    old_parents uuid[];
    old_dead boolean[];
    old_keys text[];
    chosen integer[];
    seqs bigint[];
    left_over integer[];
    progress boolean;
    place integer;
    broken text;
    purged bigint;
BEGIN
    PERFORM tidelog.expect_project(protocol, project);
    -- The project's row first, whatever else: pushes to one project stand in line here, so that the
    -- order of sequence numbers is the order of commits, and no two can wait for one another.
    SELECT p.head_seq, p.last_stamp, p.purged_seq INTO previous_head, push.stamp, purged
    FROM tidelog.projects p WHERE p.id = project FOR NO KEY UPDATE;
    PERFORM tidelog.expect_seen(project, seen_seq, seen_stamp);
    head := previous_head;
    IF (SELECT count(*) <> count(DISTINCT (u.entity, u.id)) FROM unnest(entities, ids) AS u (entity, id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'TL005', MESSAGE = 'the same row stands twice in this batch';
    END IF;

    SELECT array_agg(j.kind ORDER BY j.i), array_agg(j.current::text ORDER BY j.i),
        array_agg(j.was ORDER BY j.i), array_agg(j.parent_id ORDER BY j.i),
        array_agg(j.dead ORDER BY j.i), array_agg(j.name_key ORDER BY j.i),
        coalesce(array_agg(j.i ORDER BY j.i) FILTER (WHERE j.kind = 'accepted'), '{}')
    INTO kinds, currents, known, old_parents, old_dead, old_keys, chosen
    FROM (
        SELECT u.i::integer AS i, h.parent_id, h.dead, h.name_key, h.change_id AS current,
            h.change_id IS NOT NULL AS was,
            CASE
                WHEN u.entity NOT IN (SELECT e.entity FROM tidelog.entities e) THEN 'rejected'
                WHEN EXISTS (
                    SELECT FROM tidelog.history y
                    WHERE y.project_id = project AND y.change_id = change_ids[u.i]
                ) THEN 'already'
                -- Rows went that this replica may have, or have known: it has to read of that first.
                WHEN has_read < purged THEN 'moved_on'
                WHEN h.change_id IS NOT DISTINCT FROM bases[u.i] THEN 'accepted'
                ELSE 'moved_on'
            END AS kind
        FROM unnest(entities, ids) WITH ORDINALITY AS u (entity, id, i)
        LEFT JOIN LATERAL (
            SELECT t.change_id, t.parent_id, t.deleted_at IS NOT NULL AS dead, NULL AS name_key
            FROM tidelog.work_items t
            WHERE u.entity = 'work_item' AND t.project_id = project AND t.id = u.id
            UNION ALL
            SELECT t.change_id, NULL, t.deleted_at IS NOT NULL, NULL FROM tidelog.dependencies t
            WHERE u.entity = 'dependency' AND t.project_id = project AND t.id = u.id
            UNION ALL
            SELECT t.change_id, NULL, false, t.name_key FROM tidelog.vendors t
            WHERE u.entity = 'vendor' AND t.project_id = project AND t.id = u.id
            UNION ALL
            SELECT t.change_id, NULL, false, NULL FROM tidelog.deployments t
            WHERE u.entity = 'deployment' AND t.project_id = project AND t.id = u.id
            UNION ALL
            SELECT t.change_id, NULL, false, NULL FROM tidelog.configuration t
            WHERE u.entity = 'configuration' AND t.project_id = project AND t.id = u.id
            UNION ALL
            SELECT t.change_id, NULL, false, NULL FROM tidelog.enhancements t
            WHERE u.entity = 'enhancement' AND t.project_id = project AND t.id = u.id
            UNION ALL
            SELECT t.change_id, NULL, false, NULL FROM tidelog.conflicts t
            WHERE u.entity = 'conflict' AND t.project_id = project AND t.id = u.id
            OFFSET 0
        ) h ON true
    ) j;
    SELECT array_agg(CASE k.kind WHEN 'rejected' THEN 'unknown_entity' ELSE '' END ORDER BY k.i)
    INTO reasons FROM unnest(kinds) WITH ORDINALITY AS k (kind, i);

    seqs := ARRAY(SELECT previous_head + g FROM generate_series(1, cardinality(chosen)) g);
    BEGIN
        PERFORM tidelog.lay(
            project, chosen, seqs, entities, ids, change_ids, versions,
            created_at, created_by, updated_at, updated_by, fields
        );
        IF EXISTS (
            SELECT FROM tidelog.broken_rules(
                project, chosen, entities, ids, known, old_parents, old_dead, old_keys
            )
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'TL900';
        END IF;
    EXCEPTION WHEN SQLSTATE 'TL900' THEN
        -- Some rule breaks: try row by row, in passes, until one takes nothing more. The tries are
        -- undone as a whole, and what they took is laid once more with its numbers.
        BEGIN
            left_over := chosen;
            LOOP
                progress := false;
                FOREACH place IN ARRAY left_over LOOP
                    BEGIN
                        PERFORM tidelog.lay(
                            project, ARRAY[place], ARRAY[0::bigint], entities, ids, change_ids, versions,
                            created_at, created_by, updated_at, updated_by, fields
                        );
                        SELECT b.reason INTO broken FROM tidelog.broken_rules(
                            project, ARRAY[place], entities, ids, known, old_parents,
                            old_dead, old_keys
                        ) b;
                        IF FOUND THEN
                            RAISE EXCEPTION USING ERRCODE = 'TL900';
                        END IF;
                        kinds[place] := 'accepted';
                        reasons[place] := '';
                        left_over := array_remove(left_over, place);
                        progress := true;
                    EXCEPTION WHEN SQLSTATE 'TL900' THEN
                        kinds[place] := 'rejected';
                        reasons[place] := broken;
                    END;
                END LOOP;
                EXIT WHEN NOT progress OR cardinality(left_over) = 0;
            END LOOP;
            RAISE EXCEPTION USING ERRCODE = 'TL901';
        EXCEPTION WHEN SQLSTATE 'TL901' THEN
            chosen := ARRAY(
                SELECT k.i::integer FROM unnest(kinds) WITH ORDINALITY AS k (kind, i)
                WHERE k.kind = 'accepted' ORDER BY k.i
            );
            seqs := seqs[1:cardinality(chosen)];
            PERFORM tidelog.lay(
                project, chosen, seqs, entities, ids, change_ids, versions,
                created_at, created_by, updated_at, updated_by, fields
            );
        END;
    END;
    currents := ARRAY(
        SELECT CASE WHEN k.kind IN ('already', 'moved_on') THEN currents[k.i] END
        FROM unnest(kinds) WITH ORDINALITY AS k (kind, i) ORDER BY k.i
    );

    IF cardinality(chosen) > 0 THEN
        head := previous_head + cardinality(chosen);
        PERFORM tidelog.record(
            project, chosen, seqs, entities, ids, change_ids,
            entry_rows, entry_changes, entry_versions, entry_at, entry_by,
            entry_replicas, entry_parents, entry_bodies
        );
        SELECT encode(sha256(convert_to(
            coalesce(push.stamp, '') || ':' || string_agg(change_ids[c.i]::text, ',' ORDER BY c.i), 'UTF8'
        )), 'hex') INTO push.stamp FROM unnest(chosen) AS c (i);
        INSERT INTO tidelog.commits (project_id, seq, stamp, replica_id)
        VALUES (project, head, push.stamp, replica);
        UPDATE tidelog.projects p SET head_seq = head, last_stamp = push.stamp WHERE p.id = project;
        IF notify THEN
            PERFORM pg_notify('tidelog', project || ':' || head);
        END IF;
    END IF;
    UPDATE tidelog.replicas r SET
        last_seen_at = now(), cursor = CASE has_read WHEN previous_head THEN head ELSE has_read END
    WHERE r.project_id = project AND r.replica_id = replica;
END
$$;

-- The history entries of the rows `chosen`, each with its row's number; one that is there already stays.
CREATE FUNCTION tidelog.record(
    project uuid, chosen integer[], seqs bigint[], entities text[], ids uuid[], change_ids uuid[],
    entry_rows integer[], entry_changes uuid[], entry_versions bigint[], entry_at text[],
    entry_by text[], entry_replicas text[], entry_parents text[], entry_bodies json[]
) RETURNS void LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    seq_of bigint[] := array_fill(0::bigint, ARRAY[cardinality(ids)]);
    n integer;
BEGIN
    FOR n IN 1 .. cardinality(chosen) LOOP
        seq_of[chosen[n]] := seqs[n];
    END LOOP;
    -- A reader pages by entries: a row without the entry of its change would never be seen.
    IF EXISTS (
        SELECT change_ids[c.i] FROM unnest(chosen) AS c (i)
        EXCEPT
        SELECT e.change_id FROM unnest(entry_changes) AS e (change_id)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'TL005',
            MESSAGE = 'a row came without the history entry of its change';
    END IF;
    INSERT INTO tidelog.history AS y (
        project_id, change_id, seq, ord, entity, entity_id, version, changed_at, changed_by,
        replica_id, parents, changes
    )
    SELECT project, entry_changes[e.n], seq_of[e.i], e.n, entities[e.i], ids[e.i], entry_versions[e.n],
        entry_at[e.n]::timestamptz, entry_by[e.n], entry_replicas[e.n], entry_parents[e.n]::uuid[],
        entry_bodies[e.n]
    FROM unnest(entry_rows) WITH ORDINALITY AS e (i, n)
    WHERE seq_of[e.i] > 0
    ORDER BY e.n
    ON CONFLICT (project_id, change_id) DO NOTHING;
END
$$;

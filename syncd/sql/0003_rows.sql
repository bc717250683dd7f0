-- What is the same for every entity is written once, from the columns of their tables.

CREATE VIEW tidelog.entities AS
SELECT * FROM (VALUES
    ('work_item', 'work_items'),
    ('dependency', 'dependencies'),
    ('vendor', 'vendors'),
    ('deployment', 'deployments'),
    ('configuration', 'configuration'),
    ('enhancement', 'enhancements'),
    ('conflict', 'conflicts')
) AS e (entity, relation);

-- The columns of an entity's table that are fields of its own, in order.
CREATE FUNCTION tidelog.own_columns(relation text) RETURNS text[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = format('tidelog.%I', relation)::regclass
        AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attname <> ALL (ARRAY[
            'project_id', 'id', 'extra', 'version', 'change_id',
            'created_at', 'created_by', 'updated_at', 'updated_by', 'seq'
        ]::name[])
$$;

-- `extra` with the unknown ones among `fields` laid over it; a null takes a field away.
CREATE FUNCTION tidelog.with_strange(extra json, fields json, known text[]) RETURNS json
LANGUAGE sql IMMUTABLE
AS $$
    SELECT json_object_agg(merged.key, merged.value)
    FROM (
        SELECT old.key, old.value FROM json_each(extra) old
        WHERE old.key NOT IN (SELECT json_object_keys(fields))
        UNION ALL
        SELECT new.key, new.value FROM json_each(fields) new
        WHERE new.key <> ALL (known) AND json_typeof(new.value) <> 'null'
    ) merged
$$;

-- A moment as the replicas write it. STABLE, as to_char is, so that the planner can put it in line.
CREATE FUNCTION tidelog.moment(moment timestamptz) RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- Columns in a list for SQL, each in the form of `shape`.
CREATE FUNCTION tidelog.listed(columns text[], shape text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT string_agg(format(shape, c.name), ', ' ORDER BY c.n)
    FROM unnest(columns) WITH ORDINALITY AS c (name, n)
$$;

-- Makes the two functions that know every column:
-- lay(…): the rows `chosen` of a batch, laid over what the hub has, numbered `seqs`.
-- rows_between(project, after, upto): the rows changed in between as JSON texts [entity, row].
-- To be called again after a column was added.
CREATE FUNCTION tidelog.weave() RETURNS void LANGUAGE plpgsql
AS $weave$
DECLARE
    entity text;
    relation text;
    own text[];
    inserts text := '';
    selects text := '';
BEGIN
    FOR entity, relation IN SELECT e.entity, e.relation FROM tidelog.entities e LOOP
        own := tidelog.own_columns(relation);
        inserts := inserts || format(
            $insert$
    IF %1$L = ANY (present) THEN
        INSERT INTO tidelog.%2$I (
            project_id, id, %3$s, extra, version, change_id,
            created_at, created_by, updated_at, updated_by, seq
        )
        SELECT project, ids[n.i], %4$s,
            CASE
                WHEN EXISTS (SELECT FROM json_object_keys(n.told) k WHERE k <> ALL (%5$L::text[]))
                THEN tidelog.with_strange(n.extra, n.told, %5$L::text[])
                ELSE n.extra
            END,
            versions[n.i], change_ids[n.i],
            created_at[n.i]::timestamptz, created_by[n.i],
            updated_at[n.i]::timestamptz, updated_by[n.i], n.seq
        FROM (
            SELECT c.i, c.seq, f.told, o.extra, json_populate_record(o.old, f.told) AS new
            FROM unnest(chosen, seqs) AS c (i, seq)
            CROSS JOIN LATERAL (SELECT fields[c.i] AS told OFFSET 0) f
            LEFT JOIN LATERAL (
                SELECT h AS old, h.extra FROM tidelog.%2$I h
                WHERE h.project_id = project AND h.id = ids[c.i]
                OFFSET 0
            ) o ON true
            WHERE entities[c.i] = %1$L
            OFFSET 0
        ) n
        ON CONFLICT (project_id, id) DO UPDATE SET (
            %3$s, extra, version, change_id, created_at, created_by, updated_at, updated_by, seq
        ) = ROW (
            %6$s, excluded.extra, excluded.version, excluded.change_id, excluded.created_at,
            excluded.created_by, excluded.updated_at, excluded.updated_by, excluded.seq
        );
    END IF;
$insert$,
            entity, relation,
            tidelog.listed(own, '%I'), tidelog.listed(own, '(n.new).%I'), own,
            tidelog.listed(own, 'excluded.%I')
        );
        selects := selects || CASE selects WHEN '' THEN '' ELSE E'\n    UNION ALL' END || format(
            $select$
    SELECT t.seq, '[%1$s,' || row_to_json(x)::text || ']'
    FROM tidelog.%2$I t CROSS JOIN LATERAL (SELECT %3$s) x
    WHERE t.project_id = $1 AND t.seq > $2 AND t.seq <= $3 AND t.seq > 0$select$,
            to_json(entity), relation,
            (
                SELECT string_agg(
                    CASE
                        WHEN a.atttypid = 'timestamptz'::regtype
                        THEN format('tidelog.moment(t.%1$I) AS %1$I', a.attname)
                        ELSE format('t.%1$I', a.attname)
                    END, ', ' ORDER BY a.attnum
                )
                FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = format('tidelog.%I', relation)::regclass
                    AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attname <> ALL (ARRAY['project_id', 'seq', 'name_key']::name[])
            )
        );
    END LOOP;
    EXECUTE format(
        $lay$
CREATE OR REPLACE FUNCTION tidelog.lay(
    project uuid, chosen integer[], seqs bigint[],
    entities text[], ids uuid[], change_ids uuid[], versions bigint[],
    created_at text[], created_by text[], updated_at text[], updated_by text[], fields json[]
) RETURNS void LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
    present text[] := ARRAY(SELECT DISTINCT entities[c.i] FROM unnest(chosen) AS c (i));
BEGIN%s
END
$body$
$lay$, inserts);
    EXECUTE format(
        $between$
CREATE OR REPLACE FUNCTION tidelog.rows_between(project uuid, after bigint, upto bigint)
RETURNS TABLE (seq bigint, told text) LANGUAGE plpgsql STABLE
AS $body$
BEGIN
    RETURN QUERY%s;
END
$body$
$between$, selects);
END
$weave$;

SELECT tidelog.weave();

-- Opening projects, and who takes part.

-- The project with that id, or else with that name, or else a new one (with that id, if one is given).
CREATE FUNCTION tidelog.open_project(protocol integer, project uuid, name text, name_key text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    found uuid;
BEGIN
    PERFORM tidelog.expect_protocol(protocol);
    LOOP
        SELECT p.id INTO found FROM tidelog.projects p
        WHERE p.id = project OR p.name_key = open_project.name_key
        ORDER BY (p.id = project) IS TRUE DESC LIMIT 1;
        IF found IS NOT NULL THEN
            PERFORM tidelog.expect_project(protocol, found);
            RETURN found;
        END IF;
        IF NOT tidelog.may_create() THEN
            RAISE EXCEPTION USING ERRCODE = 'TL004',
                MESSAGE = format('role %I may not open new projects on this hub', session_user);
        END IF;
        INSERT INTO tidelog.projects (id, name, name_key)
        VALUES (coalesce(project, gen_random_uuid()), open_project.name, open_project.name_key)
        ON CONFLICT DO NOTHING RETURNING id INTO found;
        IF found IS NOT NULL THEN
            INSERT INTO tidelog.grants (project_id, role_name) VALUES (found, session_user)
            ON CONFLICT DO NOTHING;
            RETURN found;
        END IF;
        -- Somebody opened it at the same moment: look again.
    END LOOP;
END
$$;

CREATE FUNCTION tidelog.replica_names(protocol integer, project uuid)
RETURNS TABLE (replica_id text, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tidelog.expect_project(protocol, project);
    RETURN QUERY SELECT r.replica_id, r.name FROM tidelog.replicas r WHERE r.project_id = project;
END
$$;

-- What a project holds: its name, its last number, how many rows and history entries, how many replicas.
CREATE FUNCTION tidelog.status(
    protocol integer, project uuid,
    OUT name text, OUT head bigint, OUT rows bigint, OUT entries bigint, OUT replicas bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    relation text;
    counted bigint;
BEGIN
    PERFORM tidelog.expect_project(protocol, project);
    SELECT p.name, p.head_seq INTO status.name, head FROM tidelog.projects p WHERE p.id = project;
    rows := 0;
    FOR relation IN SELECT e.relation FROM tidelog.entities e LOOP
        EXECUTE format('SELECT count(*) FROM tidelog.%I WHERE project_id = $1', relation)
        INTO counted USING project;
        rows := rows + counted;
    END LOOP;
    SELECT count(*) INTO entries FROM tidelog.history h WHERE h.project_id = project;
    SELECT count(*) INTO status.replicas FROM tidelog.replicas r WHERE r.project_id = project;
END
$$;

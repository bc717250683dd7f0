-- Who may do what. Every function that a client may call runs with its owner's rights and asks here
-- first; the role that logged in (session_user) is the one that counts.
-- SQLSTATE TL001: another protocol. TL002: the hub went back. TL003: no such project. TL004: not
-- granted. TL005: a batch that cannot be.

-- Whether the caller is the hub's owner, a member of it, or a superuser. Runs as the owner.
CREATE FUNCTION tidelog.owns() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT pg_has_role(session_user, current_user, 'MEMBER') $$;

-- The projects that the caller is granted, by name or as a member of a group.
CREATE FUNCTION tidelog.granted_projects() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.id FROM tidelog.projects p WHERE pg_has_role(session_user, current_user, 'MEMBER')
    UNION
    SELECT g.project_id
    FROM tidelog.grants g JOIN pg_roles r ON r.rolname = g.role_name
    WHERE pg_has_role(session_user, r.oid, 'MEMBER')
$$;

CREATE FUNCTION tidelog.may_create() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_has_role(session_user, current_user, 'MEMBER') OR EXISTS (
        SELECT FROM tidelog.creators c JOIN pg_roles r ON r.rolname = c.role_name
        WHERE pg_has_role(session_user, r.oid, 'MEMBER')
    )
$$;

CREATE FUNCTION tidelog.expect_protocol(protocol integer) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF protocol IS DISTINCT FROM 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'TL001',
            MESSAGE = format('this hub speaks protocol 1, not %s', protocol);
    END IF;
END
$$;

-- Raises unless the caller speaks our protocol and may use the project. An unknown project is told
-- apart from one that is not granted only to those who may open projects.
CREATE FUNCTION tidelog.expect_project(protocol integer, project uuid) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    PERFORM tidelog.expect_protocol(protocol);
    IF tidelog.owns() OR project IN (SELECT tidelog.granted_projects()) THEN
        IF EXISTS (SELECT FROM tidelog.projects p WHERE p.id = project) THEN
            RETURN;
        END IF;
    ELSIF EXISTS (SELECT FROM tidelog.projects p WHERE p.id = project)
        OR NOT tidelog.may_create() THEN
        RAISE EXCEPTION USING ERRCODE = 'TL004',
            MESSAGE = format('role %I is not granted this project', session_user);
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'TL003', MESSAGE = 'this hub has no such project';
END
$$;

-- Raises when the hub does not know the newest commit that the caller has seen.
CREATE FUNCTION tidelog.expect_seen(project uuid, seen_seq bigint, seen_stamp text) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF seen_seq IS NOT NULL AND NOT EXISTS (
        SELECT FROM tidelog.commits c
        WHERE c.project_id = project AND c.seq = seen_seq AND c.stamp = seen_stamp
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'TL002',
            MESSAGE = format('this hub has no commit %s with that stamp', seen_seq);
    END IF;
END
$$;

-- Lets a role use a project; with `reading`, also read its rows with a SQL client. For the owner.
CREATE FUNCTION tidelog.grant_project(project uuid, role_name text, reading boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tidelog.projects p WHERE p.id = project) THEN
        RAISE EXCEPTION USING ERRCODE = 'TL003', MESSAGE = 'this hub has no such project';
    END IF;
    -- Fails with a clear word when there is no such role.
    EXECUTE format('GRANT USAGE ON SCHEMA tidelog TO %I', role_name);
    IF reading THEN
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA tidelog TO %I', role_name);
    END IF;
    INSERT INTO tidelog.grants AS g (project_id, role_name) VALUES (project, role_name)
    ON CONFLICT DO NOTHING;
END
$$;

-- Lets a role open new projects, which are then granted to it. For the owner.
CREATE FUNCTION tidelog.grant_create(role_name text) RETURNS void LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA tidelog TO %I', role_name);
    INSERT INTO tidelog.creators AS c (role_name) VALUES (role_name) ON CONFLICT DO NOTHING;
END
$$;

-- Row-level security on every table: whoever is given SELECT sees granted projects only. The owner,
-- as whom the functions run, is not bound by it.
DO $$
DECLARE
    relation name;
BEGIN
    FOR relation IN SELECT tablename FROM pg_tables WHERE schemaname = 'tidelog' LOOP
        EXECUTE format('ALTER TABLE tidelog.%I ENABLE ROW LEVEL SECURITY', relation);
        IF relation NOT IN ('applied', 'creators') THEN
            EXECUTE format(
                'CREATE POLICY granted ON tidelog.%I FOR SELECT
                 USING (%I IN (SELECT tidelog.granted_projects()))',
                relation, CASE relation WHEN 'projects' THEN 'id' ELSE 'project_id' END
            );
        END IF;
    END LOOP;
END
$$;

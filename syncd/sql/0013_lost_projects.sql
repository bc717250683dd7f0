-- A project whose row somebody deleted is not opened again beside the commits that are left of it:
-- its numbers would begin anew, and replicas that have seen the old commits would miss what gets the
-- old numbers. SQLSTATE TL006: the project is broken.

CREATE OR REPLACE FUNCTION tidelog.open_project(protocol integer, project uuid, name text, name_key text)
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
        IF EXISTS (SELECT FROM tidelog.commits c WHERE c.project_id = project) THEN
            RAISE EXCEPTION USING ERRCODE = 'TL006', MESSAGE = format(
                'the row of project %s is gone from tidelog.projects, and its commits are not; '
                'the owner of this hub has to put it back, or to delete the rest', project
            );
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

DROP FUNCTION IF EXISTS tidelog.hello;

-- Says who is there, what the machine is called, and how far it has read; answers where the project's
-- numbers are. Once a day it is what makes a hub purge itself.
CREATE FUNCTION tidelog.hello(
    protocol integer, project uuid, replica text, replica_name text, has_read bigint
)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20s'
AS $$
DECLARE
    due boolean;
BEGIN
    PERFORM tidelog.expect_project(protocol, project);
    SELECT coalesce(p.purged_at, p.created_at) < now() - interval '1 day' INTO due
    FROM tidelog.projects p WHERE p.id = project;
    IF due THEN
        -- Before the replica's row, as in push: two that take them in opposite orders wait for ever.
        PERFORM FROM tidelog.projects p WHERE p.id = project FOR NO KEY UPDATE;
    END IF;
    INSERT INTO tidelog.replicas AS r (project_id, replica_id, name, last_seen_at, cursor)
    VALUES (project, replica, replica_name, now(), has_read)
    ON CONFLICT (project_id, replica_id) DO UPDATE
    SET name = excluded.name, last_seen_at = excluded.last_seen_at, cursor = excluded.cursor;
    IF due THEN
        PERFORM tidelog.purge(project, interval '90 days', interval '90 days');
    END IF;
    RETURN (SELECT p.head_seq FROM tidelog.projects p WHERE p.id = project);
END
$$;

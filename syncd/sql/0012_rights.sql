-- Clients call these functions, each of which asks what the caller is granted, and nothing else.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tidelog FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA tidelog FROM PUBLIC;
GRANT USAGE ON SCHEMA tidelog TO PUBLIC;

GRANT EXECUTE ON FUNCTION
    tidelog.push, tidelog.pull, tidelog.open_project, tidelog.hello, tidelog.replica_names,
    tidelog.status,
    -- Asked by the policies of row-level security, as whoever reads.
    tidelog.granted_projects
TO PUBLIC;

-- The hub's tables. One typed table for each entity; a row is named by its project and its id, and
-- carries the stamp, the sequence number of the last accepted change (seq), and under `extra` the
-- fields that a newer client sent and this hub does not know.
-- Maps and free values are json, not jsonb: the text comes back as it was written (1e22, -0.0, the
-- order of keys).
-- The project comes last in every index but those by seq, and those are partial. So each look-up has
-- exactly one index that can serve it, and the planner, which knows nothing of a table that is new or
-- has just grown, cannot take a whole project's rows for an equally good way to one of them.

CREATE TABLE tidelog.projects (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- The name under which spellings meet; computed by the clients, which agree on how.
    name_key text NOT NULL UNIQUE,
    head_seq bigint NOT NULL DEFAULT 0,
    last_stamp text,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One for each push that was taken. The stamp is a hash over the stamp before and the changes taken,
-- so that another past has other stamps.
CREATE TABLE tidelog.commits (
    project_id uuid NOT NULL,
    seq bigint NOT NULL,
    stamp text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    replica_id text NOT NULL,
    PRIMARY KEY (project_id, seq)
);

CREATE TABLE tidelog.work_items (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    item_type text NOT NULL,
    title text NOT NULL,
    description text,
    status text NOT NULL,
    priority text NOT NULL,
    assignee text,
    labels text[],
    parent_id uuid,
    branch_name text,
    commit_hashes text[],
    pr_number bigint,
    metadata json,
    deleted_at timestamptz,
    archived_at timestamptz,
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX work_items_seq ON tidelog.work_items (project_id, seq) WHERE seq > 0;
CREATE INDEX work_items_parent ON tidelog.work_items (parent_id, project_id)
    WHERE parent_id IS NOT NULL;

CREATE TABLE tidelog.dependencies (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    target_id uuid NOT NULL,
    dependency_type text NOT NULL,
    deleted_at timestamptz,
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX dependencies_seq ON tidelog.dependencies (project_id, seq) WHERE seq > 0;
CREATE INDEX dependencies_source ON tidelog.dependencies (source_id, project_id);
CREATE INDEX dependencies_target ON tidelog.dependencies (target_id, project_id);

CREATE TABLE tidelog.vendors (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    status text NOT NULL,
    extractor_version text,
    metadata json,
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX vendors_seq ON tidelog.vendors (project_id, seq) WHERE seq > 0;
-- Not unique: two names may be swapped in one push. The rule is kept by push, under the lock.
CREATE INDEX vendors_name ON tidelog.vendors (name_key, project_id);

CREATE TABLE tidelog.deployments (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    deployed_at timestamptz NOT NULL,
    commit_hash text,
    metadata json,
    vendor_ids text[],
    work_item_ids text[],
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX deployments_seq ON tidelog.deployments (project_id, seq) WHERE seq > 0;

CREATE TABLE tidelog.configuration (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    active_context_type text NOT NULL,
    current_session_id uuid,
    git_branch text,
    git_head_commit text,
    default_token_budget bigint NOT NULL,
    report_layout text,
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX configuration_seq ON tidelog.configuration (project_id, seq) WHERE seq > 0;

CREATE TABLE tidelog.enhancements (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    description text,
    priority bigint NOT NULL,
    status text NOT NULL,
    target_quarter text,
    required_principles text[],
    depends_on text[],
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX enhancements_seq ON tidelog.enhancements (project_id, seq) WHERE seq > 0;

CREATE TABLE tidelog.conflicts (
    project_id uuid NOT NULL,
    id uuid NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    field text NOT NULL,
    base json,
    local json,
    remote json,
    kept json,
    noticed_at timestamptz NOT NULL,
    local_replica text,
    local_by text,
    local_at timestamptz,
    remote_replica text,
    remote_by text,
    remote_at timestamptz,
    status text NOT NULL,
    resolved_at timestamptz,
    resolved_by text,
    resolution text,
    extra json,
    version bigint NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (id, project_id)
);
CREATE INDEX conflicts_seq ON tidelog.conflicts (project_id, seq) WHERE seq > 0;

-- Append-only. seq is that of the row's change it came with, ord its place in that push.
CREATE TABLE tidelog.history (
    project_id uuid NOT NULL,
    change_id uuid NOT NULL,
    seq bigint NOT NULL,
    ord integer NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    replica_id text NOT NULL,
    parents uuid[],
    changes json NOT NULL,
    PRIMARY KEY (change_id, project_id)
);
CREATE INDEX history_seq ON tidelog.history (project_id, seq, ord) WHERE seq > 0;

-- Which replicas there are, what their machines are called, and how far they had read when they last
-- pushed.
CREATE TABLE tidelog.replicas (
    project_id uuid NOT NULL,
    replica_id text NOT NULL,
    name text NOT NULL,
    last_seen_at timestamptz NOT NULL,
    cursor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, replica_id)
);

-- Who may use which project, and who may open new ones. The hub's owner may do everything.
CREATE TABLE tidelog.grants (
    project_id uuid NOT NULL,
    role_name name NOT NULL,
    PRIMARY KEY (project_id, role_name)
);

CREATE TABLE tidelog.creators (
    role_name name PRIMARY KEY
);

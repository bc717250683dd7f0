-- Every entity table carries the same stamp. version: shown to people, used for optimistic locking.
-- change_id: the row's last change, also the id of its history entry. base_change_id: the hub's
-- change it started from, null while the hub has not seen the row. dirty: the two differ.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE work_items (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    item_type TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    assignee TEXT,
    labels TEXT,
    parent_id TEXT,
    branch_name TEXT,
    commit_hashes TEXT,
    pr_number INTEGER,
    metadata TEXT,
    deleted_at TEXT,
    archived_at TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    -- Derived, never synced: the text inside metadata, and how many open blockers hold the item.
    search_text TEXT,
    waits_on INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX work_items_ref ON work_items (ref);
CREATE INDEX work_items_parent ON work_items (parent_id, created_at, id);
CREATE INDEX work_items_updated ON work_items (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX work_items_created ON work_items (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX work_items_priority ON work_items (priority, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX work_items_status ON work_items (status, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX work_items_assignee ON work_items (assignee, updated_at, id)
    WHERE deleted_at IS NULL AND assignee IS NOT NULL;
CREATE INDEX work_items_ready ON work_items (priority, created_at, id)
    WHERE deleted_at IS NULL AND waits_on = 0 AND status IN ('planned', 'active');
CREATE INDEX work_items_roots ON work_items (updated_at, id)
    WHERE deleted_at IS NULL AND parent_id IS NULL AND status IN ('planned', 'active', 'blocked');
CREATE INDEX work_items_closed ON work_items (updated_at, id)
    WHERE deleted_at IS NOT NULL OR status IN ('completed', 'cancelled');

CREATE TABLE archived_work_items (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    item_type TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    assignee TEXT,
    labels TEXT,
    parent_id TEXT,
    branch_name TEXT,
    commit_hashes TEXT,
    pr_number INTEGER,
    metadata TEXT,
    deleted_at TEXT,
    archived_at TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    search_text TEXT
) STRICT;

CREATE INDEX archived_work_items_ref ON archived_work_items (ref);
CREATE INDEX archived_work_items_parent ON archived_work_items (parent_id, created_at, id);
CREATE INDEX archived_work_items_updated ON archived_work_items (updated_at, id);

CREATE TABLE dependencies (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    dependency_type TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE INDEX dependencies_source ON dependencies (source_id, dependency_type, target_id)
    WHERE deleted_at IS NULL;
CREATE INDEX dependencies_target ON dependencies (target_id, dependency_type, source_id)
    WHERE deleted_at IS NULL;

CREATE TABLE vendors (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    extractor_version TEXT,
    metadata TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    -- Derived: the name under which spellings meet. Uniqueness is a rule of the code, kept inside the
    -- write lock; a hard UNIQUE would wedge a page of rows that swaps two names.
    name_key TEXT NOT NULL
) STRICT;

CREATE INDEX vendors_ref ON vendors (ref);
CREATE INDEX vendors_name ON vendors (name_key);

CREATE TABLE deployments (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    deployed_at TEXT NOT NULL,
    commit_hash TEXT NOT NULL,
    metadata TEXT,
    vendor_ids TEXT,
    work_item_ids TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE INDEX deployments_ref ON deployments (ref);
CREATE INDEX deployments_time ON deployments (deployed_at, id);

CREATE TABLE configuration (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    active_context_type TEXT NOT NULL,
    current_session_id TEXT,
    git_branch TEXT,
    git_head_commit TEXT,
    default_token_budget INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE TABLE enhancements (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    priority INTEGER NOT NULL,
    status TEXT NOT NULL,
    target_quarter TEXT,
    required_principles TEXT,
    depends_on TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE INDEX enhancements_ref ON enhancements (ref);

-- Append-only. seq is this file's own order; change_id is the change's name everywhere. parents are
-- the changes it grew from, so that "who had seen what" can be asked of ancestry.
CREATE TABLE history (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id TEXT NOT NULL UNIQUE,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    replica_id TEXT NOT NULL,
    parents TEXT,
    changes TEXT NOT NULL
) STRICT;

CREATE INDEX history_entity ON history (entity_id, seq);
CREATE INDEX history_time ON history (changed_at, seq);

CREATE TABLE conflicts (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    field TEXT NOT NULL,
    base TEXT,
    local TEXT,
    remote TEXT,
    kept TEXT,
    noticed_at TEXT NOT NULL,
    local_replica TEXT,
    remote_replica TEXT,
    status TEXT NOT NULL,
    resolved_at TEXT,
    resolved_by TEXT,
    resolution TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    change_id TEXT NOT NULL,
    base_change_id TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE INDEX conflicts_open ON conflicts (status, noticed_at, id);
CREATE INDEX conflicts_ref ON conflicts (ref);

-- The hub's copy of a clean row that was then edited here: the base of a later merge.
CREATE TABLE sync_base (
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    stored TEXT NOT NULL,
    PRIMARY KEY (entity, entity_id)
) STRICT;

-- What a create carried to be recognised by when it is sent again; local to this file.
CREATE TABLE client_refs (
    client_ref TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (client_ref, entity)
) STRICT;

-- Counts that answer a status without counting; kept by the triggers below.
CREATE TABLE item_counts (
    item_type TEXT NOT NULL,
    status TEXT NOT NULL,
    ready INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (item_type, status, ready)
) STRICT;

CREATE TRIGGER work_items_uncounted AFTER DELETE ON work_items WHEN old.deleted_at IS NULL
BEGIN
    UPDATE item_counts SET n = n - 1
    WHERE item_type = old.item_type AND status = old.status AND ready = (old.waits_on = 0);
END;

CREATE TRIGGER work_items_recounted AFTER UPDATE OF item_type, status, deleted_at, waits_on ON work_items
WHEN old.item_type <> new.item_type OR old.status <> new.status
    OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) OR (old.waits_on = 0) <> (new.waits_on = 0)
BEGIN
    UPDATE item_counts SET n = n - 1
    WHERE old.deleted_at IS NULL
        AND item_type = old.item_type AND status = old.status AND ready = (old.waits_on = 0);
    INSERT INTO item_counts (item_type, status, ready, n)
    SELECT new.item_type, new.status, new.waits_on = 0, 1 WHERE new.deleted_at IS NULL
    ON CONFLICT (item_type, status, ready) DO UPDATE SET n = n + 1;
END;

-- open_blockers: the live edges whose blocker, active or archived, still holds its target back.
-- EXISTS, not a UNION of joins: SQLite would build all of a union for each target it is asked of;
-- and a row that is moving between the two tables, and stands in both, counts once.
CREATE VIEW open_blockers AS
SELECT d.target_id, d.source_id
FROM dependencies d
WHERE d.dependency_type = 'blocks' AND d.deleted_at IS NULL AND (
    EXISTS (
        SELECT 1 FROM work_items b
        WHERE b.id = d.source_id AND b.status <> 'completed' AND b.deleted_at IS NULL
    )
    OR EXISTS (
        SELECT 1 FROM archived_work_items b
        WHERE b.id = d.source_id AND b.status <> 'completed' AND b.deleted_at IS NULL
    )
);

CREATE TRIGGER dependencies_added AFTER INSERT ON dependencies WHEN new.dependency_type = 'blocks'
BEGIN
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id = new.target_id;
END;

CREATE TRIGGER dependencies_changed AFTER UPDATE OF deleted_at ON dependencies
WHEN new.dependency_type = 'blocks'
BEGIN
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id = new.target_id;
END;

CREATE TRIGGER work_items_released AFTER UPDATE OF status, deleted_at ON work_items
WHEN (old.status = 'completed') <> (new.status = 'completed')
    OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)
BEGIN
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id IN (
        SELECT target_id FROM dependencies
        WHERE source_id = new.id AND dependency_type = 'blocks' AND deleted_at IS NULL
    );
END;

-- One trigger, so that the row is counted before what it waits for counts it anew.
CREATE TRIGGER work_items_arrived AFTER INSERT ON work_items
BEGIN
    INSERT INTO item_counts (item_type, status, ready, n)
    SELECT new.item_type, new.status, new.waits_on = 0, 1 WHERE new.deleted_at IS NULL
    ON CONFLICT (item_type, status, ready) DO UPDATE SET n = n + 1;
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id IN (
        SELECT new.id WHERE EXISTS (
            SELECT 1 FROM dependencies
            WHERE target_id = new.id AND dependency_type = 'blocks' AND deleted_at IS NULL
        )
        UNION SELECT target_id FROM dependencies
        WHERE source_id = new.id AND dependency_type = 'blocks' AND deleted_at IS NULL
    );
END;

CREATE TRIGGER work_items_left AFTER DELETE ON work_items
WHEN EXISTS (SELECT 1 FROM dependencies WHERE source_id = old.id AND deleted_at IS NULL)
BEGIN
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id IN (
        SELECT target_id FROM dependencies
        WHERE source_id = old.id AND dependency_type = 'blocks' AND deleted_at IS NULL
    );
END;

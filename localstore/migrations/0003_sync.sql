-- What a newer tidelog wrote into a row and this one does not know: kept, merged by key, sent on.
ALTER TABLE work_items ADD COLUMN extra TEXT;
ALTER TABLE archived_work_items ADD COLUMN extra TEXT;
ALTER TABLE dependencies ADD COLUMN extra TEXT;
ALTER TABLE vendors ADD COLUMN extra TEXT;
ALTER TABLE deployments ADD COLUMN extra TEXT;
ALTER TABLE configuration ADD COLUMN extra TEXT;
ALTER TABLE enhancements ADD COLUMN extra TEXT;
ALTER TABLE conflicts ADD COLUMN extra TEXT;

-- Who wrote the two values, and when.
ALTER TABLE conflicts ADD COLUMN local_by TEXT;
ALTER TABLE conflicts ADD COLUMN local_at TEXT;
ALTER TABLE conflicts ADD COLUMN remote_by TEXT;
ALTER TABLE conflicts ADD COLUMN remote_at TEXT;

-- The dirty rows of each table, oldest change first, found without reading the clean ones.
CREATE INDEX work_items_dirty ON work_items (change_id) WHERE base_change_id IS NOT change_id;
CREATE INDEX archived_work_items_dirty ON archived_work_items (change_id)
    WHERE base_change_id IS NOT change_id;
CREATE INDEX dependencies_dirty ON dependencies (change_id) WHERE base_change_id IS NOT change_id;
CREATE INDEX vendors_dirty ON vendors (change_id) WHERE base_change_id IS NOT change_id;
CREATE INDEX deployments_dirty ON deployments (change_id) WHERE base_change_id IS NOT change_id;
CREATE INDEX enhancements_dirty ON enhancements (change_id) WHERE base_change_id IS NOT change_id;
CREATE INDEX conflicts_dirty ON conflicts (change_id) WHERE base_change_id IS NOT change_id;

-- Whether the hub has the entry; it goes there with its row.
ALTER TABLE history ADD COLUMN at_hub INTEGER NOT NULL DEFAULT 0;

-- A blocker in the archive holds back like any other, and by sync it comes, changes and goes there.
CREATE TRIGGER archived_work_items_arrived AFTER INSERT ON archived_work_items
BEGIN
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id IN (
        SELECT target_id FROM dependencies
        WHERE source_id = new.id AND dependency_type = 'blocks' AND deleted_at IS NULL
    );
END;

CREATE TRIGGER archived_work_items_released AFTER UPDATE OF status, deleted_at ON archived_work_items
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

CREATE TRIGGER archived_work_items_left AFTER DELETE ON archived_work_items
BEGIN
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id IN (
        SELECT target_id FROM dependencies
        WHERE source_id = old.id AND dependency_type = 'blocks' AND deleted_at IS NULL
    );
END;

-- The base of a merge is replayed from history; nothing else is kept of it.
DROP TABLE sync_base;

-- One row: which project on the hub, how far it is read, and how the last attempt went.
CREATE TABLE sync (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    project_id TEXT,
    cursor INTEGER NOT NULL DEFAULT 0,
    seen_seq INTEGER,
    seen_stamp TEXT,
    hub_head INTEGER,
    hub TEXT,
    state TEXT,
    state_since TEXT,
    last_error TEXT
) STRICT;
INSERT INTO sync (id) VALUES (1);

-- Rows the hub cannot take as they are; left out until they change, or for a while.
CREATE TABLE refused (
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    change_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    refused_at TEXT NOT NULL,
    PRIMARY KEY (entity, entity_id)
) STRICT;

-- The machines behind replica ids, as people call them; null until the hub was asked.
CREATE TABLE replicas (
    replica_id TEXT PRIMARY KEY,
    name TEXT
) STRICT;

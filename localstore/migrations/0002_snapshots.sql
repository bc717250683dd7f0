-- The hand-written parts of the status report, with a marker line for each part that is generated.
ALTER TABLE configuration ADD COLUMN report_layout TEXT;

-- A deployment taken over from an older status file may name no commit. SQLite loosens a column only
-- by building its table again.
CREATE TABLE deployments_loosened (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    deployed_at TEXT NOT NULL,
    commit_hash TEXT,
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

INSERT INTO deployments_loosened (
    id, ref, deployed_at, commit_hash, metadata, vendor_ids, work_item_ids,
    version, change_id, base_change_id, created_at, created_by, updated_at, updated_by
)
SELECT
    id, ref, deployed_at, commit_hash, metadata, vendor_ids, work_item_ids,
    version, change_id, base_change_id, created_at, created_by, updated_at, updated_by
FROM deployments ORDER BY rowid;

DROP TABLE deployments;
ALTER TABLE deployments_loosened RENAME TO deployments;

CREATE INDEX deployments_ref ON deployments (ref);
CREATE INDEX deployments_time ON deployments (deployed_at, id);

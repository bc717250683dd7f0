-- Many rows in one transaction. While a table is named here, its rows come in without what triggers
-- add row by row; when the name is taken away again, that is done for all rows after `last_rowid` at
-- once. Full text writes out at the end of each statement what the statement added, so that row by row
-- costs five times as much. Empty whenever a transaction ends.
CREATE TABLE loading (
    relation TEXT PRIMARY KEY,
    last_rowid INTEGER NOT NULL
) STRICT;

DROP TRIGGER work_items_indexed;
CREATE TRIGGER work_items_indexed AFTER INSERT ON work_items
WHEN NOT EXISTS (SELECT 1 FROM loading)
BEGIN
    INSERT INTO work_items_fts (rowid, title, description, search_text)
    VALUES (new.rowid, new.title, new.description, new.search_text);
END;

DROP TRIGGER archived_work_items_indexed;
CREATE TRIGGER archived_work_items_indexed AFTER INSERT ON archived_work_items
WHEN NOT EXISTS (SELECT 1 FROM loading)
BEGIN
    INSERT INTO archived_work_items_fts (rowid, title, description, search_text)
    VALUES (new.rowid, new.title, new.description, new.search_text);
END;

DROP TRIGGER work_items_arrived;
CREATE TRIGGER work_items_arrived AFTER INSERT ON work_items
WHEN NOT EXISTS (SELECT 1 FROM loading)
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

CREATE TRIGGER work_items_loaded AFTER DELETE ON loading WHEN old.relation = 'work_items'
BEGIN
    INSERT INTO work_items_fts (rowid, title, description, search_text)
    SELECT rowid, title, description, search_text FROM work_items WHERE rowid > old.last_rowid;
    INSERT INTO item_counts (item_type, status, ready, n)
    SELECT item_type, status, waits_on = 0, count(*) FROM work_items
    WHERE rowid > old.last_rowid AND deleted_at IS NULL GROUP BY 1, 2, 3
    ON CONFLICT (item_type, status, ready) DO UPDATE SET n = n + excluded.n;
    UPDATE work_items
    SET waits_on = (SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)
    WHERE id IN (
        SELECT d.target_id FROM work_items w CROSS JOIN dependencies d
        WHERE w.rowid > old.last_rowid AND d.deleted_at IS NULL AND d.dependency_type = 'blocks'
            AND d.target_id = w.id
        UNION SELECT d.target_id FROM work_items w CROSS JOIN dependencies d
        WHERE w.rowid > old.last_rowid AND d.deleted_at IS NULL AND d.dependency_type = 'blocks'
            AND d.source_id = w.id
    );
END;

CREATE TRIGGER archived_work_items_loaded AFTER DELETE ON loading
WHEN old.relation = 'archived_work_items'
BEGIN
    INSERT INTO archived_work_items_fts (rowid, title, description, search_text)
    SELECT rowid, title, description, search_text FROM archived_work_items
    WHERE rowid > old.last_rowid;
END;

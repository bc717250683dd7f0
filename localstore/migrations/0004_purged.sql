-- Where this file's history ended when it was learnt that the hub purged rows which had not been read
-- yet; null when what became of them is known here.
ALTER TABLE sync ADD COLUMN purged_since INTEGER;

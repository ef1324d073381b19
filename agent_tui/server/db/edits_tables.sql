-- Who changed a row since a version of it: asked when somebody's edit meets another's.
CREATE INDEX IF NOT EXISTS feed_row ON feed (entity, id, version);

-- With what a device signs that it has forgotten everything: the key it showed first counts.
CREATE TABLE IF NOT EXISTS device_key (id TEXT PRIMARY KEY, key TEXT NOT NULL, signature TEXT);

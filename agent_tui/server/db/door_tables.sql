-- Failed sign-ins by login and by address; nobody's login stands under its keyed hash. Rows end with their last failure.
CREATE TABLE IF NOT EXISTS tries (
  name TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at TEXT NOT NULL,
  blocked_until TEXT,
  told BIGINT NOT NULL
);

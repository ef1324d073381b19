-- Devices that people signed in on; ids are random and tell nothing.
CREATE TABLE IF NOT EXISTS device (
  id TEXT PRIMARY KEY,
  login TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  unsent BIGINT NOT NULL,
  revoked_at TEXT,
  wiped_at TEXT
);

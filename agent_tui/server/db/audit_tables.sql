-- What stands beside the chain. Made where it is missing, at every start.

-- What was decided on, encrypted under the customer's own key; the row in the chain holds its digest.
CREATE TABLE IF NOT EXISTS audit_sealed (seq BIGINT PRIMARY KEY, body BLOB NOT NULL);

-- Roots of whole blocks of 256, 65,536 … rows, so that no proof reads more than some hundred hashes.
CREATE TABLE IF NOT EXISTS audit_node (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, place)
);

CREATE TABLE IF NOT EXISTS audit_checkpoint (
  n BIGINT PRIMARY KEY,
  size BIGINT NOT NULL,
  at TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_actor ON audit (actor, seq);
CREATE INDEX IF NOT EXISTS audit_reveal ON audit (actor, seq) WHERE type = 'RevealField';
CREATE INDEX IF NOT EXISTS audit_search ON audit (seq) WHERE type = 'SearchCustomers';

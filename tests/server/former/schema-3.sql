-- The ledger's tables. Types and constraints are those both engines read the same way.
CREATE TABLE schema_version (version BIGINT NOT NULL, compat BIGINT NOT NULL);

-- One row: the serial point of every transaction, updated last.
CREATE TABLE sync_head (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  epoch TEXT NOT NULL,
  feed_seq BIGINT NOT NULL,
  feed_floor BIGINT NOT NULL,
  audit_seq BIGINT NOT NULL,
  audit_hash TEXT NOT NULL,
  audit_salt TEXT NOT NULL
);

-- Current rows of every entity, masked, with their facets.
CREATE TABLE state (
  entity TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  status TEXT NOT NULL,
  group_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  sort TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (entity, id)
);
CREATE INDEX state_status ON state (entity, status, sort);
CREATE INDEX state_agent ON state (entity, agent_id) WHERE agent_id <> '';
CREATE INDEX state_customer ON state (entity, customer_id) WHERE customer_id <> '';
CREATE INDEX state_parent ON state (entity, parent_id) WHERE parent_id <> '';

CREATE TABLE state_scope (
  entity TEXT NOT NULL,
  id TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (entity, id, scope)
);
CREATE INDEX state_scope_by ON state_scope (scope, entity, id);

-- What changed, in commit order, without any content.
CREATE TABLE feed (
  seq BIGINT PRIMARY KEY,
  at TEXT NOT NULL,
  txn BIGINT NOT NULL,
  entity TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  op TEXT NOT NULL,
  cause TEXT
);
CREATE INDEX feed_txn ON feed (txn);
CREATE TABLE feed_scope (scope TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (scope, seq));
CREATE INDEX feed_scope_seq ON feed_scope (seq);

-- Who holds which scope: now, and how it came to be.
CREATE TABLE scope_held (agent_id TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (agent_id, scope));
CREATE TABLE scope_grant (
  agent_id TEXT NOT NULL,
  rev BIGINT NOT NULL,
  scope TEXT NOT NULL,
  op TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (agent_id, rev)
);

CREATE TABLE command (
  id TEXT PRIMARY KEY,
  maker TEXT NOT NULL,
  kind TEXT NOT NULL,
  device TEXT NOT NULL,
  type TEXT NOT NULL,
  target TEXT,
  if_match BIGINT,
  fingerprint TEXT NOT NULL,
  args BLOB NOT NULL,
  offline BIGINT NOT NULL,
  age_ms BIGINT NOT NULL,
  received_at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  http BIGINT NOT NULL,
  body BLOB NOT NULL,
  version BIGINT,
  feed_seq BIGINT NOT NULL,
  audit_seq BIGINT NOT NULL
);

CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  type TEXT NOT NULL,
  outcome TEXT NOT NULL,
  customer_id TEXT,
  command_id TEXT,
  payload TEXT NOT NULL,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_customer ON audit (customer_id, seq) WHERE customer_id IS NOT NULL;

-- Facts, append-only; figures are computed from these alone.
CREATE TABLE event (
  seq BIGINT PRIMARY KEY,
  at TEXT NOT NULL,
  name TEXT NOT NULL,
  cause TEXT,
  contact_id TEXT,
  agent_id TEXT,
  body TEXT NOT NULL
);
CREATE INDEX event_at ON event (at, seq);
CREATE INDEX event_contact ON event (contact_id, seq) WHERE contact_id IS NOT NULL;

CREATE TABLE link_request (
  seq BIGINT PRIMARY KEY,
  link TEXT NOT NULL,
  at TEXT NOT NULL,
  cause TEXT,
  body TEXT NOT NULL
);
CREATE INDEX link_request_link ON link_request (link, seq);

CREATE TABLE ext_outbox (
  ext_key TEXT PRIMARY KEY,
  cause TEXT NOT NULL,
  maker TEXT NOT NULL,
  contact_id TEXT,
  command_type TEXT NOT NULL,
  port TEXT NOT NULL,
  operation TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  settled_at TEXT,
  result TEXT
);
CREATE INDEX ext_outbox_state ON ext_outbox (state, created_at);

CREATE TABLE account (
  login TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  failures BIGINT NOT NULL,
  blocked_until TEXT
);
CREATE TABLE token (
  hash TEXT PRIMARY KEY,
  login TEXT NOT NULL,
  device TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  step_up_at TEXT
);
CREATE INDEX token_login ON token (login);

-- Clear values: encrypted under a key per customer, which is wrapped by the key file beside the database.
CREATE TABLE customer_key (customer_id TEXT PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE secret (
  customer_id TEXT NOT NULL,
  field TEXT NOT NULL,
  ciphertext BLOB NOT NULL,
  PRIMARY KEY (customer_id, field)
);
CREATE TABLE search_token (
  token TEXT NOT NULL,
  kind TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  PRIMARY KEY (token, kind, customer_id)
);

-- Ticket numbers given out: they run by day.
CREATE TABLE ticket_number (number TEXT PRIMARY KEY, day TEXT NOT NULL);
CREATE INDEX ticket_number_day ON ticket_number (day);

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

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
CREATE INDEX IF NOT EXISTS audit_search ON audit (seq) WHERE type = 'SearchCustomers';

-- Amounts that count against a day: reserved when proposed or on their way, used when done, released when it came to
-- nothing. `seq` is their order: whoever came later was judged with everything before.
CREATE TABLE IF NOT EXISTS limit_hold (
  command_id TEXT PRIMARY KEY,
  seq BIGINT NOT NULL,
  agent_id TEXT NOT NULL,
  grantor_id TEXT NOT NULL,
  team TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  action TEXT NOT NULL,
  day TEXT NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  state TEXT NOT NULL CHECK (state IN ('reserved', 'used', 'released'))
);
CREATE INDEX IF NOT EXISTS limit_hold_agent ON limit_hold (agent_id, action, day);
CREATE INDEX IF NOT EXISTS limit_hold_grantor ON limit_hold (grantor_id, action, day) WHERE grantor_id <> '';
CREATE INDEX IF NOT EXISTS limit_hold_customer ON limit_hold (customer_id, action, day);
CREATE INDEX IF NOT EXISTS limit_hold_team ON limit_hold (team, action, day) WHERE team <> '';

-- Time-based one-time passwords: the secret sealed by the vault, and the last step that was accepted.
CREATE TABLE IF NOT EXISTS totp (login TEXT PRIMARY KEY, secret BLOB NOT NULL, last_step BIGINT NOT NULL);

-- Devices that people signed in on; ids are random and tell nothing.
CREATE TABLE IF NOT EXISTS device (
  id TEXT PRIMARY KEY,
  login TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  unsent BIGINT NOT NULL,
  revoked_at TEXT,
  wiped_at TEXT
);

-- Failed sign-ins by login and by address; nobody's login stands under its keyed hash. Rows end with their last failure.
CREATE TABLE IF NOT EXISTS tries (
  name TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at TEXT NOT NULL,
  blocked_until TEXT,
  told BIGINT NOT NULL
);

-- Which of several processes does what a server does by itself. Moments are milliseconds of the database's clock.
CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL);

-- Whose screens follow the feed at which process, while several serve the database.
CREATE TABLE IF NOT EXISTS screen_roll (
  process TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (process, agent_id)
);

INSERT INTO schema_version (version, compat) VALUES (3, 1);
INSERT INTO setting (name, value) VALUES ('kept', 'since then');

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

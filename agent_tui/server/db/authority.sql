-- Limits with memory, and one-time passwords.

-- :limit_agent
SELECT COALESCE(SUM(amount_minor), 0) AS total FROM limit_hold
WHERE (agent_id = :agent_id OR grantor_id = :agent_id)
  AND action = :action AND day = :day AND state <> 'released' AND seq < :before;

-- :limit_customer
SELECT COALESCE(SUM(amount_minor), 0) AS total FROM limit_hold
WHERE customer_id = :customer_id AND action = :action AND day = :day AND state <> 'released' AND seq < :before;

-- :limit_team
SELECT COALESCE(SUM(amount_minor), 0) AS total FROM limit_hold
WHERE team = :team AND team <> '' AND action = :action AND day = :day AND state <> 'released' AND seq < :before;

-- :limit_get
SELECT seq, day, amount_minor, state, agent_id, grantor_id, team, customer_id FROM limit_hold
WHERE command_id = :command_id;

-- :holds_on
SELECT DISTINCT agent_id, grantor_id, team, customer_id FROM limit_hold WHERE day = :day;

-- :use_agent
SELECT action, COALESCE(SUM(amount_minor), 0) AS total FROM limit_hold
WHERE (agent_id = :whose OR grantor_id = :whose) AND day = :day AND state <> 'released'
GROUP BY action ORDER BY action;

-- :use_team
SELECT action, COALESCE(SUM(amount_minor), 0) AS total FROM limit_hold
WHERE team = :whose AND team <> '' AND day = :day AND state <> 'released' GROUP BY action ORDER BY action;

-- :use_customer
SELECT action, COALESCE(SUM(amount_minor), 0) AS total FROM limit_hold
WHERE customer_id = :whose AND day = :day AND state <> 'released' GROUP BY action ORDER BY action;

-- :limit_add
INSERT INTO limit_hold (command_id, seq, agent_id, grantor_id, team, customer_id, action, day, amount_minor, state)
VALUES (:command_id, (SELECT COALESCE(MAX(seq), 0) + 1 FROM limit_hold), :agent_id, :grantor_id, :team, :customer_id,
        :action, :day, :amount_minor, :state);

-- :limit_move
UPDATE limit_hold SET day = :day, seq = (SELECT MAX(seq) + 1 FROM limit_hold)
WHERE command_id = :command_id AND day <> :day AND state = 'reserved';

-- :limit_lower
UPDATE limit_hold SET amount_minor = :amount_minor
WHERE command_id = :command_id AND state = 'reserved' AND amount_minor > :amount_minor;

-- :limit_settle
UPDATE limit_hold SET state = :state WHERE command_id = :command_id AND state = 'reserved';

-- :command_args
-- Of somebody who was forgotten nothing is left to read.
SELECT args FROM command WHERE id = :id AND maker = :maker AND length(args) > 0;

-- :ext_unknown
SELECT ext_key, cause, maker, contact_id, body FROM ext_outbox WHERE state = 'unknown' ORDER BY ext_key;

-- :ext_resolve
UPDATE ext_outbox SET state = :state, settled_at = :at, result = :result
WHERE ext_key = :ext_key AND state = 'unknown';

-- :totp
SELECT secret, last_step FROM totp WHERE login = :login;

-- :totp_put
INSERT INTO totp (login, secret, last_step) VALUES (:login, :secret, 0)
ON CONFLICT (login) DO UPDATE SET secret = excluded.secret, last_step = 0;

-- :totp_drop
DELETE FROM totp WHERE login = :login;

-- :totp_used
UPDATE totp SET last_step = :step WHERE login = :login AND last_step < :step;

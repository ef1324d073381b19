-- The whole ledger, table by table, as it is stored: what is sealed stays sealed. Sessions are left out; whoever was signed in
-- signs in again. The head comes last: where it is missing, a restore did not end.

-- :dump_state
SELECT entity, id, version, status, group_id, agent_id, customer_id, parent_id, sort, body
FROM state ORDER BY entity, id;

-- :load_state
INSERT INTO state (entity, id, version, status, group_id, agent_id, customer_id, parent_id, sort, body)
VALUES (:entity, :id, :version, :status, :group_id, :agent_id, :customer_id, :parent_id, :sort, :body);

-- :dump_state_scope
SELECT entity, id, scope
FROM state_scope ORDER BY entity, id, scope;

-- :load_state_scope
INSERT INTO state_scope (entity, id, scope)
VALUES (:entity, :id, :scope);

-- :dump_feed
SELECT seq, at, txn, entity, id, version, op, cause
FROM feed ORDER BY seq;

-- :load_feed
INSERT INTO feed (seq, at, txn, entity, id, version, op, cause)
VALUES (:seq, :at, :txn, :entity, :id, :version, :op, :cause);

-- :dump_feed_scope
SELECT scope, seq
FROM feed_scope ORDER BY scope, seq;

-- :load_feed_scope
INSERT INTO feed_scope (scope, seq)
VALUES (:scope, :seq);

-- :dump_scope_held
SELECT agent_id, scope
FROM scope_held ORDER BY agent_id, scope;

-- :load_scope_held
INSERT INTO scope_held (agent_id, scope)
VALUES (:agent_id, :scope);

-- :dump_scope_grant
SELECT agent_id, rev, scope, op, at
FROM scope_grant ORDER BY agent_id, rev;

-- :load_scope_grant
INSERT INTO scope_grant (agent_id, rev, scope, op, at)
VALUES (:agent_id, :rev, :scope, :op, :at);

-- :dump_command
SELECT id, maker, kind, device, type, target, if_match, fingerprint, args, offline, age_ms, received_at, outcome,
       http, body, version, feed_seq, audit_seq
FROM command ORDER BY id;

-- :load_command
INSERT INTO command (id, maker, kind, device, type, target, if_match, fingerprint, args, offline, age_ms, received_at, outcome,
  http, body, version, feed_seq, audit_seq)
VALUES (:id, :maker, :kind, :device, :type, :target, :if_match, :fingerprint, :args, :offline, :age_ms, :received_at,
  :outcome, :http, :body, :version, :feed_seq, :audit_seq);

-- :dump_audit
SELECT seq, at, actor, type, outcome, customer_id, command_id, payload, prev, hash
FROM audit ORDER BY seq;

-- :load_audit
INSERT INTO audit (seq, at, actor, type, outcome, customer_id, command_id, payload, prev, hash)
VALUES (:seq, :at, :actor, :type, :outcome, :customer_id, :command_id, :payload, :prev, :hash);

-- :dump_event
SELECT seq, at, name, cause, contact_id, agent_id, body
FROM event ORDER BY seq;

-- :load_event
INSERT INTO event (seq, at, name, cause, contact_id, agent_id, body)
VALUES (:seq, :at, :name, :cause, :contact_id, :agent_id, :body);

-- :dump_link_request
SELECT seq, link, at, cause, body
FROM link_request ORDER BY seq;

-- :load_link_request
INSERT INTO link_request (seq, link, at, cause, body)
VALUES (:seq, :link, :at, :cause, :body);

-- :dump_ext_outbox
SELECT ext_key, cause, maker, contact_id, command_type, port, operation, customer_id, body, state, attempts,
       created_at, settled_at, result
FROM ext_outbox ORDER BY ext_key;

-- :load_ext_outbox
INSERT INTO ext_outbox (ext_key, cause, maker, contact_id, command_type, port, operation, customer_id, body, state, attempts,
  created_at, settled_at, result)
VALUES (:ext_key, :cause, :maker, :contact_id, :command_type, :port, :operation, :customer_id, :body, :state,
  :attempts, :created_at, :settled_at, :result);

-- :dump_account
SELECT login, agent_id, kind, password_hash, failures, blocked_until
FROM account ORDER BY login;

-- :load_account
INSERT INTO account (login, agent_id, kind, password_hash, failures, blocked_until)
VALUES (:login, :agent_id, :kind, :password_hash, :failures, :blocked_until);

-- :dump_customer_key
SELECT customer_id, wrapped
FROM customer_key ORDER BY customer_id;

-- :load_customer_key
INSERT INTO customer_key (customer_id, wrapped)
VALUES (:customer_id, :wrapped);

-- :dump_secret
SELECT customer_id, field, ciphertext
FROM secret ORDER BY customer_id, field;

-- :load_secret
INSERT INTO secret (customer_id, field, ciphertext)
VALUES (:customer_id, :field, :ciphertext);

-- :dump_search_token
SELECT token, kind, customer_id
FROM search_token ORDER BY token, kind, customer_id;

-- :load_search_token
INSERT INTO search_token (token, kind, customer_id)
VALUES (:token, :kind, :customer_id);

-- :dump_ticket_number
SELECT number, day
FROM ticket_number ORDER BY number;

-- :load_ticket_number
INSERT INTO ticket_number (number, day)
VALUES (:number, :day);

-- :dump_setting
SELECT name, value
FROM setting ORDER BY name;

-- :load_setting
INSERT INTO setting (name, value)
VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- :dump_audit_sealed
SELECT seq, body
FROM audit_sealed ORDER BY seq;

-- :load_audit_sealed
INSERT INTO audit_sealed (seq, body)
VALUES (:seq, :body);

-- :dump_audit_node
SELECT level, place, hash
FROM audit_node ORDER BY level, place;

-- :load_audit_node
INSERT INTO audit_node (level, place, hash)
VALUES (:level, :place, :hash);

-- :dump_audit_checkpoint
SELECT n, size, at, body
FROM audit_checkpoint ORDER BY n;

-- :load_audit_checkpoint
INSERT INTO audit_checkpoint (n, size, at, body)
VALUES (:n, :size, :at, :body);

-- :dump_limit_hold
SELECT command_id, seq, agent_id, grantor_id, team, customer_id, action, day, amount_minor, state
FROM limit_hold ORDER BY command_id;

-- :load_limit_hold
INSERT INTO limit_hold (command_id, seq, agent_id, grantor_id, team, customer_id, action, day, amount_minor, state)
VALUES (:command_id, :seq, :agent_id, :grantor_id, :team, :customer_id, :action, :day, :amount_minor, :state);

-- :dump_totp
SELECT login, secret, last_step
FROM totp ORDER BY login;

-- :load_totp
INSERT INTO totp (login, secret, last_step)
VALUES (:login, :secret, :last_step);

-- :dump_device
SELECT id, login, seen_at, unsent, revoked_at, wiped_at
FROM device ORDER BY id;

-- :load_device
INSERT INTO device (id, login, seen_at, unsent, revoked_at, wiped_at)
VALUES (:id, :login, :seen_at, :unsent, :revoked_at, :wiped_at);

-- :dump_device_key
SELECT id, key, signature
FROM device_key ORDER BY id;

-- :load_device_key
INSERT INTO device_key (id, key, signature)
VALUES (:id, :key, :signature);

-- :dump_tries
SELECT name, failures, last_at, blocked_until, told
FROM tries ORDER BY name;

-- :load_tries
INSERT INTO tries (name, failures, last_at, blocked_until, told)
VALUES (:name, :failures, :last_at, :blocked_until, :told);

-- :dump_sync_head
SELECT one, epoch, feed_seq, feed_floor, audit_seq, audit_hash, audit_salt
FROM sync_head ORDER BY one;

-- :load_sync_head
INSERT INTO sync_head (one, epoch, feed_seq, feed_floor, audit_seq, audit_hash, audit_salt)
VALUES (:one, :epoch, :feed_seq, :feed_floor, :audit_seq, :audit_hash, :audit_salt);

-- :new_epoch
UPDATE sync_head SET epoch = :epoch WHERE one = 1;

-- :ext_begun
UPDATE ext_outbox SET attempts = 1 WHERE state = 'new' AND attempts = 0;

-- :requests_skip
-- A number that no request ever had, so far ahead that the lost ledger cannot have come to it.
INSERT INTO link_request (seq, link, at, cause, body)
VALUES ((SELECT COALESCE(MAX(seq), 0) + :ahead FROM link_request), '', :at, NULL, '');

-- What the writer does inside a transaction.

-- :head
SELECT epoch, feed_seq, feed_floor, audit_seq, audit_hash, audit_salt FROM sync_head WHERE one = 1;

-- :create_head
INSERT INTO sync_head (one, epoch, feed_seq, feed_floor, audit_seq, audit_hash, audit_salt)
VALUES (1, :epoch, 0, 0, 0, :hash, :salt) ON CONFLICT (one) DO NOTHING;

-- :move_head
UPDATE sync_head SET feed_seq = :feed_seq, audit_seq = :audit_seq, audit_hash = :audit_hash WHERE one = 1;

-- :raise_floor
UPDATE sync_head SET feed_floor = :floor WHERE one = 1 AND feed_floor < :floor;

-- :state_get
SELECT clear(body) AS body FROM state WHERE entity = :entity AND id = :id;

-- :state_version
SELECT version FROM state WHERE entity = :entity AND id = :id;

-- :state_find
SELECT clear(body) AS body FROM state
WHERE entity = :entity
  AND (:status IS NULL OR status = :status)
  AND (:group_id IS NULL OR group_id = :group_id)
ORDER BY sort, id;

-- :state_find_agent
SELECT clear(body) AS body FROM state
WHERE entity = :entity AND agent_id = :agent_id AND agent_id <> ''
  AND (:status IS NULL OR status = :status)
  AND (:group_id IS NULL OR group_id = :group_id)
ORDER BY sort, id;

-- :state_find_customer
SELECT clear(body) AS body FROM state
WHERE entity = :entity AND customer_id = :customer_id AND customer_id <> ''
  AND (:status IS NULL OR status = :status)
  AND (:group_id IS NULL OR group_id = :group_id)
  AND (:agent_id IS NULL OR agent_id = :agent_id)
ORDER BY sort, id;

-- :state_find_parent
SELECT clear(body) AS body FROM state
WHERE entity = :entity AND parent_id = :parent_id AND parent_id <> ''
  AND (:status IS NULL OR status = :status)
  AND (:group_id IS NULL OR group_id = :group_id)
  AND (:agent_id IS NULL OR agent_id = :agent_id)
  AND (:customer_id IS NULL OR customer_id = :customer_id)
ORDER BY sort, id;

-- :state_find_status
SELECT clear(body) AS body FROM state WHERE entity = :entity AND status = :status ORDER BY sort, id;

-- :state_put
INSERT INTO state (entity, id, version, status, group_id, agent_id, customer_id, parent_id, sort, body)
VALUES (:entity, :id, :version, :status, :group_id, :agent_id, :customer_id, :parent_id, :sort, sealed_if(:entity, :body))
ON CONFLICT (entity, id) DO UPDATE SET
  version = excluded.version, status = excluded.status, group_id = excluded.group_id, agent_id = excluded.agent_id,
  customer_id = excluded.customer_id, parent_id = excluded.parent_id, sort = excluded.sort, body = excluded.body;

-- :state_drop
DELETE FROM state WHERE entity = :entity AND id = :id;

-- :scopes_of
SELECT scope FROM state_scope WHERE entity = :entity AND id = :id;

-- :scope_add
INSERT INTO state_scope (entity, id, scope) VALUES (:entity, :id, :scope);

-- :scope_drop
DELETE FROM state_scope WHERE entity = :entity AND id = :id AND scope = :scope;

-- :feed_add
INSERT INTO feed (seq, at, txn, entity, id, version, op, cause)
VALUES (:seq, :at, :txn, :entity, :id, :version, :op, :cause);

-- :feed_scope_add
INSERT INTO feed_scope (scope, seq) VALUES (:scope, :seq);

-- :audit_add
INSERT INTO audit (seq, at, actor, type, outcome, customer_id, command_id, payload, prev, hash)
VALUES (:seq, :at, :actor, :type, :outcome, :customer_id, :command_id, :payload, :prev, :hash);

-- :edits_since
SELECT f.version, f.at, c.maker, c.kind, c.type FROM feed f LEFT JOIN command c ON c.id = f.cause
WHERE f.entity = :entity AND f.id = :id AND f.version > :version ORDER BY f.version DESC LIMIT :limit;

-- :command_get
SELECT maker, device, fingerprint, http, body, outcome FROM command WHERE id = :id;

-- :command_add
INSERT INTO command (id, maker, kind, device, type, target, if_match, fingerprint, args, offline, age_ms, received_at,
                     outcome, http, body, version, feed_seq, audit_seq)
VALUES (:id, :maker, :kind, :device, :type, :target, :if_match, :fingerprint, :args, :offline, :age_ms, :received_at,
        :outcome, :http, :body, :version, :feed_seq, :audit_seq);

-- :event_last
SELECT COALESCE(MAX(seq), 0) AS seq FROM event;

-- :event_add
INSERT INTO event (seq, at, name, cause, contact_id, agent_id, body)
VALUES (:seq, :at, :name, :cause, :contact_id, :agent_id, sealed_if(:name, :body));

-- :link_request_last
SELECT COALESCE(MAX(seq), 0) AS seq FROM link_request;

-- :link_request_add
INSERT INTO link_request (seq, link, at, cause, body) VALUES (:seq, :link, :at, :cause, sealed(:body));

-- :ext_add
INSERT INTO ext_outbox (ext_key, cause, maker, contact_id, command_type, port, operation, customer_id, body, state,
                        attempts, created_at)
VALUES (:ext_key, :cause, :maker, :contact_id, :command_type, :port, :operation, :customer_id, :body, 'new', 0, :at);

-- :ext_new
SELECT ext_key, cause, maker, contact_id, port, operation, customer_id, body, attempts FROM ext_outbox
WHERE state = 'new' ORDER BY created_at, ext_key LIMIT :limit;

-- :ext_attempt
UPDATE ext_outbox SET attempts = attempts + 1 WHERE ext_key = :ext_key AND state = 'new';

-- :ext_settle
UPDATE ext_outbox SET state = :state, settled_at = :at, result = :result WHERE ext_key = :ext_key AND state = 'new';

-- :held
SELECT scope FROM scope_held WHERE agent_id = :agent_id ORDER BY scope;

-- :held_has
SELECT 1 AS yes FROM scope_held WHERE agent_id = :agent_id AND scope = :scope;

-- :held_add
INSERT INTO scope_held (agent_id, scope) VALUES (:agent_id, :scope);

-- :held_drop
DELETE FROM scope_held WHERE agent_id = :agent_id AND scope = :scope;

-- :grant_rev
SELECT COALESCE(MAX(rev), 0) AS rev FROM scope_grant WHERE agent_id = :agent_id;

-- :grant_add
INSERT INTO scope_grant (agent_id, rev, scope, op, at) VALUES (:agent_id, :rev, :scope, :op, :at);

-- :setting_get
SELECT value FROM setting WHERE name = :name;

-- :setting_put
INSERT INTO setting (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- :old_commands
SELECT id, version FROM state WHERE entity = 'command' AND sort < :before ORDER BY sort LIMIT :limit;

-- :feed_cut
SELECT COALESCE(MAX(seq), 0) AS seq FROM feed WHERE at < :before;

-- :feed_scope_trim
DELETE FROM feed_scope WHERE seq <= :floor;

-- :feed_trim
DELETE FROM feed WHERE seq <= :floor;

-- :number_use
INSERT INTO ticket_number (number, day) VALUES (:number, :day) ON CONFLICT (number) DO NOTHING;

-- :numbers_on
SELECT COUNT(*) AS n FROM ticket_number WHERE day = :day;

-- The chain, its tree, its checkpoints.

-- :audit_walk
SELECT a.seq, a.at, a.actor, a.type, a.outcome, a.customer_id, a.command_id, CAST(a.payload AS BLOB) AS payload,
       a.prev, a.hash, s.body AS sealed, c.audit_seq AS c_seq, c.maker AS c_maker, c.type AS c_type,
       c.outcome AS c_outcome
FROM audit a
LEFT JOIN audit_sealed s ON s.seq = a.seq
LEFT JOIN command c ON c.id = a.command_id
ORDER BY a.seq;

-- :audit_count
SELECT COUNT(*) AS n FROM audit;

-- :sealed_count
SELECT COUNT(*) AS n FROM audit_sealed;

-- :sealed_alone
SELECT s.seq FROM audit_sealed s LEFT JOIN audit a ON a.seq = s.seq WHERE a.seq IS NULL ORDER BY s.seq LIMIT 1;

-- :command_count
SELECT COUNT(*) AS n FROM command;

-- :audit_unmatched
SELECT c.id FROM command c LEFT JOIN audit a ON a.command_id = c.id AND a.seq = c.audit_seq
WHERE a.seq IS NULL ORDER BY c.id LIMIT 1;

-- :audit_row
SELECT seq, at, actor, type, outcome, customer_id, command_id, payload, prev, hash FROM audit WHERE seq = :seq;

-- :audit_from
SELECT seq, at, actor, type, outcome, customer_id, command_id, payload, prev, hash
FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit;

-- :audit_hashes
SELECT hash FROM audit WHERE seq > :after AND seq <= :upto ORDER BY seq;

-- :sealed_add
INSERT INTO audit_sealed (seq, body) VALUES (:seq, :body);

-- :sealed_get
SELECT body FROM audit_sealed WHERE seq = :seq;

-- :node_count
SELECT COALESCE(MAX(place) + 1, 0) AS n FROM audit_node WHERE level = :level;

-- :node_add
INSERT INTO audit_node (level, place, hash) VALUES (:level, :place, :hash);

-- :nodes
SELECT hash FROM audit_node WHERE level = :level AND place >= :start AND place < :end ORDER BY place;

-- :checkpoint_add
INSERT INTO audit_checkpoint (n, size, at, body) VALUES (:n, :size, :at, :body);

-- :checkpoint_last
SELECT body FROM audit_checkpoint ORDER BY n DESC LIMIT 1;

-- :checkpoints
SELECT n, size, at, body FROM audit_checkpoint ORDER BY n;

-- :checkpoints_after
SELECT n, body FROM audit_checkpoint WHERE n > :after ORDER BY n;

-- :checkpoint_since
SELECT body FROM audit_checkpoint WHERE at >= :at ORDER BY n LIMIT 1;

-- :checkpoint_holding
SELECT body FROM audit_checkpoint WHERE size >= :seq ORDER BY n LIMIT 1;

-- :audit_of_customer
SELECT seq, payload, prev, hash FROM audit WHERE customer_id = :id AND at >= :since AND at < :until
UNION
SELECT seq, payload, prev, hash FROM audit
WHERE type = 'SearchCustomers' AND instr(payload, :found) > 0 AND at >= :since AND at < :until
ORDER BY seq;

-- :audit_of_agent
SELECT seq, payload, prev, hash FROM audit
WHERE actor IN (:id, :login) AND at >= :since AND at < :until ORDER BY seq;

-- :audit_of_contact
SELECT a.seq, a.payload, a.prev, a.hash FROM command c JOIN audit a ON a.seq = c.audit_seq
WHERE c.target = :id AND a.at >= :since AND a.at < :until ORDER BY a.seq;

-- :audit_between
SELECT seq, payload, prev, hash FROM audit WHERE at >= :since AND at < :until ORDER BY seq;

-- :audit_link
SELECT hash FROM audit WHERE seq = :seq;

-- :secrets_drop
DELETE FROM secret WHERE customer_id = :customer_id;

-- :key_drop
DELETE FROM customer_key WHERE customer_id = :customer_id;

-- :args_drop
UPDATE command SET args = '' WHERE id IN (
  SELECT command_id FROM audit WHERE customer_id = :customer_id AND command_id IS NOT NULL
);

-- :errands_drop
UPDATE ext_outbox SET body = '' WHERE customer_id = :customer_id AND state <> 'new';

-- :requests_all
SELECT seq, clear(body) AS body FROM link_request WHERE link <> '' ORDER BY seq;

-- :request_blank
-- The number stays: given to another request, that one would never reach a link which has read so far.
UPDATE link_request SET link = '', cause = NULL, body = '' WHERE seq = :seq;

-- :audit_acts
SELECT payload FROM audit
WHERE seq > :after AND seq <= :size AND at >= :since AND at < :until AND command_id IS NOT NULL ORDER BY seq;

-- :audit_judged
SELECT payload FROM audit WHERE type = 'RecordFinding' AND seq > :after AND seq <= :size ORDER BY seq;

-- :audit_draws
SELECT payload FROM audit WHERE actor = 'system:supervision' AND type = 'DrawSample' ORDER BY seq;

-- :audit_last_at
SELECT at FROM audit ORDER BY seq DESC LIMIT 1;

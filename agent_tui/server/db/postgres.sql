-- Twins: statements that PostgreSQL wants said in another way.

-- :lock
SELECT one FROM sync_head WHERE one = 1 FOR UPDATE;

-- :audit_walk
SELECT a.seq, a.at, a.actor, a.type, a.outcome, a.customer_id, a.command_id, convert_to(a.payload, 'UTF8') AS payload,
       a.prev, a.hash, s.body AS sealed, c.audit_seq AS c_seq, c.maker AS c_maker, c.type AS c_type,
       c.outcome AS c_outcome
FROM audit a
LEFT JOIN audit_sealed s ON s.seq = a.seq
LEFT JOIN command c ON c.id = a.command_id
ORDER BY a.seq;

-- :audit_of_customer
SELECT seq, payload, prev, hash FROM audit WHERE customer_id = :id AND at >= :since AND at < :until
UNION
SELECT seq, payload, prev, hash FROM audit
WHERE type = 'SearchCustomers' AND strpos(payload, :found) > 0 AND at >= :since AND at < :until
ORDER BY seq;

-- :followers
SELECT t.hash, t.expires_at, CASE WHEN d.id IS NULL THEN 0 ELSE 1 END AS revoked,
       (SELECT COALESCE(MAX(g.rev), 0) FROM scope_grant g WHERE g.agent_id = a.agent_id) AS rev
FROM json_array_elements_text(CAST(:sessions AS json)) AS j (hash)
JOIN token t ON t.hash = j.hash
JOIN account a ON a.login = t.login
LEFT JOIN device d ON d.id = t.device AND d.revoked_at IS NOT NULL;

-- :lease_take
INSERT INTO lease (name, holder, until)
VALUES (:name, :holder, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + :life_ms)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT);

-- :lease_drop
DELETE FROM lease WHERE name = :name AND holder = :holder;

-- :lease_holder
SELECT holder FROM lease WHERE name = :name;

-- :roll_put
INSERT INTO screen_roll (process, agent_id, until)
VALUES (:process, :agent_id, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + :life_ms)
ON CONFLICT (process, agent_id) DO UPDATE SET until = excluded.until;

-- :roll_drop
DELETE FROM screen_roll WHERE process = :process AND agent_id = :agent_id;

-- :roll_trim
DELETE FROM screen_roll WHERE until < CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT);

-- :roll_now
SELECT DISTINCT agent_id FROM screen_roll
WHERE until >= CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) ORDER BY agent_id;

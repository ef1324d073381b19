-- What readers of the feed ask, always for one caller, inside one read snapshot.

-- :txn_end
SELECT MAX(g.seq) AS seq FROM feed f JOIN feed g ON g.txn = f.txn WHERE f.seq = :seq;

-- :page_bound
SELECT fs.seq FROM scope_held h JOIN feed_scope fs ON fs.scope = h.scope
WHERE h.agent_id = :agent_id AND fs.seq > :after
GROUP BY fs.seq ORDER BY fs.seq LIMIT 1 OFFSET :limit;

-- :changed
SELECT c.entity, c.id, c.version, st.version AS now_version, clear(st.body) AS body
FROM (
  SELECT f.entity, f.id, MAX(f.version) AS version, MAX(f.seq) AS seq
  FROM scope_held h
  JOIN feed_scope fs ON fs.scope = h.scope
  JOIN feed f ON f.seq = fs.seq
  WHERE h.agent_id = :agent_id AND fs.seq > :after AND fs.seq <= :upto
  GROUP BY f.entity, f.id
) c
LEFT JOIN state st ON st.entity = c.entity AND st.id = c.id AND EXISTS (
  SELECT 1 FROM state_scope ss JOIN scope_held h2 ON h2.scope = ss.scope
  WHERE ss.entity = c.entity AND ss.id = c.id AND h2.agent_id = :agent_id
)
ORDER BY c.seq;

-- :scope_delta
SELECT scope, op, rev FROM scope_grant WHERE agent_id = :agent_id AND rev > :rev ORDER BY rev;

-- :in_scope
SELECT st.entity, st.id, st.version, clear(st.body) AS body, CASE WHEN EXISTS (
  SELECT 1 FROM state_scope s2 JOIN scope_held h ON h.scope = s2.scope
  WHERE s2.entity = st.entity AND s2.id = st.id AND h.agent_id = :agent_id
) THEN 1 ELSE 0 END AS visible
FROM state_scope ss JOIN state st ON st.entity = ss.entity AND st.id = ss.id
WHERE ss.scope = :scope ORDER BY st.entity, st.id;

-- :left_scope
SELECT f.entity, f.id, MAX(f.version) AS version, st.version AS now_version, clear(st.body) AS body
FROM feed_scope fs
JOIN feed f ON f.seq = fs.seq
LEFT JOIN state st ON st.entity = f.entity AND st.id = f.id AND EXISTS (
  SELECT 1 FROM state_scope ss JOIN scope_held h ON h.scope = ss.scope
  WHERE ss.entity = f.entity AND ss.id = f.id AND h.agent_id = :agent_id
)
WHERE fs.scope = :scope AND fs.seq > :after
GROUP BY f.entity, f.id, st.version, st.body;

-- :snapshot
SELECT st.entity, st.id, st.version, clear(st.body) AS body FROM state st
WHERE (st.entity, st.id) > (:entity, :id) AND EXISTS (
  SELECT 1 FROM state_scope ss JOIN scope_held h ON h.scope = ss.scope
  WHERE ss.entity = st.entity AND ss.id = st.id AND h.agent_id = :agent_id
)
ORDER BY st.entity, st.id LIMIT :limit;

-- :snapshot_total
SELECT COUNT(*) AS total FROM (
  SELECT ss.entity, ss.id FROM scope_held h JOIN state_scope ss ON ss.scope = h.scope
  WHERE h.agent_id = :agent_id GROUP BY ss.entity, ss.id
) seen;

-- :link_requests
SELECT seq, clear(body) AS body FROM link_request WHERE link = :link AND seq > :after ORDER BY seq LIMIT :limit;

-- What a process reads once for all of its streams (`lookout`).

-- :followers
SELECT t.hash, t.expires_at, CASE WHEN d.id IS NULL THEN 0 ELSE 1 END AS revoked,
       (SELECT COALESCE(MAX(g.rev), 0) FROM scope_grant g WHERE g.agent_id = a.agent_id) AS rev
FROM json_each(:sessions) j
JOIN token t ON t.hash = j.value
JOIN account a ON a.login = t.login
LEFT JOIN device d ON d.id = t.device AND d.revoked_at IS NOT NULL;

-- :touched
SELECT f.seq, f.entity, f.id, f.version, fs.scope
FROM feed f JOIN feed_scope fs ON fs.seq = f.seq
WHERE f.seq > :after AND f.seq <= :upto;

-- :touched_rows
SELECT c.entity, c.id, st.version, clear(st.body) AS body
FROM (SELECT DISTINCT entity, id FROM feed WHERE seq > :after AND seq <= :upto) c
LEFT JOIN state st ON st.entity = c.entity AND st.id = c.id;

-- :touched_scopes
SELECT c.entity, c.id, ss.scope
FROM (SELECT DISTINCT entity, id FROM feed WHERE seq > :after AND seq <= :upto) c
JOIN state_scope ss ON ss.entity = c.entity AND ss.id = c.id;

-- :outcomes
SELECT http, body, outcome, feed_seq FROM command WHERE id = :id AND maker = :maker;

-- :event_bounds
SELECT MIN(at) AS first, MAX(at) AS last FROM event;

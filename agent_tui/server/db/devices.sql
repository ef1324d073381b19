-- Devices: seen, revoked, wiped; and what a person may see, for its digest.

-- :device_seen
INSERT INTO device (id, login, seen_at, unsent) VALUES (:id, :login, :at, :unsent)
ON CONFLICT (id) DO UPDATE SET login = excluded.login, seen_at = excluded.seen_at, unsent = excluded.unsent;

-- :device_revoked
SELECT revoked_at FROM device WHERE id = :id AND revoked_at IS NOT NULL;

-- :device_revoke
UPDATE device SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL;

-- :device_wiped
UPDATE device SET wiped_at = :at WHERE id = :id AND revoked_at IS NOT NULL AND wiped_at IS NULL;

-- :device_key_put
INSERT INTO device_key (id, key) VALUES (:id, :key) ON CONFLICT (id) DO NOTHING;

-- :device_key
SELECT key FROM device_key WHERE id = :id;

-- :device_signed
UPDATE device_key SET signature = :signature WHERE id = :id;

-- :device_known
SELECT id FROM device WHERE id = :id;

-- :devices
SELECT d.id, d.login, d.seen_at, d.unsent, d.revoked_at, d.wiped_at, k.signature
FROM device d LEFT JOIN device_key k ON k.id = d.id ORDER BY d.seen_at DESC, d.id;

-- :visible
SELECT st.entity, st.id, st.version FROM state st
WHERE EXISTS (
  SELECT 1 FROM state_scope ss JOIN scope_held h ON h.scope = ss.scope
  WHERE ss.entity = st.entity AND ss.id = st.id AND h.agent_id = :agent_id
);

-- Accounts, tokens, keys, search and the audit's readers.

-- :account
SELECT login, agent_id, kind, password_hash FROM account WHERE login = :login;

-- :account_put
-- The column `failures` is written for programs before `tries` was there.
INSERT INTO account (login, agent_id, kind, password_hash, failures) VALUES (:login, :agent_id, :kind, :password_hash, 0)
ON CONFLICT (login) DO UPDATE SET agent_id = excluded.agent_id, kind = excluded.kind,
  password_hash = excluded.password_hash;

-- :accounts
SELECT login, agent_id, kind FROM account ORDER BY login;

-- :token_add
INSERT INTO token (hash, login, device, issued_at, expires_at, step_up_at)
VALUES (:hash, :login, :device, :issued_at, :expires_at, NULL);

-- :token
SELECT t.hash, t.login, t.device, t.issued_at, t.expires_at, t.step_up_at, a.agent_id, a.kind
FROM token t JOIN account a ON a.login = t.login WHERE t.hash = :hash;

-- :token_extend
UPDATE token SET expires_at = :expires_at WHERE hash = :hash;

-- :token_step_up
UPDATE token SET step_up_at = :at WHERE hash = :hash;

-- :token_drop
DELETE FROM token WHERE hash = :hash;

-- :tokens_live
SELECT COUNT(*) AS n FROM token WHERE login = :login AND expires_at > :now;

-- :tokens_trim
DELETE FROM token WHERE expires_at < :before;

-- :customer_key
SELECT wrapped FROM customer_key WHERE customer_id = :customer_id;

-- :customer_key_add
INSERT INTO customer_key (customer_id, wrapped) VALUES (:customer_id, :wrapped);

-- :secret
SELECT ciphertext FROM secret WHERE customer_id = :customer_id AND field = :field;

-- :secret_put
INSERT INTO secret (customer_id, field, ciphertext) VALUES (:customer_id, :field, :ciphertext)
ON CONFLICT (customer_id, field) DO UPDATE SET ciphertext = excluded.ciphertext;

-- :search_drop
DELETE FROM search_token WHERE customer_id = :customer_id;

-- :search_add
INSERT INTO search_token (token, kind, customer_id) VALUES (:token, :kind, :customer_id)
ON CONFLICT DO NOTHING;

-- :search
SELECT s.customer_id, s.kind, clear(st.body) AS body FROM search_token s
JOIN state st ON st.entity = 'customer' AND st.id = s.customer_id
WHERE s.token = :token ORDER BY s.kind, s.customer_id LIMIT :limit;

-- :reveal_before
SELECT at FROM audit WHERE type = 'RevealField' AND outcome = 'applied' AND actor = :actor
ORDER BY seq DESC LIMIT 1 OFFSET :back;

-- :search_before
SELECT at FROM audit WHERE type = 'SearchCustomers' AND outcome = 'applied' AND actor = :actor
ORDER BY seq DESC LIMIT 1 OFFSET :back;

-- :search_one
SELECT customer_id FROM search_token WHERE token = :token AND kind = :kind ORDER BY customer_id LIMIT 2;

-- :events_from
SELECT seq, clear(body) AS body FROM event WHERE seq > :after AND at >= :since ORDER BY seq LIMIT :limit;

-- :events_between
SELECT seq, clear(body) AS body FROM event WHERE at >= :since AND at < :until ORDER BY seq;

-- :walks_of
SELECT c.id, c.maker, c.args, MIN(e.seq) AS seq FROM event e JOIN command c ON c.id = e.cause
WHERE e.contact_id = :contact_id AND e.name = 'BlueprintWalked'
GROUP BY c.id, c.maker, c.args ORDER BY seq;

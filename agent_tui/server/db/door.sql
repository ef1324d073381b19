-- The door: tries, and who may come in.

-- :tries
SELECT failures, last_at, blocked_until, told FROM tries WHERE name = :name;

-- :tries_put
INSERT INTO tries (name, failures, last_at, blocked_until, told) VALUES (:name, :failures, :last_at, :blocked_until, 0)
ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
  blocked_until = excluded.blocked_until, told = 0;

-- :tries_told
UPDATE tries SET told = 1 WHERE name = :name;

-- :tries_drop
DELETE FROM tries WHERE name = :name;

-- :tries_trim
DELETE FROM tries WHERE last_at < :before;

-- :tokens_of
SELECT hash FROM token WHERE login = :login AND (:device = '' OR device = :device);

-- :account_lock
UPDATE account SET password_hash = '' WHERE login = :login;

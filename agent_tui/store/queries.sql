-- :meta_all
SELECT key, value FROM meta;

-- :meta_put
INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value;

-- :row_get
SELECT body FROM row WHERE entity = ? AND id = ?;

-- :row_version
SELECT version FROM row WHERE entity = ? AND id = ?;

-- :rows_of_entity
SELECT body FROM row WHERE entity = ? ORDER BY sort, id;

-- :rows_of_customer
SELECT body FROM row WHERE customer_id = ? AND customer_id <> '' AND entity = ? AND entity <> 'contact'
ORDER BY sort DESC LIMIT ?;

-- :contacts_of_customer
SELECT body FROM row WHERE entity = 'contact' AND customer_id = ? AND customer_id <> '' ORDER BY substr(sort, 3) DESC LIMIT ?;

-- :contacts_ended
SELECT body FROM row WHERE entity = 'contact' AND status = 'closed' ORDER BY id DESC LIMIT ?;

-- :rows_of_parent
SELECT body FROM row WHERE parent_id = ? AND parent_id <> '' AND entity = ? ORDER BY sort DESC LIMIT ?;

-- :questions
SELECT body FROM row WHERE parent_id >= 'article:' AND parent_id < 'article;' AND parent_id <> '' AND entity = 'ticket'
ORDER BY sort;

-- :hand_overs
SELECT body FROM row WHERE parent_id >= 'hand_over:' AND parent_id < 'hand_over;' AND entity = 'ticket' ORDER BY sort;

-- :row_count
SELECT COUNT(*) FROM row;

-- :row_versions
SELECT entity, id, version FROM row;

-- :row_put
INSERT INTO row(entity, id, version, status, group_id, agent_id, customer_id, parent_id, sort, place, generation, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(entity, id) DO UPDATE SET
  version = excluded.version, status = excluded.status, group_id = excluded.group_id, agent_id = excluded.agent_id,
  customer_id = excluded.customer_id, parent_id = excluded.parent_id, sort = excluded.sort, place = excluded.place,
  generation = excluded.generation, body = excluded.body
WHERE excluded.version > row.version;

-- :row_put_snapshot
INSERT INTO row(entity, id, version, status, group_id, agent_id, customer_id, parent_id, sort, place, generation, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(entity, id) DO UPDATE SET
  version = excluded.version, status = excluded.status, group_id = excluded.group_id, agent_id = excluded.agent_id,
  customer_id = excluded.customer_id, parent_id = excluded.parent_id, sort = excluded.sort, place = excluded.place,
  generation = excluded.generation, body = excluded.body;

-- :row_remove
DELETE FROM row WHERE entity = ? AND id = ?;

-- :rows_not_in_snapshot
DELETE FROM row WHERE generation <> ?;

-- :window_down
SELECT place, n, entity, body FROM row WHERE place >= ? AND place < ? ORDER BY place, n LIMIT ? OFFSET ?;

-- :window_up
SELECT place, n, entity, body FROM row WHERE place >= ? AND place < ? ORDER BY place DESC, n DESC LIMIT ? OFFSET ?;

-- :window_after
SELECT place, n, entity, body FROM row WHERE (place, n) > (?, ?) AND place < ? ORDER BY place, n LIMIT ? OFFSET ?;

-- :window_of_agent
SELECT place, n, entity, body FROM row
WHERE agent_id = ? AND agent_id <> '' AND place >= ? AND place < ? ORDER BY place, n LIMIT ? OFFSET ?;

-- :count_of_agent
SELECT COUNT(*) FROM row WHERE agent_id = ? AND agent_id <> '' AND place >= ? AND place < ?;

-- :tally
SELECT list, group_id, n FROM tally WHERE n > 0;

-- :first_place_of_group
SELECT MIN(place) FROM row WHERE group_id = ? AND place >= ? AND place < ?;

-- :unindexed
SELECT u.n, r.entity, r.body FROM unindexed u LEFT JOIN row r ON r.n = u.n AND r.entity IN ('bundle', 'bulletin', 'article', 'ticket')
ORDER BY u.n DESC LIMIT ?;

-- :unindexed_count
SELECT COUNT(*) FROM unindexed;

-- :unindex_guides
INSERT OR IGNORE INTO unindexed(n) SELECT n FROM row WHERE entity IN ('bundle', 'bulletin', 'article');

-- :indexed
DELETE FROM unindexed WHERE n = ?;

-- :guide_index
INSERT OR REPLACE INTO find_guide(rowid, title, words, sound) VALUES (?, ?, ?, ?);

-- :text_index
INSERT OR REPLACE INTO find_text(rowid, body) VALUES (?, ?);

-- :text_forget
DELETE FROM find_text WHERE rowid = ?;

-- :texts_found
SELECT rowid FROM find_text WHERE find_text MATCH ? ORDER BY rowid DESC LIMIT ?;

-- :guide_forget
DELETE FROM find_guide WHERE rowid = ?;

-- :guide_merge
INSERT INTO find_guide(find_guide, rank) VALUES ('merge', ?);

-- :text_merge
INSERT INTO find_text(find_text, rank) VALUES ('merge', ?);

-- :entry_put
INSERT OR REPLACE INTO entry(n, data) VALUES (?, ?);

-- :entry_forget
DELETE FROM entry WHERE n = ?;

-- :entry_has
SELECT 1 FROM entry WHERE n = ?;

-- :entry_get
SELECT data FROM entry WHERE n = ?;

-- :guide_count
SELECT COUNT(*) FROM find_guide_docsize;

-- :guides_found
SELECT rowid FROM find_guide WHERE find_guide MATCH ? ORDER BY bm25(find_guide, 8.0, 6.0, 4.0) LIMIT ?;

-- :guide_called
SELECT 1 FROM find_guide WHERE find_guide MATCH ? LIMIT 1;

-- :guides_newest
SELECT rowid FROM find_guide WHERE find_guide MATCH ? ORDER BY rowid DESC LIMIT ?;

-- :guide_words
SELECT term, max(doc) FROM (
  SELECT term, doc FROM find_guide_word WHERE term >= 'a' AND term < '{'
  UNION ALL SELECT term, doc FROM find_text_word WHERE term >= 'a' AND term < '{'
) GROUP BY term ORDER BY term;

-- :guide_word
SELECT max((SELECT coalesce(max(doc), 0) FROM find_guide_word WHERE term = ?1),
           (SELECT coalesce(max(doc), 0) FROM find_text_word WHERE term = ?1));

-- :ticket_index
INSERT OR REPLACE INTO find_ticket(rowid, tokens) VALUES (?, ?);

-- :ticket_forget
DELETE FROM find_ticket WHERE rowid = ?;

-- :tickets_found
SELECT r.body FROM find_ticket f JOIN row r ON r.n = f.rowid
WHERE f.find_ticket MATCH ? AND r.entity = 'ticket' ORDER BY f.rowid DESC LIMIT ?;

-- :tickets_hold
SELECT 1 FROM find_ticket WHERE find_ticket MATCH ? LIMIT 1;

-- :row_last
SELECT max(n) FROM row;

-- :ticket_words
SELECT term FROM find_ticket_word WHERE term >= ? AND term < ? LIMIT ?;

-- :number_put
INSERT OR IGNORE INTO number(number, n) VALUES (?, ?);

-- :number_forget
DELETE FROM number WHERE n = ?;

-- :numbers_found
SELECT r.body FROM number x CROSS JOIN row r ON r.n = x.n
WHERE x.number >= ? AND x.number < ? AND r.entity = 'ticket' ORDER BY x.number, x.n LIMIT ?;

-- :outbox_add
INSERT INTO outbox(id, agent_id, lane, type, target, if_match, body, offline, made_at, made_ms, seen, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued');

-- :outbox_all
SELECT n, id, agent_id, lane, type, target, if_match, body, offline, made_at, made_ms, state, attempts, feed_seq, problem, reasons,
       seen, edits
FROM outbox ORDER BY n;

-- :outbox_state
UPDATE outbox SET state = ?1, attempts = attempts + (?1 = 'sending') WHERE id = ?2;

-- :outbox_recover
UPDATE outbox SET state = CASE WHEN offline = 1 THEN 'queued' ELSE 'unknown' END WHERE state = 'sending';

-- :outbox_outcome
UPDATE outbox SET state = ?, feed_seq = ?, problem = ?, reasons = ?, edits = ? WHERE id = ?;

-- :outbox_drop
DELETE FROM outbox WHERE id = ?;

-- :done_put
INSERT OR REPLACE INTO done(id, agent_id, lane, type, target, if_match, body, made_at, made_ms, seen)
SELECT id, agent_id, lane, type, target, if_match, body, made_at, made_ms, seen FROM outbox
WHERE id = ? AND state IN ('applied', 'awaiting_approval');

-- :done_doubt
UPDATE done SET doubtful = 1;

-- :done_doubtful
SELECT id, type FROM done WHERE doubtful AND agent_id IN ('', ?) ORDER BY made_ms LIMIT ?;

-- :done_known
UPDATE done SET doubtful = 0 WHERE id = ?;

-- :done_again
-- OR IGNORE would let a row go that breaks any rule of the table, and with it the command.
INSERT INTO outbox(id, agent_id, lane, type, target, if_match, body, offline, made_at, made_ms, seen, state, attempts, problem, reasons)
SELECT id, agent_id, lane, type, target, if_match, body, 0, made_at, made_ms, seen, ?2, 1, ?3, ?4 FROM done WHERE id = ?1
ON CONFLICT(id) DO NOTHING;

-- :done_forget
DELETE FROM done WHERE id = ?;

-- :done_prune
DELETE FROM done WHERE made_ms < ?;

-- :receipt_put
INSERT INTO receipt(id, type, outcome, action, customer_id, amount_minor, made_at, feed_seq, audit_seq, audit_hash, kept_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE SET outcome = excluded.outcome, feed_seq = excluded.feed_seq,
  audit_seq = CASE excluded.audit_hash WHEN '' THEN receipt.audit_seq ELSE excluded.audit_seq END,
  audit_hash = CASE excluded.audit_hash WHEN '' THEN receipt.audit_hash ELSE excluded.audit_hash END;

-- :receipt_void
UPDATE receipt SET outcome = 'expired', feed_seq = 0 WHERE id = ?;

-- :receipt_unlink
UPDATE receipt SET audit_seq = 0, audit_hash = '' WHERE id = ?;

-- :receipt_prune
DELETE FROM receipt WHERE kept_ms < ?;

-- :receipt_all
SELECT id, type, outcome, audit_seq, audit_hash FROM receipt ORDER BY made_at;

-- :draft_all
SELECT key, text, updated_at FROM draft ORDER BY updated_at DESC;

-- :draft_put
INSERT INTO draft(key, text, updated_at) VALUES (?, ?, ?)
ON CONFLICT(key) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at;

-- :draft_drop
DELETE FROM draft WHERE key = ?;

-- :audit_last
SELECT hash FROM local_audit ORDER BY n DESC LIMIT 1;

-- :audit_add
INSERT INTO local_audit(at, event, prev, hash) VALUES (?, ?, ?, ?);

-- :audit_all
SELECT n, at, event, prev, hash FROM local_audit ORDER BY n;

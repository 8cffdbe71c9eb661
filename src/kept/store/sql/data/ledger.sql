-- name: entry_insert (entry_id, account_commitment, person_commitment, account_key, account_sealed, recorded_at)
-- An entry; never updated, never deleted.
INSERT INTO entry (entry_id, account_commitment, person_commitment, account_key, account_sealed, recorded_at)
VALUES (:entry_id, :account_commitment, :person_commitment, :account_key, :account_sealed, :recorded_at);

-- name: entry_get (entry_id) -> account_commitment, person_commitment, account_key, account_sealed, recorded_at
-- One entry.
SELECT account_commitment, person_commitment, account_key, account_sealed, recorded_at FROM entry
WHERE entry_id = :entry_id;

-- name: entries_page (since, limit) -> entry_id, account_commitment, person_commitment, account_key, account_sealed, recorded_at
-- The newest entries, for the console.
SELECT entry_id, account_commitment, person_commitment, account_key, account_sealed, recorded_at FROM entry
WHERE recorded_at >= :since ORDER BY recorded_at DESC, entry_id DESC LIMIT :limit;

-- name: entry_person_insert (person_id, entry_id, key_id, sealed, recorded_at, number)
-- The person part of an entry, with its number among theirs.
INSERT INTO entry_person (person_id, entry_id, key_id, sealed, recorded_at, number)
VALUES (:person_id, :entry_id, :key_id, :sealed, :recorded_at, :number);

-- name: entry_links (person_id, after) -> number, entry_id
-- A person's entries by their numbers, behind one of them.
SELECT number, entry_id FROM entry_person WHERE person_id = :person_id AND number > :after ORDER BY number, entry_id;

-- name: entry_parts_page (person_id, after, limit) -> number, entry_id, key_id, sealed
-- The person parts of a person's entries by their numbers, a page at a time.
SELECT number, entry_id, key_id, sealed FROM entry_person WHERE person_id = :person_id AND number > :after
ORDER BY number, entry_id LIMIT :limit;

-- name: entry_chain_get (person_id) -> number, head
-- How many entries of a person were counted.
SELECT number, head FROM entry_chain WHERE person_id = :person_id;

-- name: entry_chain_insert (person_id, number, head)
-- The first entry of a person is counted.
INSERT INTO entry_chain (person_id, number, head) VALUES (:person_id, :number, :head);

-- name: entry_chain_set (person_id, number, head, expected_number)
-- One more is counted, if nobody else counted meanwhile.
UPDATE entry_chain SET number = :number, head = :head WHERE person_id = :person_id AND number = :expected_number;

-- name: entry_chain_restore (person_id, number, head)
-- After a restore: counting goes on behind what K remembers.
INSERT INTO entry_chain (person_id, number, head) VALUES (:person_id, :number, :head)
ON CONFLICT (person_id) DO UPDATE SET number = :number, head = :head;

-- name: entry_chain_moved_put (person_id, number)
-- K has to hear how far a person's entries were counted.
INSERT INTO entry_chain_moved (person_id, number) VALUES (:person_id, :number)
ON CONFLICT (person_id) DO UPDATE SET number = :number;

-- name: entry_chain_moved_get (person_id) -> number
-- Whether K has to hear of a person.
SELECT number FROM entry_chain_moved WHERE person_id = :person_id;

-- name: entry_chain_moved_page (after, limit) -> person_id, number
-- Of whom K has to hear, a page at a time.
SELECT person_id, number FROM entry_chain_moved WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: entry_chain_moved_delete (person_id, number)
-- K has heard, unless more was counted meanwhile.
DELETE FROM entry_chain_moved WHERE person_id = :person_id AND number = :number;

-- name: entry_chain_moved_erase (person_id)
-- Part of erasing a person.
DELETE FROM entry_chain_moved WHERE person_id = :person_id;

-- name: entry_chain_erase (person_id)
-- Part of erasing a person.
DELETE FROM entry_chain WHERE person_id = :person_id;

-- name: entry_person_get (person_id, entry_id) -> key_id, sealed
-- The person part of one entry.
SELECT key_id, sealed FROM entry_person WHERE person_id = :person_id AND entry_id = :entry_id;

-- name: entries_of_person_page (person_id, before, before_id, limit) -> entry_id, key_id, sealed, recorded_at, number
-- What concerned a person, newest first, from the last entry of the page before; entries of one flush share their time.
SELECT entry_id, key_id, sealed, recorded_at, number FROM entry_person
WHERE person_id = :person_id AND (recorded_at, entry_id) < (:before, :before_id)
ORDER BY recorded_at DESC, entry_id DESC LIMIT :limit;

-- name: entries_of_person_count (person_id) -> count
-- How many entries concern a person.
SELECT COUNT(*) FROM entry_person WHERE person_id = :person_id;

-- name: entry_person_erase (person_id)
-- Part of erasing a person; the leaves stay, their person parts go.
DELETE FROM entry_person WHERE person_id = :person_id;

-- name: todo_insert (entry_id, since)
-- An entry waits to be integrated.
INSERT INTO todo (entry_id, since) VALUES (:entry_id, :since);

-- name: todo_take (limit) -> since, entry_id
-- What waits longest, whether or not an entry stands behind it.
SELECT since, entry_id FROM todo ORDER BY since, entry_id LIMIT :limit;

-- name: todo_page (since, after, limit) -> since, entry_id
-- What waits, from a moment and an entry on.
SELECT since, entry_id FROM todo WHERE (since, entry_id) > (:since, :after) ORDER BY since, entry_id LIMIT :limit;

-- name: todo_oldest () -> since
-- Since when the oldest waits.
SELECT since FROM todo ORDER BY since LIMIT 1;

-- name: todo_has (since, entry_id) -> since
-- Whether an entry recorded at a moment waits.
SELECT since FROM todo WHERE since = :since AND entry_id = :entry_id;

-- name: todo_delete (since, entry_id)
-- An entry was integrated, or set aside.
DELETE FROM todo WHERE since = :since AND entry_id = :entry_id;

-- name: todo_forget ()
-- Recovery opens a new log: all entries wait anew.
DELETE FROM todo WHERE since >= 0;

-- name: todo_aside_put (entry_id, since, flaw)
-- What waited does not hold: it is set aside.
INSERT INTO todo_aside (entry_id, since, flaw) VALUES (:entry_id, :since, :flaw)
ON CONFLICT (entry_id) DO UPDATE SET flaw = :flaw;

-- name: todo_aside () -> entry_id, since, flaw
-- What was set aside.
SELECT entry_id, since, flaw FROM todo_aside ORDER BY since, entry_id;

-- name: todo_aside_has (entry_id) -> since
-- Whether an entry was set aside.
SELECT since FROM todo_aside WHERE entry_id = :entry_id;

-- name: todo_aside_count () -> count
-- How much was set aside.
SELECT COUNT(*) FROM todo_aside;

-- name: todo_aside_delete (entry_id)
-- What was set aside waits again.
DELETE FROM todo_aside WHERE entry_id = :entry_id;

-- name: position_insert (entry_id, position)
-- Where an entry stands in the tree.
INSERT INTO leaf_position (entry_id, position) VALUES (:entry_id, :position);

-- name: position_get (entry_id) -> position
-- Where an entry stands in the tree.
SELECT position FROM leaf_position WHERE entry_id = :entry_id;

-- name: positions_page (from_position, limit) -> entry_id, position
-- Entries in the order of the tree.
SELECT entry_id, position FROM leaf_position WHERE position >= :from_position ORDER BY position LIMIT :limit;

-- name: tile_get (level, idx) -> data
-- One tile.
SELECT data FROM tile WHERE level = :level AND idx = :idx;

-- name: tile_put (level, idx, data)
-- A tile, new or grown.
INSERT INTO tile (level, idx, data) VALUES (:level, :idx, :data)
ON CONFLICT (level, idx) DO UPDATE SET data = :data;

-- name: head_get (name) -> size, root, at
-- The head of the tree.
SELECT size, root, at FROM head WHERE name = :name;

-- name: head_insert (name, size, root, at)
-- The head of an empty tree.
INSERT INTO head (name, size, root, at) VALUES (:name, :size, :root, :at);

-- name: head_set (name, size, root, at, expected_size)
-- The next head, if no other sequencer was faster: the fence.
UPDATE head SET size = :size, root = :root, at = :at WHERE name = :name AND size = :expected_size;

-- name: checkpoint_put (size, note, at)
-- A signed checkpoint.
INSERT INTO checkpoint (size, note, at) VALUES (:size, :note, :at)
ON CONFLICT (size) DO NOTHING;

-- name: cosignature_put (size, cosigner, line, at)
-- A witness cosigned a checkpoint.
INSERT INTO cosignature (size, cosigner, line, at) VALUES (:size, :cosigner, :line, :at)
ON CONFLICT (size, cosigner) DO UPDATE SET line = :line, at = :at;

-- name: cosignatures () -> size, cosigner, line
-- What is kept of cosignatures, newest checkpoint first: few, since a newer one takes the place of older ones.
SELECT size, cosigner, line FROM cosignature ORDER BY size DESC, cosigner;

-- name: cosignatures_drop (below, published)
-- A newer checkpoint was cosigned: older ones have no use, but for the one that is published.
DELETE FROM cosignature WHERE size < :below AND size <> :published;

-- name: cosignatures_forget ()
-- Recovery opens a new log: old cosignatures are of another one.
DELETE FROM cosignature WHERE size >= 0;

-- name: tally_add (day, clause, act, outcome, count, last_at)
-- Counts one more answer under a clause.
INSERT INTO tally (day, clause, act, outcome, count, last_at)
VALUES (:day, :clause, :act, :outcome, :count, :last_at)
ON CONFLICT (day, clause, act, outcome) DO UPDATE SET count = tally.count + :count, last_at = :last_at;

-- name: tallies () -> day, clause, act, outcome, count, last_at
-- All counts, for the promise board.
SELECT day, clause, act, outcome, count, last_at FROM tally ORDER BY day;

-- name: checkpoint_at_most (size) -> note
-- The newest signed checkpoint of at most a size: what a customer's browser compares with.
SELECT note FROM checkpoint WHERE size <= :size ORDER BY size DESC LIMIT 1;

-- name: checkpoints_page (after, limit) -> size, note
-- Signed checkpoints in the order of their size, a page at a time, to verify.
SELECT size, note FROM checkpoint WHERE size > :after ORDER BY size LIMIT :limit;

-- name: tiles_forget ()
-- Recovery opens a new log: its tiles are computed anew.
DELETE FROM tile WHERE level >= 0;

-- name: positions_forget ()
-- Recovery opens a new log: entries take new places.
DELETE FROM leaf_position WHERE position >= 0;

-- name: head_forget (name)
-- Recovery opens a new log.
DELETE FROM head WHERE name = :name;

-- name: checkpoints_forget ()
-- Recovery opens a new log: old checkpoints are of another one.
DELETE FROM checkpoint WHERE size >= 0;

-- name: entries_all (after, limit) -> entry_id, account_commitment, person_commitment, account_key, account_sealed, recorded_at
-- Every entry in the order of ids, a page at a time, to verify or to integrate anew.
SELECT entry_id, account_commitment, person_commitment, account_key, account_sealed, recorded_at FROM entry
WHERE entry_id > :after ORDER BY entry_id LIMIT :limit;

-- name: entries_since (since, after, limit) -> recorded_at, entry_id
-- Entries in the order of their time, from a moment and an entry on.
SELECT recorded_at, entry_id FROM entry WHERE (recorded_at, entry_id) > (:since, :after)
ORDER BY recorded_at, entry_id LIMIT :limit;

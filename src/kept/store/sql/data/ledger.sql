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

-- name: entry_person_insert (person_id, entry_id, key_id, sealed, recorded_at)
-- The person part of an entry.
INSERT INTO entry_person (person_id, entry_id, key_id, sealed, recorded_at)
VALUES (:person_id, :entry_id, :key_id, :sealed, :recorded_at);

-- name: entry_person_get (person_id, entry_id) -> key_id, sealed
-- The person part of one entry.
SELECT key_id, sealed FROM entry_person WHERE person_id = :person_id AND entry_id = :entry_id;

-- name: entries_of_person_page (person_id, before, before_id, limit) -> entry_id, key_id, sealed, recorded_at
-- What concerned a person, newest first, from the last entry of the page before; entries of one flush share their time.
SELECT entry_id, key_id, sealed, recorded_at FROM entry_person
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

-- name: todo_take (limit) -> entry_id
-- The entries that wait longest.
SELECT entry_id FROM todo ORDER BY since LIMIT :limit;

-- name: todo_oldest () -> since
-- Since when the oldest waits.
SELECT since FROM todo ORDER BY since LIMIT 1;

-- name: todo_delete (entry_id)
-- An entry was integrated.
DELETE FROM todo WHERE entry_id = :entry_id;

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

-- name: cosignatures () -> size, line
-- What is kept of cosignatures, newest checkpoint first: few, since a newer one takes the place of older ones.
SELECT size, line FROM cosignature ORDER BY size DESC, cosigner;

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

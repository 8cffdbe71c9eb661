-- name: state_get (person_id) -> g, key_id, sealed
-- The sealed state of one person.
SELECT g, key_id, sealed FROM state WHERE person_id = :person_id;

-- name: state_g (person_id) -> g
-- The number of a person's state alone, looked at again in the flush.
SELECT g FROM state WHERE person_id = :person_id;

-- name: state_insert (person_id, g, key_id, sealed)
-- A new person.
INSERT INTO state (person_id, g, key_id, sealed) VALUES (:person_id, :g, :key_id, :sealed);

-- name: state_set (person_id, g, key_id, sealed, expected_g)
-- The next state, if nobody was faster.
UPDATE state SET g = :g, key_id = :key_id, sealed = :sealed WHERE person_id = :person_id AND g = :expected_g;

-- name: state_erase (person_id)
-- Part of erasing a person.
DELETE FROM state WHERE person_id = :person_id;

-- name: people_page (after, limit) -> person_id
-- People in the order of their ids, a page at a time.
SELECT person_id FROM state WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: people_count () -> count
-- How many people there are.
SELECT COUNT(*) FROM state;

-- name: value_of_slot (person_id, slot) -> version, key_id, sealed
-- The kept versions of one slot.
SELECT version, key_id, sealed FROM value WHERE person_id = :person_id AND slot = :slot;

-- name: value_all (person_id) -> slot, version, key_id, sealed
-- Every kept version of every slot of a person.
SELECT slot, version, key_id, sealed FROM value WHERE person_id = :person_id;

-- name: value_insert (person_id, slot, version, key_id, sealed)
-- A new version of a slot.
INSERT INTO value (person_id, slot, version, key_id, sealed) VALUES (:person_id, :slot, :version, :key_id, :sealed);

-- name: value_delete (person_id, slot, version)
-- One version that ended or was removed.
DELETE FROM value WHERE person_id = :person_id AND slot = :slot AND version = :version;

-- name: value_set (person_id, slot, version, key_id, sealed) = 1
-- The same value sealed again under a fresh key.
UPDATE value SET key_id = :key_id, sealed = :sealed WHERE person_id = :person_id AND slot = :slot AND version = :version;

-- name: value_erase (person_id)
-- Part of erasing a person.
DELETE FROM value WHERE person_id = :person_id;

-- name: receipt_insert (person_id, receipt_id, kind, at, key_id, sealed)
-- A receipt given to a person.
INSERT INTO receipt (person_id, receipt_id, kind, at, key_id, sealed)
VALUES (:person_id, :receipt_id, :kind, :at, :key_id, :sealed);

-- name: receipts (person_id) -> receipt_id, kind, at, key_id, sealed
-- The receipts of a person, newest first.
SELECT receipt_id, kind, at, key_id, sealed FROM receipt WHERE person_id = :person_id ORDER BY at DESC;

-- name: receipt_erase (person_id)
-- Part of erasing a person.
DELETE FROM receipt WHERE person_id = :person_id;

-- name: erasure_insert (person_id, receipt_id, intended_at, due_at, started_by)
-- An erasure is intended.
INSERT INTO erasure (person_id, receipt_id, intended_at, due_at, started_by)
VALUES (:person_id, :receipt_id, :intended_at, :due_at, :started_by);

-- name: erasure_get (person_id) -> receipt_id, intended_at, due_at, started_by
-- The erasure of one person, while it is not finished.
SELECT receipt_id, intended_at, due_at, started_by FROM erasure WHERE person_id = :person_id;

-- name: erasures_due (at) -> person_id, receipt_id, intended_at, due_at, started_by
-- Erasures whose time has come and that are not finished.
SELECT person_id, receipt_id, intended_at, due_at, started_by FROM erasure WHERE due_at <= :at ORDER BY due_at;

-- name: erasure_of_receipt (receipt_id) -> due_at
-- When the erasure of a receipt is due, while it is not finished.
SELECT due_at FROM erasure WHERE receipt_id = :receipt_id;

-- name: erasure_hasten (person_id, at)
-- The person asks for it now.
UPDATE erasure SET due_at = :at WHERE person_id = :person_id AND due_at > :at;

-- name: erasure_erase (person_id)
-- An erasure is finished or undone.
DELETE FROM erasure WHERE person_id = :person_id;

-- name: state_restore (person_id, g, key_id, sealed)
-- Recovery: the newer state that K acknowledged takes the place of an older one.
INSERT INTO state (person_id, g, key_id, sealed) VALUES (:person_id, :g, :key_id, :sealed)
ON CONFLICT (person_id) DO UPDATE SET g = :g, key_id = :key_id, sealed = :sealed WHERE state.g < :g;

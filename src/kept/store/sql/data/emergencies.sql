-- name: emergency_insert (case_id, number, opened_by, own_role, lent_role, purpose, reason, opened_at, ends_at)
-- A member of staff opens an emergency.
INSERT INTO emergency (case_id, number, opened_by, own_role, lent_role, purpose, reason, opened_at, ends_at, reviewed_by, reviewed_at, outcome)
VALUES (:case_id, :number, :opened_by, :own_role, :lent_role, :purpose, :reason, :opened_at, :ends_at, NULL, NULL, '');

-- name: emergency_get (case_id) -> case_id, number, opened_by, own_role, lent_role, purpose, reason, opened_at, ends_at, reviewed_by, reviewed_at, outcome
-- One emergency.
SELECT case_id, number, opened_by, own_role, lent_role, purpose, reason, opened_at, ends_at, reviewed_by, reviewed_at, outcome
FROM emergency WHERE case_id = :case_id;

-- name: emergencies (limit) -> case_id, number, opened_by, own_role, lent_role, purpose, reason, opened_at, ends_at, reviewed_by, reviewed_at, outcome
-- The newest emergencies.
SELECT case_id, number, opened_by, own_role, lent_role, purpose, reason, opened_at, ends_at, reviewed_by, reviewed_at, outcome
FROM emergency ORDER BY number DESC LIMIT :limit;

-- name: emergencies_unreviewed () -> opened_at
-- When each emergency was opened that nobody has looked at, oldest first.
SELECT opened_at FROM emergency WHERE reviewed_at IS NULL ORDER BY opened_at;

-- name: emergencies_open_of (opened_by, at) -> count
-- How many emergencies of a member of staff are open.
SELECT COUNT(*) FROM emergency WHERE opened_by = :opened_by AND ends_at > :at;

-- name: emergency_end (case_id, at)
-- An emergency is over before its time.
UPDATE emergency SET ends_at = :at WHERE case_id = :case_id AND ends_at > :at;

-- name: emergency_review (case_id, reviewed_by, reviewed_at, outcome)
-- Somebody else looked at an emergency, once.
UPDATE emergency SET reviewed_by = :reviewed_by, reviewed_at = :reviewed_at, outcome = :outcome
WHERE case_id = :case_id AND reviewed_at IS NULL;

-- name: emergency_person_insert (person_id, case_id, key_id, sealed)
-- The person an emergency is about, with what was written about it.
INSERT INTO emergency_person (person_id, case_id, key_id, sealed) VALUES (:person_id, :case_id, :key_id, :sealed);

-- name: emergency_person_get (case_id) -> person_id, key_id, sealed
-- The person an emergency is about.
SELECT person_id, key_id, sealed FROM emergency_person WHERE case_id = :case_id;

-- name: emergencies_of_person (person_id) -> case_id, key_id, sealed
-- The emergencies about a person.
SELECT case_id, key_id, sealed FROM emergency_person WHERE person_id = :person_id ORDER BY case_id;

-- name: emergency_person_erase (person_id)
-- Part of erasing a person.
DELETE FROM emergency_person WHERE person_id = :person_id;

-- name: emergency_item_insert (case_id, entry_id, item, at)
-- An emergency opened an item.
INSERT INTO emergency_item (case_id, entry_id, item, at) VALUES (:case_id, :entry_id, :item, :at);

-- name: emergency_items (case_id) -> item, at, entry_id
-- What an emergency opened, in order.
SELECT item, at, entry_id FROM emergency_item WHERE case_id = :case_id ORDER BY at, entry_id;

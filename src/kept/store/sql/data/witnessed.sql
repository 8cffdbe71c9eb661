-- name: witnessed_next () -> number
-- The highest number of a form given on paper or by phone so far.
SELECT COALESCE(MAX(number), 0) FROM witnessed;

-- name: witnessed_insert (form_id, number, how, entered_by, entered_at, status, code_hash, sealed, witness)
-- A member of staff entered what was given on paper or by phone.
INSERT INTO witnessed (form_id, number, how, entered_by, entered_at, status, reason, moved_at, code_hash, sealed, witness)
VALUES (:form_id, :number, :how, :entered_by, :entered_at, :status, '', :entered_at, :code_hash, :sealed, :witness);

-- name: witnessed_get (form_id) -> number, how, entered_by, entered_at, status, reason, moved_at, sealed, witness
-- One form.
SELECT number, how, entered_by, entered_at, status, reason, moved_at, sealed, witness FROM witnessed WHERE form_id = :form_id;

-- name: witnessed_by_code (code_hash) -> form_id
-- The form a code is of.
SELECT form_id FROM witnessed WHERE code_hash = :code_hash;

-- name: witnessed_newest (limit) -> form_id, number, how, entered_by, entered_at, status, reason, moved_at
-- The newest forms.
SELECT form_id, number, how, entered_by, entered_at, status, reason, moved_at FROM witnessed ORDER BY number DESC LIMIT :limit;

-- name: witnessed_in (status, before) -> form_id
-- Forms in a state that were entered before a moment, the oldest first.
SELECT form_id FROM witnessed WHERE status = :status AND entered_at < :before ORDER BY entered_at, form_id;

-- name: witnessed_entered (entered_by, since) -> count
-- How many forms a member of staff entered since a moment.
SELECT COUNT(*) FROM witnessed WHERE entered_by = :entered_by AND entered_at > :since;

-- name: witnessed_see (form_id, expected, status, at, witness)
-- A second member of staff has witnessed a form.
UPDATE witnessed SET status = :status, moved_at = :at, witness = :witness WHERE form_id = :form_id AND status = :expected;

-- name: witnessed_end (form_id, expected, status, reason, at, sealed)
-- What became of a form; what was sealed with it is gone.
UPDATE witnessed SET status = :status, reason = :reason, moved_at = :at, sealed = :sealed WHERE form_id = :form_id AND status = :expected;

-- name: witnessed_person_put (person_id, form_id, key_id, sealed)
-- Whom a form is about, with what it says; another writing replaces it.
INSERT INTO witnessed_person (person_id, form_id, key_id, sealed) VALUES (:person_id, :form_id, :key_id, :sealed)
ON CONFLICT (person_id, form_id) DO UPDATE SET key_id = :key_id, sealed = :sealed;

-- name: witnessed_person_get (form_id) -> person_id, key_id, sealed
-- Whom a form is about.
SELECT person_id, key_id, sealed FROM witnessed_person WHERE form_id = :form_id;

-- name: witnessed_of_person (person_id) -> form_id, key_id, sealed
-- The forms about a person.
SELECT form_id, key_id, sealed FROM witnessed_person WHERE person_id = :person_id ORDER BY form_id;

-- name: witnessed_person_erase (person_id)
-- Part of erasing a person.
DELETE FROM witnessed_person WHERE person_id = :person_id;

-- name: witnessed_person_end (person_id, form_id)
-- A form was not taken in: nothing of it stays.
DELETE FROM witnessed_person WHERE person_id = :person_id AND form_id = :form_id;

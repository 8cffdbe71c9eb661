-- name: register_put (entry_id, key_id, sealed, recorded_at, until)
-- An erased person's part of a provision's entry stays until its day.
INSERT INTO register_entry (entry_id, key_id, sealed, recorded_at, until)
VALUES (:entry_id, :key_id, :sealed, :recorded_at, :until) ON CONFLICT (entry_id) DO NOTHING;

-- name: register_page (before, before_id, limit) -> entry_id, key_id, sealed, recorded_at, until
-- What the register says about erased people, newest first.
SELECT entry_id, key_id, sealed, recorded_at, until FROM register_entry
WHERE (recorded_at, entry_id) < (:before, :before_id) ORDER BY recorded_at DESC, entry_id DESC LIMIT :limit;

-- name: register_due (at) -> entry_id
-- Lines whose day has come.
SELECT entry_id FROM register_entry WHERE until <= :at ORDER BY until;

-- name: register_end (at)
-- They go.
DELETE FROM register_entry WHERE until <= :at;

-- name: entries_of_person_under (person_id, key_id) -> entry_id, key_id, sealed, recorded_at
-- A person's parts of entries that are sealed under one key.
SELECT entry_id, key_id, sealed, recorded_at FROM entry_person WHERE person_id = :person_id AND key_id = :key_id ORDER BY recorded_at, entry_id;

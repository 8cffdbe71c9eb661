-- name: restore_marks () -> name, value
-- What a restore says of this database.
SELECT name, value FROM restore_mark ORDER BY name;

-- name: restore_mark_put (name, value)
-- A restore says what this database is of, before anybody has its keys.
INSERT INTO restore_mark (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value;

-- name: restore_mark_delete (name)
-- A start took it over.
DELETE FROM restore_mark WHERE name = :name;

-- name: person_rows_get (person_id) -> changes, sealed
-- Sums over bound rows, with how often they changed.
SELECT changes, sealed FROM person_rows WHERE person_id = :person_id;

-- name: person_rows_put (person_id, changes, sealed)
-- Sums after a change.
INSERT INTO person_rows (person_id, changes, sealed) VALUES (:person_id, :changes, :sealed)
ON CONFLICT (person_id) DO UPDATE SET changes = :changes, sealed = :sealed;

-- name: person_rows_page (after, limit) -> person_id, changes
-- Whose sums there are, a page at a time.
SELECT person_id, changes FROM person_rows WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: person_rows_erase (person_id)
-- Part of erasing a person.
DELETE FROM person_rows WHERE person_id = :person_id;

-- name: other_person_changes_put (person_id, changes)
-- A newer number was seen there.
INSERT INTO other_person_changes (person_id, changes) VALUES (:person_id, :changes)
ON CONFLICT (person_id) DO UPDATE SET changes = :changes WHERE other_person_changes.changes < :changes;

-- name: other_person_changes_page (after, limit) -> person_id, changes
-- Every number, a page at a time.
SELECT person_id, changes FROM other_person_changes WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: other_person_changes_erase (person_id)
-- Part of erasing a person.
DELETE FROM other_person_changes WHERE person_id = :person_id;

-- name: table_rows_get (table_name) -> changes, sealed
-- Sums over bound rows, with how often they changed.
SELECT changes, sealed FROM table_rows WHERE table_name = :table_name;

-- name: table_rows_put (table_name, changes, sealed)
-- Sums after a change.
INSERT INTO table_rows (table_name, changes, sealed) VALUES (:table_name, :changes, :sealed)
ON CONFLICT (table_name) DO UPDATE SET changes = :changes, sealed = :sealed;

-- name: other_table_changes_put (table_name, changes)
-- A newer number was seen there.
INSERT INTO other_table_changes (table_name, changes) VALUES (:table_name, :changes)
ON CONFLICT (table_name) DO UPDATE SET changes = :changes WHERE other_table_changes.changes < :changes;

-- name: other_table_changes () -> table_name, changes
-- Every number of a table in the other database, as it was last seen.
SELECT table_name, changes FROM other_table_changes ORDER BY table_name;

-- name: other_person_changes_forget ()
-- What a signed recovery found of the other database is what counts from now on.
DELETE FROM other_person_changes;

-- name: other_table_changes_forget ()
-- What a signed recovery found of the other database is what counts from now on.
DELETE FROM other_table_changes;

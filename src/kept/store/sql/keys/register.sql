-- name: statutory_put (key_id, person_id, epoch, wrapped, until)
-- An erased person's statutory key stays until its day.
INSERT INTO statutory_key (key_id, person_id, epoch, wrapped, until)
VALUES (:key_id, :person_id, :epoch, :wrapped, :until) ON CONFLICT (key_id) DO NOTHING;

-- name: statutory_get (key_id) -> person_id, epoch, wrapped, until
-- One key, and whose it is.
SELECT person_id, epoch, wrapped, until FROM statutory_key WHERE key_id = :key_id;

-- name: statutory_of_person (person_id) -> key_id, until
-- The keys that stay of an erased person.
SELECT key_id, until FROM statutory_key WHERE person_id = :person_id ORDER BY key_id;

-- name: statutory_due (at) -> key_id
-- Keys whose day has come.
SELECT key_id FROM statutory_key WHERE until <= :at ORDER BY until;

-- name: statutory_end (at)
-- They go: what was sealed under them opens no more.
DELETE FROM statutory_key WHERE until <= :at;

-- name: statutory_of_epoch (epoch, limit) -> key_id, person_id, wrapped
-- Keys that still have to be wrapped anew.
SELECT key_id, person_id, wrapped FROM statutory_key WHERE epoch = :epoch LIMIT :limit;

-- name: statutory_count (epoch) -> count
-- How many of them an epoch still holds.
SELECT COUNT(*) FROM statutory_key WHERE epoch = :epoch;

-- name: statutory_rewrap (key_id, epoch, wrapped, old_epoch)
-- The same key, wrapped under another epoch.
UPDATE statutory_key SET epoch = :epoch, wrapped = :wrapped WHERE key_id = :key_id AND epoch = :old_epoch;

-- name: tombstone_person (receipt_id) -> person_id
-- Whose erasure a receipt is of.
SELECT person_id FROM tombstone WHERE receipt_id = :receipt_id;

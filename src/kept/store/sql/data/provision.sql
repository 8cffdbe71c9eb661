-- name: recipient_key_put (recipient, public_key, registered_by, registered_at)
-- A recipient's key, the newest.
INSERT INTO recipient_key (recipient, public_key, registered_by, registered_at)
VALUES (:recipient, :public_key, :registered_by, :registered_at)
ON CONFLICT (recipient) DO UPDATE SET public_key = :public_key, registered_by = :registered_by, registered_at = :registered_at;

-- name: recipient_key_get (recipient) -> public_key, registered_by, registered_at
-- A recipient's key.
SELECT public_key, registered_by, registered_at FROM recipient_key WHERE recipient = :recipient;

-- name: recipient_key_forget (recipient, public_key)
-- A key that was replaced since this database was backed up: it opens nothing new any more.
DELETE FROM recipient_key WHERE recipient = :recipient AND public_key <> :public_key;

-- name: provision_next () -> number
-- The next number of a provision.
SELECT COALESCE(MAX(number), 0) FROM provision;

-- name: provision_insert (provision_id, number, recipient, asked_by, asked_at, approval_id)
-- A provision is asked for.
INSERT INTO provision (provision_id, number, recipient, asked_by, asked_at, approval_id, mandate_id, status, finished_at, fetched_at, people, refused, recalls)
VALUES (:provision_id, :number, :recipient, :asked_by, :asked_at, :approval_id, '', 'waiting', NULL, NULL, 0, 0, 0);

-- name: provision_get (provision_id) -> number, recipient, asked_by, asked_at, approval_id, mandate_id, status, finished_at, fetched_at, people, refused, recalls
-- One provision.
SELECT number, recipient, asked_by, asked_at, approval_id, mandate_id, status, finished_at, fetched_at, people, refused, recalls
FROM provision WHERE provision_id = :provision_id;

-- name: provisions () -> provision_id, number, recipient, asked_by, asked_at, approval_id, status, finished_at, fetched_at, people, refused, recalls
-- All provisions, newest first.
SELECT provision_id, number, recipient, asked_by, asked_at, approval_id, status, finished_at, fetched_at, people, refused, recalls
FROM provision ORDER BY number DESC;

-- name: provision_approve (provision_id, mandate_id)
-- A second approved it: its file may be made.
UPDATE provision SET status = 'approved', mandate_id = :mandate_id WHERE provision_id = :provision_id AND status = 'waiting';

-- name: provision_back (provision_id)
-- Nobody approved it: there will be no file.
UPDATE provision SET status = 'refused' WHERE provision_id = :provision_id AND status = 'waiting';

-- name: provision_finish (provision_id, finished_at, people, refused, recalls)
-- Everybody was asked about: the file is whole.
UPDATE provision SET status = 'ready', finished_at = :finished_at, people = :people, refused = :refused, recalls = :recalls
WHERE provision_id = :provision_id AND status = 'approved';

-- name: provision_fetch (provision_id, fetched_at)
-- The recipient's file was fetched.
UPDATE provision SET status = 'fetched', fetched_at = :fetched_at WHERE provision_id = :provision_id AND status = 'ready';

-- name: provision_record_put (person_id, provision_id, sealed)
-- What a provision holds of one person.
INSERT INTO provision_record (person_id, provision_id, sealed) VALUES (:person_id, :provision_id, :sealed);

-- name: provision_record_get (person_id, provision_id) -> sealed
-- Whether a person is in a provision already.
SELECT sealed FROM provision_record WHERE person_id = :person_id AND provision_id = :provision_id;

-- name: provision_records (provision_id) -> person_id, sealed
-- What a provision holds.
SELECT person_id, sealed FROM provision_record WHERE provision_id = :provision_id ORDER BY person_id;

-- name: provision_records_delete (provision_id)
-- The file was fetched: nothing of it stays here.
DELETE FROM provision_record WHERE provision_id = :provision_id;

-- name: provision_record_delete (person_id, provision_id)
-- Who withdrew before the file was fetched is not in it.
DELETE FROM provision_record WHERE person_id = :person_id AND provision_id = :provision_id;

-- name: provision_records_of (person_id) -> provision_id
-- Provisions that still hold something of a person.
SELECT provision_id FROM provision_record WHERE person_id = :person_id ORDER BY provision_id;

-- name: provision_record_erase (person_id)
-- Part of erasing a person.
DELETE FROM provision_record WHERE person_id = :person_id;

-- name: recall_put (recipient, pseudonym, at)
-- A recall waits to be told.
INSERT INTO recall (recipient, pseudonym, at, provision_id) VALUES (:recipient, :pseudonym, :at, '');

-- name: recalls_waiting (recipient) -> pseudonym, at
-- Recalls not told yet.
SELECT pseudonym, at FROM recall WHERE recipient = :recipient AND provision_id = '' ORDER BY at, pseudonym;

-- name: recalls_of_provision (provision_id) -> pseudonym, at
-- Recalls told with a provision.
SELECT pseudonym, at FROM recall WHERE provision_id = :provision_id ORDER BY at, pseudonym;

-- name: recalls_tell (recipient, provision_id)
-- Recalls are told with this provision.
UPDATE recall SET provision_id = :provision_id WHERE recipient = :recipient AND provision_id = '';

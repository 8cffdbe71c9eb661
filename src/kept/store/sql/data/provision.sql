-- name: provision_next () -> number
-- The next number of a provision.
SELECT COALESCE(MAX(number), 0) FROM provision;

-- name: provision_insert (provision_id, number, recipient, asked_by, asked_at, approval_id)
-- A provision is asked for.
INSERT INTO provision (provision_id, number, recipient, asked_by, asked_at, approval_id, mandate_id, status, fetched_at, people, refused, making)
VALUES (:provision_id, :number, :recipient, :asked_by, :asked_at, :approval_id, '', 'waiting', NULL, 0, 0, '');

-- name: provision_get (provision_id) -> number, recipient, asked_by, asked_at, approval_id, mandate_id, status, fetched_at, people, refused
-- One provision.
SELECT number, recipient, asked_by, asked_at, approval_id, mandate_id, status, fetched_at, people, refused
FROM provision WHERE provision_id = :provision_id;

-- name: provisions () -> provision_id, number, recipient, asked_by, asked_at, approval_id, mandate_id, status, fetched_at, people, refused
-- All provisions, newest first.
SELECT provision_id, number, recipient, asked_by, asked_at, approval_id, mandate_id, status, fetched_at, people, refused
FROM provision ORDER BY number DESC;

-- name: provision_approve (provision_id, mandate_id)
-- A second approved it: its file may be made.
UPDATE provision SET status = 'approved', mandate_id = :mandate_id WHERE provision_id = :provision_id AND status = 'waiting';

-- name: provision_back (provision_id)
-- Nobody approved it: there will be no file.
UPDATE provision SET status = 'refused' WHERE provision_id = :provision_id AND status = 'waiting';

-- name: provision_make (provision_id, making)
-- The file is made by this run alone: one begun before hands over nothing any more.
UPDATE provision SET making = :making WHERE provision_id = :provision_id AND status = 'approved';

-- name: provision_made_by (provision_id, making) -> provision_id
-- The provision, while this run makes it.
SELECT provision_id FROM provision WHERE provision_id = :provision_id AND making = :making AND status = 'approved';

-- name: provision_fetch (provision_id, making, fetched_at, people, refused)
-- The file is made and handed over: these many people are in it.
UPDATE provision SET status = 'fetched', fetched_at = :fetched_at, people = :people, refused = :refused
WHERE provision_id = :provision_id AND making = :making AND status = 'approved';

-- name: provision_record_put (person_id, provision_id, entry_id, g, sealed)
-- What a provision holds of one person; decided again, it is replaced.
INSERT INTO provision_record (person_id, provision_id, entry_id, g, sealed, handed_at)
VALUES (:person_id, :provision_id, :entry_id, :g, :sealed, NULL)
ON CONFLICT (person_id, provision_id) DO UPDATE SET entry_id = :entry_id, g = :g, sealed = :sealed;

-- name: provision_records (provision_id) -> person_id, g, sealed
-- What a provision holds.
SELECT person_id, g, sealed FROM provision_record WHERE provision_id = :provision_id ORDER BY person_id;

-- name: provision_records_handed (provision_id, sealed, handed_at)
-- The file is handed over: its content stays nowhere here, who was in it does.
UPDATE provision_record SET sealed = :sealed, handed_at = :handed_at WHERE provision_id = :provision_id;

-- name: provision_records_delete (provision_id)
-- The file is made anew.
DELETE FROM provision_record WHERE provision_id = :provision_id AND handed_at IS NULL;

-- name: provision_record_delete (person_id, provision_id)
-- Whoever changed something while the file was made is decided about again.
DELETE FROM provision_record WHERE person_id = :person_id AND provision_id = :provision_id AND handed_at IS NULL;

-- name: provisions_of_person (person_id) -> entry_id, provision_id, handed_at
-- The files a person is in, or was when they were handed over.
SELECT entry_id, provision_id, handed_at FROM provision_record WHERE person_id = :person_id ORDER BY provision_id;

-- name: provision_record_erase (person_id)
-- Part of erasing a person.
DELETE FROM provision_record WHERE person_id = :person_id;

-- name: recall_put (recipient, pseudonym, at, what, item, due_at)
-- A recall is due: of everything, or of one item that was corrected or removed.
INSERT INTO recall (recipient, pseudonym, at, what, item, due_at, status, file_id, told_at, told_by, confirmed_at, confirmed_by)
VALUES (:recipient, :pseudonym, :at, :what, :item, :due_at, 'waiting', '', NULL, '', NULL, '');

-- name: recalls_in (status) -> recipient, pseudonym, at, what, item, due_at, file_id, told_at, told_by
-- Recalls in one state, the first due first.
SELECT recipient, pseudonym, at, what, item, due_at, file_id, told_at, told_by FROM recall WHERE status = :status ORDER BY due_at, recipient, pseudonym;

-- name: recalls_of (recipient, pseudonym) -> at, what, item, due_at, told_at, confirmed_at, confirmed_by
-- The recalls of one person, newest first.
SELECT at, what, item, due_at, told_at, confirmed_at, confirmed_by FROM recall WHERE recipient = :recipient AND pseudonym = :pseudonym ORDER BY at DESC;

-- name: recall_tell (recipient, pseudonym, at, item, file_id, told_at, told_by)
-- A recall is in a file that was fetched.
UPDATE recall SET status = 'told', file_id = :file_id, told_at = :told_at, told_by = :told_by
WHERE recipient = :recipient AND pseudonym = :pseudonym AND at = :at AND item = :item AND status = 'waiting';

-- name: recalls_confirm (file_id, confirmed_at, confirmed_by)
-- The recipient confirmed that it gave up what a file named: by its answer, or as a member of staff noted.
UPDATE recall SET status = 'confirmed', confirmed_at = :confirmed_at, confirmed_by = :confirmed_by WHERE file_id = :file_id AND status = 'told';

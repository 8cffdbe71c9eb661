-- name: letter_put (person_id, message_id, origin, origin_id, purpose, key_id, sealed, put_at)
-- A letter waits for the printer.
INSERT INTO letter (person_id, message_id, origin, origin_id, purpose, key_id, sealed, put_at)
VALUES (:person_id, :message_id, :origin, :origin_id, :purpose, :key_id, :sealed, :put_at);

-- name: letters_of_origin (purpose, origin, origin_id, limit) -> person_id, message_id, key_id, sealed, put_at
-- The letters of one run, in the order they were put.
SELECT person_id, message_id, key_id, sealed, put_at FROM letter
WHERE purpose = :purpose AND origin = :origin AND origin_id = :origin_id ORDER BY put_at, message_id LIMIT :limit;

-- name: letters_of_purpose (purpose, limit) -> origin, origin_id, put_at
-- What waits for the printer for one purpose, without whom it goes to.
SELECT origin, origin_id, put_at FROM letter WHERE purpose = :purpose ORDER BY origin, origin_id, put_at LIMIT :limit;

-- name: letter_of_person (person_id, message_id) -> put_at
-- Whether a letter still waits.
SELECT put_at FROM letter WHERE person_id = :person_id AND message_id = :message_id;

-- name: letters_of_person (person_id) -> message_id, key_id, sealed
-- A person's letters that wait, for verifying.
SELECT message_id, key_id, sealed FROM letter WHERE person_id = :person_id ORDER BY message_id;

-- name: letter_delete (person_id, message_id)
-- It was printed, or is not sent any more.
DELETE FROM letter WHERE person_id = :person_id AND message_id = :message_id;

-- name: letter_erase (person_id)
-- Part of erasing a person.
DELETE FROM letter WHERE person_id = :person_id;

-- name: sent_is_left_out (person_id, message_id, reason, moved_at)
-- What waited for the printer or on a call sheet is not sent after all.
UPDATE outbox SET status = 'left-out', reason = :reason, moved_at = :moved_at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'sent';

-- name: sent_is_failed (person_id, message_id, reason, moved_at)
-- The fax server gave up.
UPDATE outbox SET status = 'failed', reason = :reason, moved_at = :moved_at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'sent';

-- name: sent_by_channel (channel) -> person_id, message_id, origin, origin_id, purpose
-- What was sent by one channel; after an older D was put back.
SELECT person_id, message_id, origin, origin_id, purpose FROM outbox
WHERE status = 'sent' AND channel = :channel ORDER BY message_id;

-- name: sent_is_unknown (person_id, message_id, moved_at)
-- An older D says it waits: it may have been printed, or called, since.
UPDATE outbox SET status = 'unknown', moved_at = :moved_at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'sent';

-- name: unknown_is_sent (person_id, message_id, moved_at)
-- The fax server has it after all.
UPDATE outbox SET status = 'sent', reason = '', moved_at = :moved_at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'unknown';

-- name: fax_job_put (person_id, message_id, purpose, state, moved_at)
-- A fax is about to be given to the server; again under the same number, where staff decided so.
INSERT INTO fax_job (person_id, message_id, purpose, job, state, moved_at)
VALUES (:person_id, :message_id, :purpose, '', :state, :moved_at)
ON CONFLICT (person_id, message_id) DO UPDATE SET job = '', state = :state, moved_at = :moved_at;

-- name: fax_job_move (person_id, message_id, job, state, moved_at)
-- What the fax server says of a job.
UPDATE fax_job SET job = :job, state = :state, moved_at = :moved_at WHERE person_id = :person_id AND message_id = :message_id;

-- name: fax_job_get (person_id, message_id) -> job, state, moved_at
-- One fax.
SELECT job, state, moved_at FROM fax_job WHERE person_id = :person_id AND message_id = :message_id;

-- name: fax_jobs_in_state (state) -> person_id, message_id, purpose, job, moved_at
-- Faxes the server is asked about.
SELECT person_id, message_id, purpose, job, moved_at FROM fax_job WHERE state = :state ORDER BY message_id;

-- name: fax_jobs_of_person (person_id) -> message_id, purpose, job, state
-- A person's faxes.
SELECT message_id, purpose, job, state FROM fax_job WHERE person_id = :person_id ORDER BY message_id;

-- name: fax_job_erase (person_id)
-- Part of erasing a person.
DELETE FROM fax_job WHERE person_id = :person_id;

-- name: call_sheet_next () -> number
-- The highest number of a call sheet.
SELECT COALESCE(MAX(number), 0) FROM call_sheet;

-- name: call_sheet_insert (sheet_id, number, origin, origin_id, purpose, made_at)
-- A call sheet is begun by its first row.
INSERT INTO call_sheet (sheet_id, number, origin, origin_id, purpose, made_at, status, begun_by, ends_at)
VALUES (:sheet_id, :number, :origin, :origin_id, :purpose, :made_at, 'waiting', '', 0);

-- name: call_sheet_get (sheet_id) -> number, origin, origin_id, purpose, made_at, status, begun_by, ends_at
-- One call sheet.
SELECT number, origin, origin_id, purpose, made_at, status, begun_by, ends_at FROM call_sheet WHERE sheet_id = :sheet_id;

-- name: call_sheet_of_origin (origin, origin_id, purpose) -> sheet_id
-- The sheet of an origin that still takes rows.
SELECT sheet_id FROM call_sheet
WHERE origin = :origin AND origin_id = :origin_id AND purpose = :purpose AND status = 'waiting' ORDER BY number LIMIT 1;

-- name: call_sheets () -> sheet_id
-- Every call sheet, the newest first.
SELECT sheet_id FROM call_sheet ORDER BY number DESC;

-- name: call_sheet_begin (sheet_id, begun_by, ends_at)
-- Somebody begins to call: the time box runs.
UPDATE call_sheet SET status = 'begun', begun_by = :begun_by, ends_at = :ends_at
WHERE sheet_id = :sheet_id AND status = 'waiting';

-- name: call_sheet_end (sheet_id)
-- Every row has its outcome, or the time box is over.
UPDATE call_sheet SET status = 'ended' WHERE sheet_id = :sheet_id AND status = 'begun';

-- name: call_sheets_over (at) -> sheet_id
-- Sheets whose time box is over.
SELECT sheet_id FROM call_sheet WHERE status = 'begun' AND ends_at < :at ORDER BY number;

-- name: call_row_next (sheet_id) -> place
-- The last place on a sheet.
SELECT COALESCE(MAX(place), 0) FROM call_row WHERE sheet_id = :sheet_id;

-- name: call_row_put (person_id, message_id, sheet_id, place, key_id, sealed, moved_at)
-- Somebody to call.
INSERT INTO call_row (person_id, message_id, sheet_id, place, key_id, sealed, outcome, moved_at)
VALUES (:person_id, :message_id, :sheet_id, :place, :key_id, :sealed, 'waiting', :moved_at);

-- name: call_rows (sheet_id) -> person_id, message_id, place, key_id, sealed, outcome, moved_at, dialled
-- The rows of a sheet, in order.
SELECT person_id, message_id, place, key_id, sealed, outcome, moved_at, dialled FROM call_row WHERE sheet_id = :sheet_id ORDER BY place;

-- name: call_row_of_person (person_id, message_id) -> sheet_id, outcome, moved_at
-- How one call ended.
SELECT sheet_id, outcome, moved_at FROM call_row WHERE person_id = :person_id AND message_id = :message_id;

-- name: call_rows_of_person (person_id) -> message_id, key_id, sealed
-- A person's rows, for verifying.
SELECT message_id, key_id, sealed FROM call_row WHERE person_id = :person_id ORDER BY message_id;

-- name: call_row_move (person_id, message_id, expected, outcome, moved_at)
-- A row's next step.
UPDATE call_row SET outcome = :outcome, moved_at = :moved_at
WHERE person_id = :person_id AND message_id = :message_id AND outcome = :expected;

-- name: call_row_dial (person_id, message_id, dialled)
-- What the number that is shown is called on the stop list: how the call ends is about that one, whatever changes meanwhile.
UPDATE call_row SET dialled = :dialled WHERE person_id = :person_id AND message_id = :message_id;

-- name: call_row_leave (person_id, message_id)
-- Whoever is not to be called any more is off the sheet, unless the line is open.
DELETE FROM call_row WHERE person_id = :person_id AND message_id = :message_id AND outcome = 'waiting';

-- name: call_row_delete (person_id, message_id)
-- It is off the sheet; it may be put on one again under its number.
DELETE FROM call_row WHERE person_id = :person_id AND message_id = :message_id;

-- name: call_row_erase (person_id)
-- Part of erasing a person.
DELETE FROM call_row WHERE person_id = :person_id;

-- name: contact_put (person_id, message_id, case_id, channel, written_by, written_at, key_id, sealed, purpose)
-- Staff wrote to a case's person.
INSERT INTO contact (person_id, message_id, case_id, channel, written_by, written_at, key_id, sealed, purpose, marked_at, settled_by, settled_at)
VALUES (:person_id, :message_id, :case_id, :channel, :written_by, :written_at, :key_id, :sealed, :purpose, NULL, NULL, NULL);

-- name: contact_mark (person_id, message_id, at)
-- A person says that a message was advertising, once.
UPDATE contact SET marked_at = :at WHERE person_id = :person_id AND message_id = :message_id AND marked_at IS NULL;

-- name: contacts_marked () -> message_id, purpose, channel, written_by, written_at, marked_at
-- What was marked and is not settled, the oldest first.
SELECT message_id, purpose, channel, written_by, written_at, marked_at FROM contact
WHERE marked_at IS NOT NULL AND settled_at IS NULL ORDER BY marked_at, message_id;

-- name: contact_settle (message_id, at, settled_by)
-- A member of staff looked into a mark, once.
UPDATE contact SET settled_by = :settled_by, settled_at = :at
WHERE message_id = :message_id AND marked_at IS NOT NULL AND settled_at IS NULL;

-- name: contact_get (person_id, message_id) -> case_id, channel, written_by, written_at, key_id, sealed, purpose, marked_at, settled_at
-- What was written.
SELECT case_id, channel, written_by, written_at, key_id, sealed, purpose, marked_at, settled_at FROM contact
WHERE person_id = :person_id AND message_id = :message_id;

-- name: contacts_of_case (case_id) -> person_id, message_id, channel, written_at
-- What was written in one case, the newest first.
SELECT person_id, message_id, channel, written_at FROM contact WHERE case_id = :case_id ORDER BY written_at DESC, message_id;

-- name: contacts_of_person (person_id) -> message_id, case_id, channel, written_at, key_id, sealed
-- What was written to a person, the newest first.
SELECT message_id, case_id, channel, written_at, key_id, sealed FROM contact
WHERE person_id = :person_id ORDER BY written_at DESC, message_id;

-- name: contact_erase (person_id)
-- Part of erasing a person.
DELETE FROM contact WHERE person_id = :person_id;

-- name: contact_find (message_id) -> person_id, case_id, channel, key_id, sealed, purpose
-- What was written, by its number: it waits for a second member of staff.
SELECT person_id, case_id, channel, key_id, sealed, purpose FROM contact WHERE message_id = :message_id;

-- name: contact_drop (message_id)
-- What no second member of staff let go is not kept.
DELETE FROM contact WHERE message_id = :message_id;

-- name: inquiry_put (person_id, inquiry_id, case_id, asked_at, key_id, sealed)
-- Somebody asked us to get in touch.
INSERT INTO inquiry (person_id, inquiry_id, case_id, asked_at, answered_at, key_id, sealed)
VALUES (:person_id, :inquiry_id, :case_id, :asked_at, NULL, :key_id, :sealed);

-- name: inquiry_take (person_id, inquiry_id, before, case_id, key_id, sealed)
-- A case takes an inquiry up that nobody answered; *before* is the case that had it, empty for none.
UPDATE inquiry SET case_id = :case_id, key_id = :key_id, sealed = :sealed
WHERE person_id = :person_id AND inquiry_id = :inquiry_id AND case_id = :before AND answered_at IS NULL;

-- name: inquiry_answer (person_id, inquiry_id, at)
-- A reply was written, the first one.
UPDATE inquiry SET answered_at = :at WHERE person_id = :person_id AND inquiry_id = :inquiry_id AND answered_at IS NULL;

-- name: inquiries_waiting (since, after, limit) -> person_id, inquiry_id, case_id, asked_at, answered_at, key_id, sealed
-- What nobody answered yet of what was asked since a moment, the oldest first, of that very moment what comes after an id.
SELECT person_id, inquiry_id, case_id, asked_at, answered_at, key_id, sealed FROM inquiry
WHERE answered_at IS NULL AND (asked_at, inquiry_id) > (:since, :after) ORDER BY asked_at, inquiry_id LIMIT :limit;

-- name: inquiries_of_person (person_id) -> inquiry_id, case_id, asked_at, answered_at, key_id, sealed
-- What a person asked, the newest first.
SELECT inquiry_id, case_id, asked_at, answered_at, key_id, sealed FROM inquiry
WHERE person_id = :person_id ORDER BY asked_at DESC, inquiry_id;

-- name: inquiry_erase (person_id)
-- Part of erasing a person.
DELETE FROM inquiry WHERE person_id = :person_id;

-- name: staff_insert (staff_id, login, password_hash, second_factor, roles, created_at, human)
-- A member of staff; the login is unique.
INSERT INTO staff (staff_id, login, password_hash, second_factor, last_counter, roles, created_at, disabled_at, human)
VALUES (:staff_id, :login, :password_hash, :second_factor, 0, :roles, :created_at, NULL, :human);

-- name: staff_by_login (login) -> staff_id, password_hash, second_factor, last_counter, roles, disabled_at
-- A member of staff by login.
SELECT staff_id, password_hash, second_factor, last_counter, roles, disabled_at FROM staff WHERE login = :login;

-- name: staff_get (staff_id) -> login, roles, disabled_at, second_factor
-- A member of staff.
SELECT login, roles, disabled_at, second_factor FROM staff WHERE staff_id = :staff_id;

-- name: staff_all () -> staff_id, login, roles, created_at, disabled_at, human
-- All members of staff.
SELECT staff_id, login, roles, created_at, disabled_at, human FROM staff ORDER BY login;

-- name: staff_count () -> count
-- How many members of staff can sign in.
SELECT COUNT(*) FROM staff WHERE disabled_at IS NULL;

-- name: staff_counter (staff_id, counter)
-- A one-time code was accepted; it and all before it are spent.
UPDATE staff SET last_counter = :counter WHERE staff_id = :staff_id AND last_counter < :counter;

-- name: staff_password_again (staff_id, was, hash)
-- The same password of a member of staff, hashed at today's cost.
UPDATE staff SET password_hash = :hash WHERE staff_id = :staff_id AND password_hash = :was;

-- name: staff_disable (staff_id, at)
-- A member of staff may no longer sign in.
UPDATE staff SET disabled_at = :at WHERE staff_id = :staff_id AND disabled_at IS NULL;

-- name: staff_session_insert (token_hash, staff_id, signed_in_at, expires_at)
-- A member of staff signed in with both factors.
INSERT INTO staff_session (token_hash, staff_id, signed_in_at, expires_at)
VALUES (:token_hash, :staff_id, :signed_in_at, :expires_at);

-- name: staff_session_get (token_hash) -> staff_id, signed_in_at, expires_at
-- A staff session.
SELECT staff_id, signed_in_at, expires_at FROM staff_session WHERE token_hash = :token_hash;

-- name: staff_session_delete (token_hash)
-- A member of staff signed out.
DELETE FROM staff_session WHERE token_hash = :token_hash;

-- name: staff_sessions_of (staff_id)
-- A member of staff is signed out everywhere.
DELETE FROM staff_session WHERE staff_id = :staff_id;

-- name: staff_sessions_expire (at)
-- Staff sessions that are over.
DELETE FROM staff_session WHERE expires_at < :at;

-- name: credential_insert (credential_id, secret_hash, label, role, purposes, rights, system, created_at)
-- An API credential.
INSERT INTO api_credential (credential_id, secret_hash, label, role, purposes, rights, system, created_at, revoked_at)
VALUES (:credential_id, :secret_hash, :label, :role, :purposes, :rights, :system, :created_at, NULL);

-- name: credential_get (credential_id) -> secret_hash, label, role, purposes, rights, system, created_at, revoked_at
-- An API credential.
SELECT secret_hash, label, role, purposes, rights, system, created_at, revoked_at FROM api_credential
WHERE credential_id = :credential_id;

-- name: credentials () -> credential_id, label, role, purposes, rights, system, created_at, revoked_at
-- Every API credential, oldest first; no secret.
SELECT credential_id, label, role, purposes, rights, system, created_at, revoked_at FROM api_credential
ORDER BY created_at, credential_id;

-- name: credential_revoke (credential_id, at)
-- An API credential is taken back.
UPDATE api_credential SET revoked_at = :at WHERE credential_id = :credential_id AND revoked_at IS NULL;

-- name: mandate_insert (mandate_id, kind, actor, role, purpose, case_id, signed_in_at, expires_at, volume_left)
-- A mandate is issued.
INSERT INTO mandate (mandate_id, kind, actor, role, purpose, case_id, signed_in_at, expires_at, revoked_at, volume_left)
VALUES (:mandate_id, :kind, :actor, :role, :purpose, :case_id, :signed_in_at, :expires_at, NULL, :volume_left);

-- name: mandate_get (mandate_id) -> kind, actor, role, purpose, case_id, signed_in_at, expires_at, revoked_at, volume_left
-- A mandate.
SELECT kind, actor, role, purpose, case_id, signed_in_at, expires_at, revoked_at, volume_left FROM mandate
WHERE mandate_id = :mandate_id;

-- name: mandate_of_case (case_id) -> mandate_id, signed_in_at, expires_at, revoked_at, volume_left
-- The mandate a case was opened with.
SELECT mandate_id, signed_in_at, expires_at, revoked_at, volume_left FROM mandate WHERE case_id = :case_id;

-- name: mandate_charge (mandate_id, count, at)
-- Charges releases to a mandate, if it holds and has that much left.
UPDATE mandate SET volume_left = volume_left - :count
WHERE mandate_id = :mandate_id AND revoked_at IS NULL AND expires_at >= :at AND volume_left >= :count;

-- name: mandates_revoke_case (case_id, at)
-- The mandate of a case ends with it.
UPDATE mandate SET revoked_at = :at WHERE case_id = :case_id AND revoked_at IS NULL;

-- name: mandates_revoke_actor (actor, at)
-- All mandates of somebody who signed out or was disabled end.
UPDATE mandate SET revoked_at = :at WHERE actor = :actor AND revoked_at IS NULL;

-- name: case_next () -> number
-- The next case number.
SELECT COALESCE(MAX(number), 1000) FROM case_file;

-- name: case_insert (case_id, number, staff_id, role, purpose, opened_at, expires_at)
-- A case is opened.
INSERT INTO case_file (case_id, number, staff_id, role, purpose, opened_at, expires_at, closed_at)
VALUES (:case_id, :number, :staff_id, :role, :purpose, :opened_at, :expires_at, NULL);

-- name: case_get (case_id) -> number, staff_id, role, purpose, opened_at, expires_at, closed_at
-- A case.
SELECT number, staff_id, role, purpose, opened_at, expires_at, closed_at FROM case_file WHERE case_id = :case_id;

-- name: cases_of_staff (staff_id, limit) -> case_id, number, purpose, opened_at, expires_at, closed_at
-- The cases of a member of staff, newest first.
SELECT case_id, number, purpose, opened_at, expires_at, closed_at FROM case_file WHERE staff_id = :staff_id
ORDER BY number DESC LIMIT :limit;

-- name: case_close (case_id, at)
-- A case is closed.
UPDATE case_file SET closed_at = :at WHERE case_id = :case_id AND closed_at IS NULL;

-- name: case_person_insert (person_id, case_id, bound_at)
-- A case is bound to a person by its first hit.
INSERT INTO case_person (person_id, case_id, bound_at) VALUES (:person_id, :case_id, :bound_at);

-- name: case_person_get (case_id) -> person_id
-- The person a case holds.
SELECT person_id FROM case_person WHERE case_id = :case_id;

-- name: case_person_erase (person_id)
-- Part of erasing a person.
DELETE FROM case_person WHERE person_id = :person_id;

-- name: approval_insert (approval_id, act, subject, requested_by, requested_at, expires_at)
-- An act waits for a second approver.
INSERT INTO approval (approval_id, act, subject, requested_by, requested_at, expires_at, decided_by, decided_at, outcome)
VALUES (:approval_id, :act, :subject, :requested_by, :requested_at, :expires_at, NULL, NULL, 'waiting');

-- name: approval_get (approval_id) -> act, subject, requested_by, requested_at, expires_at, decided_by, outcome
-- An approval.
SELECT act, subject, requested_by, requested_at, expires_at, decided_by, outcome FROM approval
WHERE approval_id = :approval_id;

-- name: approvals_waiting (at) -> approval_id, act, subject, requested_by, requested_at, expires_at
-- Acts that wait for a second approver, the oldest first.
SELECT approval_id, act, subject, requested_by, requested_at, expires_at FROM approval
WHERE outcome = 'waiting' AND expires_at >= :at ORDER BY requested_at, approval_id;

-- name: approvals_over (at) -> approval_id, act, subject
-- Approvals nobody gave in time.
SELECT approval_id, act, subject FROM approval WHERE outcome = 'waiting' AND expires_at < :at ORDER BY approval_id;

-- name: approval_end (approval_id, at)
-- Its days are over.
UPDATE approval SET outcome = 'dead' WHERE approval_id = :approval_id AND outcome = 'waiting' AND expires_at < :at;

-- name: approval_decide (approval_id, decided_by, at, expected, outcome)
-- A second approver decides, once, in time, and is never who asked.
UPDATE approval SET decided_by = :decided_by, decided_at = :at, outcome = :outcome
WHERE approval_id = :approval_id AND outcome = :expected AND expires_at >= :at AND requested_by <> :decided_by;

-- name: approval_use (approval_id, at)
-- What an approval is good for begins, once, while it is in time.
UPDATE approval SET outcome = 'used' WHERE approval_id = :approval_id AND outcome = 'approved' AND expires_at >= :at;

-- name: rights_next () -> number
-- The next number of a rights request.
SELECT COALESCE(MAX(number), 0) FROM rights_request;

-- name: rights_insert (request_id, number, channel, case_id, opened_by, received_at, due_at, status, sealed)
-- Somebody asks about their own information.
INSERT INTO rights_request (request_id, number, channel, case_id, opened_by, received_at, due_at, step, status, approval_id, finished_at, outcome, sealed)
VALUES (:request_id, :number, :channel, :case_id, :opened_by, :received_at, :due_at, 0, :status, '', NULL, '', :sealed);

-- name: rights_get (request_id) -> number, channel, case_id, opened_by, received_at, due_at, step, status, approval_id, finished_at, outcome, sealed
-- A rights request.
SELECT number, channel, case_id, opened_by, received_at, due_at, step, status, approval_id, finished_at, outcome, sealed
FROM rights_request WHERE request_id = :request_id;

-- name: rights_open () -> request_id, number, channel, opened_by, received_at, due_at, status, finished_at, outcome
-- Rights requests that nobody has answered, the first due first.
SELECT request_id, number, channel, opened_by, received_at, due_at, status, finished_at, outcome
FROM rights_request WHERE finished_at IS NULL ORDER BY due_at, number;

-- name: rights_answered (limit) -> request_id, number, channel, opened_by, received_at, due_at, status, finished_at, outcome
-- Rights requests that were answered, newest first.
SELECT request_id, number, channel, opened_by, received_at, due_at, status, finished_at, outcome
FROM rights_request WHERE finished_at IS NOT NULL ORDER BY number DESC LIMIT :limit;

-- name: rights_overdue (at) -> count
-- How many rights requests are open after their day.
SELECT COUNT(*) FROM rights_request WHERE finished_at IS NULL AND due_at < :at;

-- name: rights_waiting () -> count
-- How many rights requests are open.
SELECT COUNT(*) FROM rights_request WHERE finished_at IS NULL;

-- name: rights_move (request_id, step, was, status, approval_id, finished_at, outcome, sealed)
-- A rights request goes one step on, if it is still where it was looked at.
UPDATE rights_request
SET step = step + 1, status = :status, approval_id = :approval_id, finished_at = :finished_at, outcome = :outcome, sealed = :sealed
WHERE request_id = :request_id AND step = :step AND status = :was;

-- name: rights_back (request_id)
-- Nobody approved it: it may be asked for again.
UPDATE rights_request SET step = step + 1, status = 'checked' WHERE request_id = :request_id AND status = 'awaiting approval';

-- name: rights_end (request_id, at, outcome)
-- Whom an open rights request is about is being erased: nothing is left to answer.
UPDATE rights_request SET step = step + 1, status = 'finished', finished_at = :at, outcome = :outcome
WHERE request_id = :request_id AND finished_at IS NULL;

-- name: rights_person_insert (person_id, request_id, key_id, sealed)
-- The person a rights request is about, with what it says, sealed under that person's key.
INSERT INTO rights_request_person (person_id, request_id, key_id, sealed)
VALUES (:person_id, :request_id, :key_id, :sealed);

-- name: rights_person_set (person_id, request_id, key_id, sealed) = 1
-- What a rights request says now.
UPDATE rights_request_person SET key_id = :key_id, sealed = :sealed
WHERE person_id = :person_id AND request_id = :request_id;

-- name: rights_person_get (request_id) -> person_id, key_id, sealed
-- The person a rights request is about.
SELECT person_id, key_id, sealed FROM rights_request_person WHERE request_id = :request_id;

-- name: rights_of_person (person_id) -> request_id
-- The rights requests about a person.
SELECT request_id FROM rights_request_person WHERE person_id = :person_id ORDER BY request_id;

-- name: rights_request_person_erase (person_id)
-- Part of erasing a person.
DELETE FROM rights_request_person WHERE person_id = :person_id;

-- name: rights_paper_put (person_id, request_id, key_id, sealed, until)
-- The paper of a rights request.
INSERT INTO rights_request_paper (person_id, request_id, key_id, sealed, until)
VALUES (:person_id, :request_id, :key_id, :sealed, :until)
ON CONFLICT (person_id, request_id) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed, until = excluded.until;

-- name: rights_paper_get (request_id) -> key_id, sealed
-- The paper of a rights request.
SELECT key_id, sealed FROM rights_request_paper WHERE request_id = :request_id;

-- name: rights_papers_end (at)
-- Papers whose day has come.
DELETE FROM rights_request_paper WHERE until < :at;

-- name: rights_request_paper_erase (person_id)
-- Part of erasing a person.
DELETE FROM rights_request_paper WHERE person_id = :person_id;

-- name: rate_get (bucket) -> started_at, count
-- How often something was tried.
SELECT started_at, count FROM rate WHERE bucket = :bucket;

-- name: rate_put (bucket, started_at, count)
-- Counts a try.
INSERT INTO rate (bucket, started_at, count) VALUES (:bucket, :started_at, :count)
ON CONFLICT (bucket) DO UPDATE SET started_at = :started_at, count = :count;

-- name: rates_expire (at)
-- Forgets tries of long ago.
DELETE FROM rate WHERE started_at < :at;

-- name: mandates_expire (at)
-- Mandates that ended long ago.
DELETE FROM mandate WHERE expires_at < :at;

-- name: look_up_try (actor, purpose, day, most)
-- One look-up of a day, charged before it is made; touches no row where they are used up.
INSERT INTO look_ups (actor, purpose, day, tried, granted, refused) VALUES (:actor, :purpose, :day, 1, 0, 0)
ON CONFLICT (actor, purpose, day) DO UPDATE SET tried = look_ups.tried + 1 WHERE look_ups.tried < look_ups.granted + :most;

-- name: look_up_refuse (actor, purpose, day)
-- One look-up beyond the limit.
UPDATE look_ups SET refused = refused + 1 WHERE actor = :actor AND purpose = :purpose AND day = :day;

-- name: look_up_grant (actor, purpose, day, more)
-- A second member of staff lets somebody go on, once that day: touches no row where somebody did.
INSERT INTO look_ups (actor, purpose, day, tried, granted, refused) VALUES (:actor, :purpose, :day, 0, :more, 0)
ON CONFLICT (actor, purpose, day) DO UPDATE SET granted = :more WHERE look_ups.granted = 0;

-- name: look_ups_refused (since) -> actor, purpose, day, tried, granted, refused
-- Who came to the limit since a day, the newest first.
SELECT actor, purpose, day, tried, granted, refused FROM look_ups WHERE refused > 0 AND day >= :since
ORDER BY day DESC, actor, purpose;

-- name: looked_into_put (alarm_id, day, sealed)
-- Somebody looked into an alarm of the board; the newest look stands.
INSERT INTO looked_into (alarm_id, day, sealed) VALUES (:alarm_id, :day, :sealed)
ON CONFLICT (alarm_id) DO UPDATE SET sealed = :sealed;

-- name: looked_into_get (alarm_id) -> sealed
-- Who looked into an alarm of the board last.
SELECT sealed FROM looked_into WHERE alarm_id = :alarm_id;

-- name: looked_into_expire (before)
-- Looks into alarms that are shown no more.
DELETE FROM looked_into WHERE day < :before;

-- name: look_ups_expire (before)
-- Counts of days that are shown no more.
DELETE FROM look_ups WHERE day < :before;

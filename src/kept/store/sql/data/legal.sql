-- name: disclosure_next () -> number
-- The highest number of a request.
SELECT COALESCE(MAX(number), 0) FROM disclosure;

-- name: disclosure_insert (disclosure_id, number, ground, items, starts_at, ends_at, received_at, due_at, told_from, waits_for, public_key, sealed, recorded_by, recorded_at, mandate_id)
-- An authority's request is recorded.
INSERT INTO disclosure (disclosure_id, number, ground, items, starts_at, ends_at, received_at, due_at, told_from, waits_for, public_key, sealed, recorded_by, recorded_at, mandate_id, approval_id, scope_seal, paper_hash, status, finished_at, fetched_at)
VALUES (:disclosure_id, :number, :ground, :items, :starts_at, :ends_at, :received_at, :due_at, :told_from, :waits_for, :public_key, :sealed, :recorded_by, :recorded_at, :mandate_id, '', '', '', 'recorded', NULL, NULL);

-- name: disclosure_get (disclosure_id) -> number, ground, items, starts_at, ends_at, received_at, due_at, told_from, waits_for, public_key, sealed, recorded_by, recorded_at, mandate_id, approval_id, scope_seal, paper_hash, status, finished_at, fetched_at
-- One request.
SELECT number, ground, items, starts_at, ends_at, received_at, due_at, told_from, waits_for, public_key, sealed, recorded_by, recorded_at, mandate_id, approval_id, scope_seal, paper_hash, status, finished_at, fetched_at
FROM disclosure WHERE disclosure_id = :disclosure_id;

-- name: disclosures () -> disclosure_id
-- All requests, newest first.
SELECT disclosure_id FROM disclosure ORDER BY number DESC;

-- name: disclosure_ask (disclosure_id, approval_id, scope_seal)
-- The request is whole: what it names is fixed, and waits for a second approver.
UPDATE disclosure SET approval_id = :approval_id, scope_seal = :scope_seal, status = 'asked'
WHERE disclosure_id = :disclosure_id AND status = 'recorded';

-- name: disclosure_approve (disclosure_id)
-- A second approved it: its bundle may be made.
UPDATE disclosure SET status = 'approved' WHERE disclosure_id = :disclosure_id AND status = 'asked';

-- name: disclosure_back (disclosure_id)
-- Nobody approved it: it is open again.
UPDATE disclosure SET status = 'recorded' WHERE disclosure_id = :disclosure_id AND status = 'asked';

-- name: disclosure_finish (disclosure_id, finished_at)
-- Everybody it names was decided about: the bundle is whole.
UPDATE disclosure SET status = 'ready', finished_at = :finished_at
WHERE disclosure_id = :disclosure_id AND status = 'approved';

-- name: disclosure_fetch (disclosure_id, fetched_at)
-- The bundle was fetched.
UPDATE disclosure SET status = 'fetched', fetched_at = :fetched_at WHERE disclosure_id = :disclosure_id AND status = 'ready';

-- name: disclosure_paper_put (disclosure_id, sealed, until)
-- The paper of a request; another one replaces it.
INSERT INTO disclosure_paper (disclosure_id, sealed, until) VALUES (:disclosure_id, :sealed, :until)
ON CONFLICT (disclosure_id) DO UPDATE SET sealed = :sealed, until = :until;

-- name: disclosure_paper_hash (disclosure_id, paper_hash)
-- A request whose scope is not fixed yet has this paper.
UPDATE disclosure SET paper_hash = :paper_hash WHERE disclosure_id = :disclosure_id AND status = 'recorded';

-- name: disclosure_paper_get (disclosure_id) -> sealed
-- The paper of a request.
SELECT sealed FROM disclosure_paper WHERE disclosure_id = :disclosure_id;

-- name: disclosure_papers_end (at)
-- Papers whose day has come go.
DELETE FROM disclosure_paper WHERE until <= :at;

-- name: disclosure_person_insert (person_id, disclosure_id, place, found_by, named, seal)
-- The request names a person.
INSERT INTO disclosure_person (person_id, disclosure_id, place, found_by, named, seal, done)
VALUES (:person_id, :disclosure_id, :place, :found_by, :named, :seal, 0);

-- name: disclosure_people (disclosure_id) -> person_id, place, found_by, named, seal, done
-- The people a request names.
SELECT person_id, place, found_by, named, seal, done FROM disclosure_person WHERE disclosure_id = :disclosure_id ORDER BY place;

-- name: disclosures_of_person (person_id) -> disclosure_id, place
-- The requests that name a person.
SELECT disclosure_id, place FROM disclosure_person WHERE person_id = :person_id ORDER BY disclosure_id;

-- name: disclosure_person_done (person_id, disclosure_id) = 1
-- The person was decided about.
UPDATE disclosure_person SET done = 1 WHERE person_id = :person_id AND disclosure_id = :disclosure_id AND done = 0;

-- name: disclosure_person_erase (person_id)
-- Part of erasing a person.
DELETE FROM disclosure_person WHERE person_id = :person_id;

-- name: disclosure_record_put (person_id, disclosure_id, sealed)
-- What a bundle holds of one person.
INSERT INTO disclosure_record (person_id, disclosure_id, sealed) VALUES (:person_id, :disclosure_id, :sealed);

-- name: disclosure_records (disclosure_id) -> person_id, sealed
-- What a bundle holds.
SELECT person_id, sealed FROM disclosure_record WHERE disclosure_id = :disclosure_id ORDER BY person_id;

-- name: disclosure_records_delete (disclosure_id)
-- The bundle was fetched: nothing of it stays here.
DELETE FROM disclosure_record WHERE disclosure_id = :disclosure_id;

-- name: disclosure_record_erase (person_id)
-- Part of erasing a person.
DELETE FROM disclosure_record WHERE person_id = :person_id;

-- name: disclosure_item_put (disclosure_id, place, item, outcome)
-- What became of one item asked for.
INSERT INTO disclosure_item (disclosure_id, place, item, outcome) VALUES (:disclosure_id, :place, :item, :outcome)
ON CONFLICT (disclosure_id, place, item) DO UPDATE SET outcome = :outcome;

-- name: disclosure_items (disclosure_id) -> place, item, outcome
-- Asked against released.
SELECT place, item, outcome FROM disclosure_item WHERE disclosure_id = :disclosure_id ORDER BY place, item;

-- name: entry_later_insert (person_id, entry_id, key_id, sealed, recorded_at, told_from)
-- The person part of an entry the person may be told of only later.
INSERT INTO entry_later (person_id, entry_id, key_id, sealed, recorded_at, told_from)
VALUES (:person_id, :entry_id, :key_id, :sealed, :recorded_at, :told_from);

-- name: entries_later_due (at) -> person_id, entry_id, key_id, sealed, recorded_at
-- Person parts whose date has come.
SELECT person_id, entry_id, key_id, sealed, recorded_at FROM entry_later WHERE told_from <= :at ORDER BY told_from, person_id, entry_id;

-- name: entries_later_of_person (person_id) -> entry_id, key_id, sealed
-- Person parts that still wait, for verifying the whole installation.
SELECT entry_id, key_id, sealed FROM entry_later WHERE person_id = :person_id ORDER BY entry_id;

-- name: entry_later_delete (person_id, entry_id)
-- It is told: its person part has moved.
DELETE FROM entry_later WHERE person_id = :person_id AND entry_id = :entry_id;

-- name: entry_later_erase (person_id)
-- Part of erasing a person.
DELETE FROM entry_later WHERE person_id = :person_id;

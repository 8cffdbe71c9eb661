-- name: backup_insert (backup_id, at, part, file, size, hash, made_by)
-- A backup was made.
INSERT INTO backup (backup_id, at, part, file, size, hash, made_by)
VALUES (:backup_id, :at, :part, :file, :size, :hash, :made_by);

-- name: backup_newest (part) -> at, file, size, hash
-- The newest backup of a part.
SELECT at, file, size, hash FROM backup WHERE part = :part ORDER BY at DESC LIMIT 1;

-- name: backups_newest (limit) -> backup_id, at, part, file, size, hash, made_by
-- The newest backups.
SELECT backup_id, at, part, file, size, hash, made_by FROM backup ORDER BY at DESC, part LIMIT :limit;

-- name: drill_insert (drill_id, at, made_at, holds, result)
-- A restore drill was done.
INSERT INTO drill (drill_id, at, made_at, holds, result) VALUES (:drill_id, :at, :made_at, :holds, :result);

-- name: drills_newest (limit) -> at, made_at, holds, result
-- The newest restore drills.
SELECT at, made_at, holds, result FROM drill ORDER BY at DESC LIMIT :limit;

-- name: alarm_insert (alarm_id, at, released_entry, actor, purpose, way, case_number)
-- A canary was released.
INSERT INTO canary_alarm (alarm_id, at, released_entry, actor, purpose, way, case_number, acknowledged_by, acknowledged_at, finding)
VALUES (:alarm_id, :at, :released_entry, :actor, :purpose, :way, :case_number, NULL, NULL, '');

-- name: alarms_newest (limit) -> alarm_id, at, released_entry, actor, purpose, way, case_number, acknowledged_by, acknowledged_at, finding
-- The newest alarms.
SELECT alarm_id, at, released_entry, actor, purpose, way, case_number, acknowledged_by, acknowledged_at, finding
FROM canary_alarm ORDER BY at DESC LIMIT :limit;

-- name: alarm_get (alarm_id) -> at, released_entry, actor, acknowledged_at
-- One alarm.
SELECT at, released_entry, actor, acknowledged_at FROM canary_alarm WHERE alarm_id = :alarm_id;

-- name: alarms_standing () -> count
-- How many alarms nobody has looked into.
SELECT COUNT(*) FROM canary_alarm WHERE acknowledged_at IS NULL;

-- name: alarm_acknowledge (alarm_id, acknowledged_by, acknowledged_at, finding)
-- Somebody looked into an alarm, once.
UPDATE canary_alarm SET acknowledged_by = :acknowledged_by, acknowledged_at = :acknowledged_at, finding = :finding
WHERE alarm_id = :alarm_id AND acknowledged_at IS NULL;

-- name: emergency_insert (case_id, ground, opened_by, opened_at, ends_at, review_due_at)
-- A case is opened in an emergency.
INSERT INTO emergency (case_id, ground, opened_by, opened_at, ends_at, review_due_at, reviewed_by, reviewed_at, outcome)
VALUES (:case_id, :ground, :opened_by, :opened_at, :ends_at, :review_due_at, NULL, NULL, 'waiting');

-- name: emergency_get (case_id) -> ground, opened_by, opened_at, ends_at, review_due_at, reviewed_by, reviewed_at, outcome
-- The emergency a case was opened in.
SELECT ground, opened_by, opened_at, ends_at, review_due_at, reviewed_by, reviewed_at, outcome FROM emergency
WHERE case_id = :case_id;

-- name: emergencies_newest (limit) -> case_id, ground, opened_by, opened_at, ends_at, review_due_at, reviewed_by, reviewed_at, outcome
-- The newest emergencies.
SELECT case_id, ground, opened_by, opened_at, ends_at, review_due_at, reviewed_by, reviewed_at, outcome FROM emergency
ORDER BY opened_at DESC LIMIT :limit;

-- name: emergencies_overdue (at) -> count
-- How many emergencies nobody has reviewed in time.
SELECT COUNT(*) FROM emergency WHERE outcome = 'waiting' AND review_due_at < :at;

-- name: emergency_review (case_id, reviewed_by, reviewed_at, outcome)
-- A second member of staff reviews an emergency, once.
UPDATE emergency SET reviewed_by = :reviewed_by, reviewed_at = :reviewed_at, outcome = :outcome
WHERE case_id = :case_id AND outcome = 'waiting';

-- name: cases_of_person (person_id) -> case_id, bound_at
-- The cases that hold a person.
SELECT case_id, bound_at FROM case_person WHERE person_id = :person_id ORDER BY bound_at;

-- name: backup_insert (backup_id, at, part, file, size, hash, made_by)
-- A backup was made.
INSERT INTO backup (backup_id, at, part, file, size, hash, made_by)
VALUES (:backup_id, :at, :part, :file, :size, :hash, :made_by);

-- name: backup_newest (part) -> at, file, size, hash
-- The newest backup of a part.
SELECT at, file, size, hash FROM backup WHERE part = :part ORDER BY at DESC LIMIT 1;

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

-- name: alarms_standing () -> count
-- How many alarms nobody has looked into.
SELECT COUNT(*) FROM canary_alarm WHERE acknowledged_at IS NULL;

-- name: alarm_acknowledge (alarm_id, acknowledged_by, acknowledged_at, finding)
-- Somebody looked into an alarm, once.
UPDATE canary_alarm SET acknowledged_by = :acknowledged_by, acknowledged_at = :acknowledged_at, finding = :finding
WHERE alarm_id = :alarm_id AND acknowledged_at IS NULL;

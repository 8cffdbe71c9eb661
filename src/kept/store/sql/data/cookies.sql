-- name: remembered_insert (person_id, series, token_hash, earlier_hash, created_at, rotated_at, expires_at)
-- A device the customer asked us to remember.
INSERT INTO remembered (person_id, series, token_hash, earlier_hash, created_at, rotated_at, expires_at)
VALUES (:person_id, :series, :token_hash, :earlier_hash, :created_at, :rotated_at, :expires_at);

-- name: remembered_get (person_id, series) -> token_hash, earlier_hash, created_at, rotated_at, expires_at
-- One remembered device.
SELECT token_hash, earlier_hash, created_at, rotated_at, expires_at FROM remembered
WHERE person_id = :person_id AND series = :series;

-- name: remembered_rotate (person_id, series, token_hash, earlier_hash, rotated_at, expected_hash) = 1
-- The next token of a device, if nobody was faster.
UPDATE remembered SET token_hash = :token_hash, earlier_hash = :earlier_hash, rotated_at = :rotated_at
WHERE person_id = :person_id AND series = :series AND token_hash = :expected_hash;

-- name: remembered_of (person_id) -> series, created_at, rotated_at, expires_at
-- The devices remembered for a person, newest first.
SELECT series, created_at, rotated_at, expires_at FROM remembered WHERE person_id = :person_id
ORDER BY rotated_at DESC, series;

-- name: remembered_delete (person_id, series)
-- Forget one device.
DELETE FROM remembered WHERE person_id = :person_id AND series = :series;

-- name: remembered_erase (person_id)
-- Forget every device of a person; part of erasing them.
DELETE FROM remembered WHERE person_id = :person_id;

-- name: remembered_expire (at)
-- Devices whose time is over.
DELETE FROM remembered WHERE expires_at <= :at;

-- name: visit_add (day, page, feature, count)
-- Visits counted since the last time.
INSERT INTO visit_count (day, page, feature, count) VALUES (:day, :page, :feature, :count)
ON CONFLICT (day, page, feature) DO UPDATE SET count = visit_count.count + :count;

-- name: visits_since (day) -> day, page, feature, count
-- Visits counted from a day on.
SELECT day, page, feature, count FROM visit_count WHERE day >= :day ORDER BY day, page, feature;

-- name: scan_insert (scan_id, at, url, clean, result)
-- The result of a scan.
INSERT INTO scan (scan_id, at, url, clean, result) VALUES (:scan_id, :at, :url, :clean, :result);

-- name: scans_newest () -> scan_id, at, url, clean, result
-- The newest scan.
SELECT scan_id, at, url, clean, result FROM scan ORDER BY at DESC LIMIT 1;

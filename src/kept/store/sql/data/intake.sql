-- name: intake_insert (intake_id, partner, imported_by, imported_at, records)
-- A file is taken in.
INSERT INTO intake (intake_id, partner, imported_by, imported_at, records) VALUES (:intake_id, :partner, :imported_by, :imported_at, :records);

-- name: intake_get (intake_id) -> partner, imported_by, imported_at, records
-- One file.
SELECT partner, imported_by, imported_at, records FROM intake WHERE intake_id = :intake_id;

-- name: intakes () -> intake_id, partner, imported_by, imported_at, records
-- All files, newest first.
SELECT intake_id, partner, imported_by, imported_at, records FROM intake ORDER BY imported_at DESC, intake_id;

-- name: intake_record_put (intake_id, number, reason, ends_at, sealed, who)
-- What became of a record; another try replaces it.
INSERT INTO intake_record (intake_id, number, reason, ends_at, sealed, who) VALUES (:intake_id, :number, :reason, :ends_at, :sealed, :who)
ON CONFLICT (intake_id, number) DO UPDATE SET reason = :reason, ends_at = :ends_at, sealed = :sealed, who = :who;

-- name: intake_records_forget (who, reason, sealed)
-- Whoever was erased has nothing in quarantine either.
UPDATE intake_record SET reason = :reason, ends_at = 0, sealed = :sealed, who = '' WHERE who = :who AND ends_at > 0;

-- name: intake_records (intake_id) -> number, reason, ends_at, sealed
-- What became of a file's records.
SELECT number, reason, ends_at, sealed FROM intake_record WHERE intake_id = :intake_id ORDER BY number;

-- name: intake_records_over (at) -> intake_id, number, reason
-- Records whose quarantine is over and that are still sealed here.
SELECT intake_id, number, reason FROM intake_record WHERE ends_at > 0 AND ends_at <= :at ORDER BY intake_id, number;

-- name: mandate_fill (mandate_id, releases)
-- An empty mandate gets its volume: a second member of staff approved.
UPDATE mandate SET volume_left = :releases WHERE mandate_id = :mandate_id AND revoked_at IS NULL AND volume_left = 0;

-- name: approval_of (act, subject, requested_by, at) -> approval_id, decided_by, outcome
-- What somebody asked a second member of staff for, while it holds.
SELECT approval_id, decided_by, outcome FROM approval
WHERE act = :act AND subject = :subject AND requested_by = :requested_by AND expires_at > :at
ORDER BY requested_at DESC, approval_id LIMIT 1;

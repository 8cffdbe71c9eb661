-- name: approval_given (act, subject) -> decided_by
-- Who let an act be done, lately first.
SELECT decided_by FROM approval WHERE act = :act AND subject = :subject AND outcome = 'approved'
ORDER BY decided_at DESC, approval_id LIMIT 1;

-- name: approval_of (act, subject, requested_by, at) -> approval_id, decided_by, outcome
-- What somebody asked a second member of staff for, while it holds.
SELECT approval_id, decided_by, outcome FROM approval
WHERE act = :act AND subject = :subject AND requested_by = :requested_by AND outcome <> 'dead' AND expires_at > :at
ORDER BY requested_at DESC, approval_id LIMIT 1;

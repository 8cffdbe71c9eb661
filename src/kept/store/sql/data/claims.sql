-- name: claim_take (what, subject, holder, facts, until)
-- Claims an act nobody has claimed.
INSERT INTO claim (what, subject, holder, facts, until) VALUES (:what, :subject, :holder, :facts, :until)
ON CONFLICT (what, subject) DO NOTHING;

-- name: claim_get (what, subject) -> holder, facts, until
-- Who claimed an act.
SELECT holder, facts, until FROM claim WHERE what = :what AND subject = :subject;

-- name: claim_move (what, subject, holder, until, expected)
-- Takes a claim over from whoever had it.
UPDATE claim SET holder = :holder, until = :until WHERE what = :what AND subject = :subject AND holder = :expected;

-- name: claim_end (what, subject, holder)
-- The act is finished, by whoever claimed it.
DELETE FROM claim WHERE what = :what AND subject = :subject AND holder = :holder;

-- name: claims () -> what, subject, holder, facts, until
-- Acts that were claimed and are not finished; keys that ended are none.
SELECT what, subject, holder, facts, until FROM claim WHERE what <> 'key-ends' ORDER BY until;

-- name: key_ends_expire (at)
-- Keys that ended so long ago that nobody can still be about to seal under them.
DELETE FROM claim WHERE what = 'key-ends' AND until <= :at;

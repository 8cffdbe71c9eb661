-- name: party_insert (party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, approval_id)
-- A change is asked for.
INSERT INTO party (party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, approval_id, status, confirmed_by, from_at)
VALUES (:party_id, :kind, :name, :title, :address, :representative, :public_key, :seal, :asked_by, :asked_at, :approval_id, 'asked', '', 0);

-- name: party_get (party_id) -> party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, status, confirmed_by, from_at
-- One change.
SELECT party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, status, confirmed_by, from_at
FROM party WHERE party_id = :party_id;

-- name: parties_of (kind, name, at) -> party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, status, confirmed_by, from_at
-- The changes of one party that are in effect, the newest first.
SELECT party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, status, confirmed_by, from_at
FROM party WHERE kind = :kind AND name = :name AND status = 'confirmed' AND from_at <= :at ORDER BY from_at DESC;

-- name: parties () -> party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, status, confirmed_by, from_at
-- Every change, the newest first.
SELECT party_id, kind, name, title, address, representative, public_key, seal, asked_by, asked_at, status, confirmed_by, from_at
FROM party ORDER BY asked_at DESC, party_id;

-- name: party_confirm (party_id, confirmed_by, from_at, seal)
-- A second confirmed it.
UPDATE party SET status = 'confirmed', confirmed_by = :confirmed_by, from_at = :from_at, seal = :seal
WHERE party_id = :party_id AND status = 'asked';

-- name: party_back (party_id)
-- Nobody confirmed it.
UPDATE party SET status = 'refused' WHERE party_id = :party_id AND status = 'asked';

-- name: party_object (party_id, at)
-- Somebody objected before it counts.
UPDATE party SET status = 'refused' WHERE party_id = :party_id AND status = 'confirmed' AND from_at > :at;

-- name: party_forget (kind, name, public_key)
-- Keys of a party that were replaced since this database was backed up: they open and sign nothing new any more.
DELETE FROM party WHERE kind = :kind AND name = :name AND public_key <> :public_key;

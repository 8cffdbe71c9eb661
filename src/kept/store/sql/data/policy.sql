-- name: meta_get (name) -> value
-- A small fact about this installation.
SELECT value FROM meta WHERE name = :name;

-- name: meta_put (name, value)
-- Sets a small fact.
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value;

-- name: notice_put (notice_id, body)
-- A notice as shown; its id is its hash, so a second put changes nothing.
INSERT INTO notice (notice_id, body) VALUES (:notice_id, :body) ON CONFLICT (notice_id) DO NOTHING;

-- name: notice_get (notice_id) -> body
-- A notice as shown.
SELECT body FROM notice WHERE notice_id = :notice_id;

-- name: notice_token_use (token_id, expires_at)
-- Uses a notice token; the key refuses a second time.
INSERT INTO notice_token (token_id, expires_at) VALUES (:token_id, :expires_at);

-- name: notice_tokens_expire (at)
-- Forgets used tokens that have expired anyway.
DELETE FROM notice_token WHERE expires_at < :at;

-- name: policy_insert (version, policy_hash, files, effective_at, proposed_by, proposed_at)
-- A proposed policy version; the key keeps a number from returning with other bytes.
INSERT INTO policy_version (version, policy_hash, files, effective_at, proposed_by, proposed_at, activated_by, activated_at, entry_id)
VALUES (:version, :policy_hash, :files, :effective_at, :proposed_by, :proposed_at, NULL, NULL, NULL);

-- name: policy_replace_first (version, policy_hash, files, effective_at, proposed_by, proposed_at)
-- Replaces a proposal where no version was ever activated: nobody was shown it, nothing rests on it.
UPDATE policy_version SET policy_hash = :policy_hash, files = :files, effective_at = :effective_at, proposed_by = :proposed_by,
    proposed_at = :proposed_at
WHERE version = :version AND activated_at IS NULL;

-- name: policy_get (version) -> policy_hash, files, effective_at, proposed_by, proposed_at, activated_by, activated_at
-- One policy version.
SELECT policy_hash, files, effective_at, proposed_by, proposed_at, activated_by, activated_at FROM policy_version
WHERE version = :version;

-- name: policy_versions () -> version, policy_hash, effective_at, proposed_by, proposed_at, activated_by, activated_at
-- Every policy version, newest first.
SELECT version, policy_hash, effective_at, proposed_by, proposed_at, activated_by, activated_at FROM policy_version
ORDER BY version DESC;

-- name: policy_files (policy_hash) -> version, files
-- The files of a policy by their hash.
SELECT version, files FROM policy_version WHERE policy_hash = :policy_hash;

-- name: policy_activate (version, activated_by, activated_at, entry_id)
-- A version is activated.
UPDATE policy_version SET activated_by = :activated_by, activated_at = :activated_at, entry_id = :entry_id
WHERE version = :version AND activated_at IS NULL;

-- name: attestation_insert (attestation_id, clause, name, staff_id, role, evidence, at, valid_until, entry_id)
-- Somebody attests a promise.
INSERT INTO attestation (attestation_id, clause, name, staff_id, role, evidence, at, valid_until, entry_id)
VALUES (:attestation_id, :clause, :name, :staff_id, :role, :evidence, :at, :valid_until, :entry_id);

-- name: attestations () -> clause, name, staff_id, role, evidence, at, valid_until
-- All attestations, oldest first.
SELECT clause, name, staff_id, role, evidence, at, valid_until FROM attestation ORDER BY at;

-- name: live_check_put (guarantee, holds, detail, at)
-- The last result of a guarantee's live check.
INSERT INTO live_check (guarantee, holds, detail, at) VALUES (:guarantee, :holds, :detail, :at)
ON CONFLICT (guarantee) DO UPDATE SET holds = :holds, detail = :detail, at = :at;

-- name: live_checks () -> guarantee, holds, detail, at
-- The last results of all live checks.
SELECT guarantee, holds, detail, at FROM live_check ORDER BY guarantee;

-- name: login_insert (login_name, person_id)
-- An issued login name; the key makes it unique.
INSERT INTO login (login_name, person_id) VALUES (:login_name, :person_id);

-- name: login_get (login_name) -> person_id
-- Whose login name it is.
SELECT person_id FROM login WHERE login_name = :login_name;

-- name: login_erase (person_id)
-- Part of erasing a person.
DELETE FROM login WHERE person_id = :person_id;

-- name: login_names (person_id) -> login_name
-- What a person signs in by: the name they were issued, and one line for each passkey.
SELECT login_name FROM login WHERE person_id = :person_id;

-- name: login_delete (person_id, login_name)
-- A passkey is no longer one to sign in by.
DELETE FROM login WHERE person_id = :person_id AND login_name = :login_name;

-- name: password_put (person_id, hash, changed_at)
-- A person's password, hashed; a new one takes its place.
INSERT INTO password (person_id, hash, changed_at) VALUES (:person_id, :hash, :changed_at)
ON CONFLICT (person_id) DO UPDATE SET hash = :hash, changed_at = :changed_at;

-- name: password_again (person_id, was, hash)
-- The same password, hashed at today's cost.
UPDATE password SET hash = :hash WHERE person_id = :person_id AND hash = :was;

-- name: password_get (person_id) -> hash, changed_at
-- A person's password, hashed.
SELECT hash, changed_at FROM password WHERE person_id = :person_id;

-- name: password_erase (person_id)
-- A password is taken away; part of erasing a person.
DELETE FROM password WHERE person_id = :person_id;

-- name: recovery_code_insert (person_id, code_hash)
-- A recovery code, hashed.
INSERT INTO recovery_code (person_id, code_hash, used_at) VALUES (:person_id, :code_hash, NULL);

-- name: recovery_code_use (person_id, code_hash, at)
-- A recovery code is used, once.
UPDATE recovery_code SET used_at = :at WHERE person_id = :person_id AND code_hash = :code_hash AND used_at IS NULL;

-- name: recovery_codes_left (person_id) -> count
-- How many recovery codes are left.
SELECT COUNT(*) FROM recovery_code WHERE person_id = :person_id AND used_at IS NULL;

-- name: recovery_code_erase (person_id)
-- New codes take the place of the old ones; part of erasing a person.
DELETE FROM recovery_code WHERE person_id = :person_id;

-- name: passkey_insert (person_id, credential_id, public_key, sign_count, key_id, sealed, created_at)
-- A passkey of a person.
INSERT INTO passkey (person_id, credential_id, public_key, sign_count, key_id, sealed, created_at, last_used_at)
VALUES (:person_id, :credential_id, :public_key, :sign_count, :key_id, :sealed, :created_at, NULL);

-- name: passkey_get (person_id, credential_id) -> public_key, sign_count
-- One passkey.
SELECT public_key, sign_count FROM passkey WHERE person_id = :person_id AND credential_id = :credential_id;

-- name: passkeys (person_id) -> credential_id, key_id, sealed, created_at, last_used_at
-- The passkeys of a person.
SELECT credential_id, key_id, sealed, created_at, last_used_at FROM passkey WHERE person_id = :person_id
ORDER BY created_at;

-- name: passkey_name (person_id, credential_id, key_id, sealed)
-- A passkey is called something else.
UPDATE passkey SET key_id = :key_id, sealed = :sealed WHERE person_id = :person_id AND credential_id = :credential_id;

-- name: passkey_delete (person_id, credential_id)
-- A passkey is taken away.
DELETE FROM passkey WHERE person_id = :person_id AND credential_id = :credential_id;

-- name: passkey_used (person_id, credential_id, sign_count, at) = 1
-- A passkey was used.
UPDATE passkey SET sign_count = :sign_count, last_used_at = :at
WHERE person_id = :person_id AND credential_id = :credential_id;

-- name: passkey_erase (person_id)
-- Part of erasing a person.
DELETE FROM passkey WHERE person_id = :person_id;

-- name: session_insert (person_id, token_hash, created_at, signed_in_at, expires_at)
-- A customer signed in.
INSERT INTO session (person_id, token_hash, created_at, signed_in_at, expires_at)
VALUES (:person_id, :token_hash, :created_at, :signed_in_at, :expires_at);

-- name: session_get (person_id, token_hash) -> created_at, signed_in_at, expires_at
-- A customer's session.
SELECT created_at, signed_in_at, expires_at FROM session WHERE person_id = :person_id AND token_hash = :token_hash;

-- name: sessions_of (person_id) -> token_hash, created_at, expires_at
-- The sessions of a person, for themselves.
SELECT token_hash, created_at, expires_at FROM session WHERE person_id = :person_id ORDER BY created_at;

-- name: session_delete (person_id, token_hash)
-- A customer signed out.
DELETE FROM session WHERE person_id = :person_id AND token_hash = :token_hash;

-- name: session_erase (person_id)
-- A customer signed out everywhere; part of erasing a person.
DELETE FROM session WHERE person_id = :person_id;

-- name: sessions_expire (at)
-- Sessions that are over.
DELETE FROM session WHERE expires_at < :at;

-- name: external_id_insert (person_id, system, key_id, sealed)
-- What a system calls a person; a second id of one system is refused.
INSERT INTO external_id (person_id, system, key_id, sealed) VALUES (:person_id, :system, :key_id, :sealed);

-- name: external_ids (person_id) -> system, key_id, sealed
-- What the systems call a person.
SELECT system, key_id, sealed FROM external_id WHERE person_id = :person_id ORDER BY system;

-- name: external_id_delete (person_id, system)
-- A system calls a person nothing any more.
DELETE FROM external_id WHERE person_id = :person_id AND system = :system;

-- name: external_id_erase (person_id)
-- Erasing.
DELETE FROM external_id WHERE person_id = :person_id;

-- name: sign_add (person_id, day, kind, at)
-- The sign-in saw something at an account, once more on a day.
INSERT INTO sign_in_sign (person_id, day, kind, count, last_at, told, news)
VALUES (:person_id, :day, :kind, 1, :at, 0, 1)
ON CONFLICT (person_id, day, kind) DO UPDATE SET count = sign_in_sign.count + 1, last_at = :at, news = 1;

-- name: sign_once (person_id, day, kind, at)
-- Something that happens at an account once a day; touches no row the second time.
INSERT INTO sign_in_sign (person_id, day, kind, count, last_at, told, news)
VALUES (:person_id, :day, :kind, 1, :at, 1, 0)
ON CONFLICT (person_id, day, kind) DO NOTHING;

-- name: signs_of (person_id) -> day, kind, count, last_at
-- What the sign-in saw at an account, the newest day first.
SELECT day, kind, count, last_at FROM sign_in_sign WHERE person_id = :person_id ORDER BY day DESC, kind;

-- name: signs_new (since) -> person_id, day, kind, count, told
-- What happened once more since it was looked at last, of the days since one.
SELECT person_id, day, kind, count, told FROM sign_in_sign WHERE day >= :since AND news = 1 ORDER BY day, person_id, kind;

-- name: sign_tell (person_id, day, kind, count, told)
-- It was looked at, and an entry says so often; touches no row where it happened meanwhile.
UPDATE sign_in_sign SET told = :told, news = 0
WHERE person_id = :person_id AND day = :day AND kind = :kind AND count = :count;

-- name: signs_expire (before)
-- Signs of days that are shown no more.
DELETE FROM sign_in_sign WHERE day < :before;

-- name: sign_erase (person_id)
-- Part of erasing a person.
DELETE FROM sign_in_sign WHERE person_id = :person_id;

-- name: shown_once_put (person_id, token_hash, kind, key_id, sealed, expires_at)
-- What one session is shown for some minutes; a newer one of its kind takes its place.
INSERT INTO shown_once (person_id, token_hash, kind, key_id, sealed, expires_at)
VALUES (:person_id, :token_hash, :kind, :key_id, :sealed, :expires_at)
ON CONFLICT (person_id, token_hash, kind)
DO UPDATE SET key_id = :key_id, sealed = :sealed, expires_at = :expires_at;

-- name: shown_once_get (person_id, token_hash, kind) -> key_id, sealed, expires_at
-- What one session is shown.
SELECT key_id, sealed, expires_at FROM shown_once
WHERE person_id = :person_id AND token_hash = :token_hash AND kind = :kind;

-- name: shown_once_delete (person_id, token_hash, kind)
-- It was seen and closed.
DELETE FROM shown_once WHERE person_id = :person_id AND token_hash = :token_hash AND kind = :kind;

-- name: shown_once_erase (person_id)
-- Part of erasing a person.
DELETE FROM shown_once WHERE person_id = :person_id;

-- name: shown_once_expire (at)
-- Its minutes are over.
DELETE FROM shown_once WHERE expires_at < :at;

-- name: link_code_put (person_id, system, code_hash, expires_at)
-- A code for one system; a newer one takes its place.
INSERT INTO link_code (person_id, system, code_hash, expires_at) VALUES (:person_id, :system, :code_hash, :expires_at)
ON CONFLICT (person_id, system) DO UPDATE SET code_hash = :code_hash, expires_at = :expires_at;

-- name: link_code_find (code_hash) -> person_id, system, expires_at
-- Whose code it is, and for which system.
SELECT person_id, system, expires_at FROM link_code WHERE code_hash = :code_hash;

-- name: link_code_use (person_id, system, code_hash)
-- A code is used, once.
DELETE FROM link_code WHERE person_id = :person_id AND system = :system AND code_hash = :code_hash;

-- name: link_code_erase (person_id)
-- Part of erasing a person.
DELETE FROM link_code WHERE person_id = :person_id;

-- name: link_codes_expire (at)
-- Codes nobody used in time.
DELETE FROM link_code WHERE expires_at < :at;

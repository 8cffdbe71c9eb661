-- name: meta_get (name) -> value
-- A small fact about this key database.
SELECT value FROM meta WHERE name = :name;

-- name: meta_put (name, value)
-- Sets a small fact.
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value;

-- name: epoch_insert (epoch, state, created_at)
-- A new key epoch.
INSERT INTO epoch (epoch, state, created_at, destroyed_at) VALUES (:epoch, :state, :created_at, NULL);

-- name: epochs () -> epoch, state, created_at, destroyed_at
-- All key epochs.
SELECT epoch, state, created_at, destroyed_at FROM epoch ORDER BY epoch;

-- name: epoch_state (epoch, state, destroyed_at) = 1
-- What became of an epoch.
UPDATE epoch SET state = :state, destroyed_at = :destroyed_at WHERE epoch = :epoch;

-- name: current_epoch_put (epoch)
-- Makes an epoch current.
INSERT INTO current_epoch (name, epoch) VALUES ('current', :epoch) ON CONFLICT (name) DO UPDATE SET epoch = :epoch;

-- name: current_epoch_move (epoch, expected)
-- Makes an epoch current, if the one before it still is.
UPDATE current_epoch SET epoch = :epoch WHERE name = 'current' AND epoch = :expected;

-- name: current_epoch_get () -> epoch
-- The epoch new keys are wrapped under.
SELECT epoch FROM current_epoch WHERE name = 'current';

-- name: current_epoch_hold (epoch)
-- Touches the current epoch's row if it still is *epoch*: guards every key insert.
UPDATE current_epoch SET epoch = :epoch WHERE name = 'current' AND epoch = :epoch;

-- name: person_key_insert (person_id, key_id, kind, epoch, wrapped, created_at)
-- A wrapped key of a person.
INSERT INTO person_key (person_id, key_id, kind, epoch, wrapped, created_at)
VALUES (:person_id, :key_id, :kind, :epoch, :wrapped, :created_at);

-- name: person_keys (person_id) -> key_id, kind, epoch, wrapped
-- The wrapped keys of a person.
SELECT key_id, kind, epoch, wrapped FROM person_key WHERE person_id = :person_id ORDER BY created_at;

-- name: person_has_keys (person_id) -> key_id
-- One of the keys of a person, whichever; none of who was erased.
SELECT key_id FROM person_key WHERE person_id = :person_id LIMIT 1;

-- name: person_key_erase (person_id)
-- Part of erasing a person: after this nothing of theirs opens.
DELETE FROM person_key WHERE person_id = :person_id;

-- name: person_key_delete (person_id, key_id)
-- Destroys one key of a person.
DELETE FROM person_key WHERE person_id = :person_id AND key_id = :key_id;

-- name: person_keys_of_epoch (epoch, limit) -> person_id, key_id, kind, wrapped
-- Keys that still have to be wrapped anew.
SELECT person_id, key_id, kind, wrapped FROM person_key WHERE epoch = :epoch LIMIT :limit;

-- name: person_keys_count (epoch) -> count
-- How many keys an epoch still holds.
SELECT COUNT(*) FROM person_key WHERE epoch = :epoch;

-- name: system_keys_count (epoch) -> count
-- How many keys of the installation an epoch still holds.
SELECT COUNT(*) FROM system_key WHERE epoch = :epoch;

-- name: person_key_rewrap (person_id, key_id, epoch, wrapped, old_epoch)
-- The same key, wrapped under another epoch.
UPDATE person_key SET epoch = :epoch, wrapped = :wrapped
WHERE person_id = :person_id AND key_id = :key_id AND epoch = :old_epoch;

-- name: people_with_keys (after, limit) -> person_id
-- People that have keys, in the order of their ids; may repeat.
SELECT person_id FROM person_key WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: system_key_insert (name, epoch, wrapped, created_at)
-- A wrapped key of the installation.
INSERT INTO system_key (name, epoch, wrapped, created_at) VALUES (:name, :epoch, :wrapped, :created_at);

-- name: system_keys () -> name, epoch, wrapped
-- The wrapped keys of the installation.
SELECT name, epoch, wrapped FROM system_key ORDER BY name;

-- name: system_key_rewrap (name, epoch, wrapped, old_epoch)
-- The same installation key, wrapped under another epoch.
UPDATE system_key SET epoch = :epoch, wrapped = :wrapped WHERE name = :name AND epoch = :old_epoch;

-- name: token_put (item, token, person_id)
-- A person can be found by this token.
INSERT INTO index_token (item, token, person_id) VALUES (:item, :token, :person_id)
ON CONFLICT (item, token, person_id) DO NOTHING;

-- name: token_find (item, token) -> person_id
-- Candidates for a value, not answers.
SELECT person_id FROM index_token WHERE item = :item AND token = :token LIMIT 50;

-- name: tokens_of_person (person_id) -> item, token
-- The tokens a person is found by.
SELECT item, token FROM index_token WHERE person_id = :person_id;

-- name: token_delete (item, token, person_id)
-- A token that is no longer true.
DELETE FROM index_token WHERE item = :item AND token = :token AND person_id = :person_id;

-- name: index_token_erase (person_id)
-- Part of erasing a person.
DELETE FROM index_token WHERE person_id = :person_id;

-- name: external_token_insert (system, token, person_id)
-- A system's id names this person from now on; one that is taken is refused.
INSERT INTO external_token (system, token, person_id) VALUES (:system, :token, :person_id);

-- name: external_token_find (system, token) -> person_id
-- Whom a system's id names.
SELECT person_id FROM external_token WHERE system = :system AND token = :token;

-- name: external_token_delete (system, token, person_id)
-- A system's id names this person no more: they unlinked it, or their own record of it was not written.
DELETE FROM external_token WHERE system = :system AND token = :token AND person_id = :person_id;

-- name: external_token_erase (person_id)
-- Erasing: no system's id names this person any more.
DELETE FROM external_token WHERE person_id = :person_id;

-- name: tombstone_put (person_id, receipt_id, erased_at, level, epoch, under_way, faxes_held)
-- This person may never come back.
INSERT INTO tombstone (person_id, receipt_id, erased_at, level, epoch, under_way, faxes_held)
VALUES (:person_id, :receipt_id, :erased_at, :level, :epoch, :under_way, :faxes_held)
ON CONFLICT (person_id) DO NOTHING;

-- name: tombstone_get (person_id) -> receipt_id, erased_at, level, epoch
-- Whether and how far a person was erased.
SELECT receipt_id, erased_at, level, epoch FROM tombstone WHERE person_id = :person_id;

-- name: tombstones () -> person_id, receipt_id, erased_at, level, epoch
-- All tombstones.
SELECT person_id, receipt_id, erased_at, level, epoch FROM tombstone ORDER BY erased_at;

-- name: tombstone_by_receipt (receipt_id) -> erased_at, level, epoch, under_way, faxes_held
-- How far the erasure of a receipt got.
SELECT erased_at, level, epoch, under_way, faxes_held FROM tombstone WHERE receipt_id = :receipt_id;

-- name: tombstone_level (person_id, level)
-- How far an erasure got.
UPDATE tombstone SET level = :level WHERE person_id = :person_id;

-- name: state_copy_put (person_id, g, key_id, sealed)
-- The newest acknowledged state; an older one never replaces it.
INSERT INTO state_copy (person_id, g, key_id, sealed) VALUES (:person_id, :g, :key_id, :sealed)
ON CONFLICT (person_id) DO UPDATE SET g = :g, key_id = :key_id, sealed = :sealed WHERE state_copy.g < :g;

-- name: state_copy_get (person_id) -> g, key_id, sealed
-- The newest acknowledged state of a person.
SELECT g, key_id, sealed FROM state_copy WHERE person_id = :person_id;

-- name: state_copy_g (person_id) -> g
-- The number of the newest acknowledged state.
SELECT g FROM state_copy WHERE person_id = :person_id;

-- name: state_copy_erase (person_id)
-- Part of erasing a person.
DELETE FROM state_copy WHERE person_id = :person_id;

-- name: state_copies_page (after, limit) -> person_id, g
-- Acknowledged state numbers in the order of people's ids.
SELECT person_id, g FROM state_copy WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: chain_copy_put (person_id, number, sealed)
-- How far a person's entries were counted; a smaller number never replaces a greater one.
INSERT INTO chain_copy (person_id, number, sealed) VALUES (:person_id, :number, :sealed)
ON CONFLICT (person_id) DO UPDATE SET number = :number, sealed = :sealed WHERE chain_copy.number <= :number;

-- name: chain_copy_get (person_id) -> number, sealed
-- How far a person's entries were counted.
SELECT number, sealed FROM chain_copy WHERE person_id = :person_id;

-- name: chain_copies_page (after, limit) -> person_id, number
-- How far everybody's entries were counted, a page at a time.
SELECT person_id, number FROM chain_copy WHERE person_id > :after ORDER BY person_id LIMIT :limit;

-- name: chain_copy_erase (person_id)
-- Part of erasing a person.
DELETE FROM chain_copy WHERE person_id = :person_id;

-- name: last_checkpoint_put (size, note, at)
-- The last signed checkpoint; a smaller one never replaces it.
INSERT INTO checkpoint (name, size, note, at) VALUES ('log', :size, :note, :at)
ON CONFLICT (name) DO UPDATE SET size = :size, note = :note, at = :at WHERE checkpoint.size <= :size;

-- name: last_checkpoint_get () -> size, note, at
-- The last signed checkpoint.
SELECT size, note, at FROM checkpoint WHERE name = 'log';

-- name: last_checkpoint_forget ()
-- Recovery opens a new log: its first entry commits to this one.
DELETE FROM checkpoint WHERE name = 'log';

-- name: canary_put (person_id, planted_at, planted_by)
-- A canary is planted.
INSERT INTO canary (person_id, planted_at, planted_by) VALUES (:person_id, :planted_at, :planted_by)
ON CONFLICT (person_id) DO NOTHING;

-- name: canaries () -> person_id, planted_at, planted_by
-- Every canary.
SELECT person_id, planted_at, planted_by FROM canary ORDER BY planted_at, person_id;

-- name: canary_erase (person_id)
-- Part of erasing a person.
DELETE FROM canary WHERE person_id = :person_id;

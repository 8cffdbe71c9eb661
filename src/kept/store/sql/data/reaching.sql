-- name: outbox_put (person_id, message_id, origin, origin_id, purpose, channel, mandate_id, queued_at, next_at, moved_at)
-- A message waits to be sent.
INSERT INTO outbox (person_id, message_id, origin, origin_id, purpose, channel, mandate_id, status, reason, attempts, queued_at, next_at, moved_at, entry_id, notice_id)
VALUES (:person_id, :message_id, :origin, :origin_id, :purpose, :channel, :mandate_id, 'waiting', '', 0, :queued_at, :next_at, :moved_at, '', '');

-- name: outbox_due (at, limit) -> person_id, message_id, origin, origin_id, purpose, channel, mandate_id, attempts
-- Messages whose time has come, the longest waiting first.
SELECT person_id, message_id, origin, origin_id, purpose, channel, mandate_id, attempts
FROM outbox WHERE status = 'waiting' AND next_at <= :at ORDER BY next_at, message_id LIMIT :limit;

-- name: outbox_take (person_id, message_id, attempts, status, entry_id, notice_id, at)
-- One worker takes one message, in the transaction of the entry that lets it go.
UPDATE outbox SET status = :status, attempts = attempts + 1, entry_id = :entry_id, notice_id = :notice_id, moved_at = :at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'waiting' AND attempts = :attempts;

-- name: outbox_settle (person_id, message_id, entry_id, status, reason, next_at, at)
-- How a try ended.
UPDATE outbox SET status = :status, reason = :reason, next_at = :next_at, moved_at = :at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'handing' AND entry_id = :entry_id;

-- name: outbox_leave_out (person_id, message_id, reason, at)
-- The policy, a stop list or missing evidence says no: it is not sent.
UPDATE outbox SET status = 'left-out', reason = :reason, moved_at = :at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'waiting';

-- name: outbox_put_off (person_id, message_id, next_at, at)
-- It could not be tried now: later.
UPDATE outbox SET next_at = :next_at, moved_at = :at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'waiting';

-- name: outbox_hold_back (channel, next_at)
-- The channel is held: what waits for it waits until its next try.
UPDATE outbox SET next_at = :next_at WHERE status = 'waiting' AND channel = :channel AND next_at < :next_at;

-- name: outbox_go_on (channel, at)
-- The channel works again, or is to be tried at once.
UPDATE outbox SET next_at = :at WHERE status = 'waiting' AND channel = :channel AND next_at > :at;

-- name: outbox_under_way (person_id) -> message_id, purpose, channel
-- Messages to a person that are with the other side at this moment.
SELECT message_id, purpose, channel FROM outbox WHERE person_id = :person_id AND status = 'handing' ORDER BY message_id;

-- name: outbox_handing () -> person_id, message_id, origin, origin_id, entry_id, moved_at
-- Messages a kill left while their outcome was not known.
SELECT person_id, message_id, origin, origin_id, entry_id, moved_at FROM outbox WHERE status = 'handing' ORDER BY message_id;

-- name: outbox_handing_before (at) -> count
-- Messages handed over for longer than that.
SELECT COUNT(*) FROM outbox WHERE status = 'handing' AND moved_at < :at;

-- name: outbox_stop (origin, origin_id, at)
-- What was not sent yet is not sent.
UPDATE outbox SET status = 'stopped', moved_at = :at WHERE origin = :origin AND origin_id = :origin_id AND status = 'waiting';

-- name: outbox_call_off (person_id, origin, origin_id)
-- What waits for one person is not wanted any more: it never waited.
DELETE FROM outbox WHERE person_id = :person_id AND origin = :origin AND origin_id = :origin_id AND status = 'waiting';

-- name: outbox_waiting () -> person_id, message_id, origin, origin_id
-- Every message that waits.
SELECT person_id, message_id, origin, origin_id FROM outbox WHERE status = 'waiting' ORDER BY message_id;

-- name: outbox_hold (at)
-- After a restore: what waits may have gone since.
UPDATE outbox SET status = 'unknown', moved_at = :at WHERE status = 'waiting';

-- name: outbox_unknown () -> origin, origin_id, channel
-- Every message nobody knows the end of; read by staff after a restore.
SELECT origin, origin_id, channel FROM outbox WHERE status = 'unknown' ORDER BY origin, origin_id, channel;

-- name: outbox_again (person_id, message_id, at)
-- Staff send again what may have gone, under the same number.
UPDATE outbox SET status = 'waiting', reason = '', next_at = :at, moved_at = :at
WHERE person_id = :person_id AND message_id = :message_id AND status = 'unknown';

-- name: outbox_find (message_id) -> person_id, origin, origin_id, purpose, channel, status, reason, moved_at, entry_id, notice_id, attempts
-- One message, by its number.
SELECT person_id, origin, origin_id, purpose, channel, status, reason, moved_at, entry_id, notice_id, attempts FROM outbox
WHERE message_id = :message_id;

-- name: outbox_waiting_one (message_id) -> person_id, origin, origin_id, purpose, channel, mandate_id, attempts
-- One message that waits, by its number.
SELECT person_id, origin, origin_id, purpose, channel, mandate_id, attempts FROM outbox
WHERE message_id = :message_id AND status = 'waiting';

-- name: outbox_of_origin (origin, origin_id, status) -> message_id, channel, attempts, moved_at
-- An origin's messages in one status.
SELECT message_id, channel, attempts, moved_at FROM outbox
WHERE origin = :origin AND origin_id = :origin_id AND status = :status ORDER BY message_id;

-- name: outbox_count (origin, origin_id, status) -> count
-- How many of an origin's messages are in one status.
SELECT COUNT(*) FROM outbox WHERE origin = :origin AND origin_id = :origin_id AND status = :status;

-- name: outbox_of_person (person_id) -> message_id, origin, origin_id, purpose, channel, status, moved_at, entry_id
-- Messages to a person, the newest first.
SELECT message_id, origin, origin_id, purpose, channel, status, moved_at, entry_id FROM outbox
WHERE person_id = :person_id ORDER BY moved_at DESC, message_id;

-- name: outbox_in_status (status, limit) -> person_id, message_id, channel, entry_id
-- The newest messages in one status, for the live checks.
SELECT person_id, message_id, channel, entry_id FROM outbox WHERE status = :status ORDER BY moved_at DESC, message_id LIMIT :limit;

-- name: outbox_erase (person_id)
-- Part of erasing a person.
DELETE FROM outbox WHERE person_id = :person_id;

-- name: message_link_put (person_id, token_hash, message_id)
-- A message's link.
INSERT INTO message_link (person_id, token_hash, message_id) VALUES (:person_id, :token_hash, :message_id);

-- name: message_link_find (token_hash) -> person_id, message_id
-- Which message a link belongs to.
SELECT person_id, message_id FROM message_link WHERE token_hash = :token_hash;

-- name: message_links_of (person_id, message_id) -> token_hash
-- A message's links, one for each try.
SELECT token_hash FROM message_link WHERE person_id = :person_id AND message_id = :message_id ORDER BY token_hash;

-- name: message_link_erase (person_id)
-- Part of erasing a person.
DELETE FROM message_link WHERE person_id = :person_id;

-- name: reach_tally_add (origin, origin_id, outcome, reason, count)
-- One more ended so.
INSERT INTO reach_tally (origin, origin_id, outcome, reason, count) VALUES (:origin, :origin_id, :outcome, :reason, :count)
ON CONFLICT (origin, origin_id, outcome, reason) DO UPDATE SET count = count + :count;

-- name: reach_tallies (origin, origin_id) -> outcome, reason, count
-- What became of an origin's messages.
SELECT outcome, reason, count FROM reach_tally WHERE origin = :origin AND origin_id = :origin_id ORDER BY outcome, reason;

-- name: stop_list_put (channel, token, reason, since)
-- An address is not to be written to, from now on.
INSERT INTO stop_list (channel, token, reason, since) VALUES (:channel, :token, :reason, :since)
ON CONFLICT (channel, token, reason) DO NOTHING;

-- name: stop_list_of (channel, token) -> reason
-- Why an address is not to be written to; no row: it may be.
SELECT reason FROM stop_list WHERE channel = :channel AND token = :token ORDER BY reason;

-- name: stop_list_lift (channel, token)
-- Its owner, who confirmed it, wants it.
DELETE FROM stop_list WHERE channel = :channel AND token = :token;

-- name: stop_list_count (channel) -> count
-- How many addresses of a channel are on the list.
SELECT COUNT(*) FROM stop_list WHERE channel = :channel;

-- name: campaign_insert (campaign_id, purpose, file, seal, made_by, made_at, walked)
-- A campaign is drafted.
INSERT INTO campaign (campaign_id, purpose, file, seal, made_by, made_at, status, approval_id, mandate_id, walked, queued_at, stopped_at)
VALUES (:campaign_id, :purpose, :file, :seal, :made_by, :made_at, 'draft', '', '', :walked, NULL, NULL);

-- name: campaign_get (campaign_id) -> purpose, file, seal, made_by, made_at, status, approval_id, mandate_id, walked, queued_at, stopped_at
-- One campaign.
SELECT purpose, file, seal, made_by, made_at, status, approval_id, mandate_id, walked, queued_at, stopped_at
FROM campaign WHERE campaign_id = :campaign_id;

-- name: campaigns () -> campaign_id, purpose, file, seal, made_by, made_at, status, approval_id, mandate_id, walked, queued_at, stopped_at
-- All campaigns, the newest first.
SELECT campaign_id, purpose, file, seal, made_by, made_at, status, approval_id, mandate_id, walked, queued_at, stopped_at
FROM campaign ORDER BY made_at DESC, campaign_id;

-- name: campaigns_in_status (status) -> campaign_id
-- Campaigns in one status.
SELECT campaign_id FROM campaign WHERE status = :status ORDER BY campaign_id;

-- name: campaign_ask (campaign_id, approval_id)
-- A second approver is asked for.
UPDATE campaign SET status = 'waiting', approval_id = :approval_id WHERE campaign_id = :campaign_id AND status = 'draft';

-- name: campaign_approve (campaign_id, mandate_id)
-- A second approved it: the look at candidates may begin.
UPDATE campaign SET status = 'queueing', mandate_id = :mandate_id WHERE campaign_id = :campaign_id AND status = 'waiting';

-- name: campaign_back (campaign_id)
-- Nobody approved it: it is a draft again.
UPDATE campaign SET status = 'draft' WHERE campaign_id = :campaign_id AND status = 'waiting';

-- name: campaign_walk (campaign_id, expected, walked)
-- How far the candidates were looked at.
UPDATE campaign SET walked = :walked WHERE campaign_id = :campaign_id AND status = 'queueing' AND walked = :expected;

-- name: campaign_queued (campaign_id, queued_at)
-- Every candidate was looked at: it is being sent.
UPDATE campaign SET status = 'sending', queued_at = :queued_at WHERE campaign_id = :campaign_id AND status = 'queueing';

-- name: campaign_stop (campaign_id, expected, stopped_at)
-- Stopped by staff: what was not sent is not sent.
UPDATE campaign SET status = 'stopped', stopped_at = :stopped_at WHERE campaign_id = :campaign_id AND status = :expected;

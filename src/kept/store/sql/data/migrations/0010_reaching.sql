-- Reaching people: the outbox, the links in messages, stop lists, campaigns (§2.5, §4.4).

-- What is to be sent to whom: no address, no text. One row a message; it moves waiting, handing, sent (or failed, unknown).
CREATE TABLE outbox (
    person_id  BYTEA            NOT NULL,
    message_id TEXT             NOT NULL,
    origin     TEXT             NOT NULL,
    origin_id  TEXT             NOT NULL,
    purpose    TEXT             NOT NULL,
    channel    TEXT             NOT NULL,
    mandate_id TEXT             NOT NULL,
    status     TEXT             NOT NULL,
    reason     TEXT             NOT NULL,
    attempts   BIGINT           NOT NULL,
    queued_at  DOUBLE PRECISION NOT NULL,
    next_at    DOUBLE PRECISION NOT NULL,
    moved_at   DOUBLE PRECISION NOT NULL,
    entry_id   TEXT             NOT NULL,
    notice_id  TEXT             NOT NULL,
    PRIMARY KEY (person_id, message_id)
);

-- The links in messages, by the keyed hash of their token: one for each try.
CREATE TABLE message_link (
    person_id  BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    message_id TEXT  NOT NULL,
    PRIMARY KEY (person_id, token_hash)
);

-- What became of an origin's messages, counted as it happens; survives those it counts.
CREATE TABLE reach_tally (
    origin    TEXT   NOT NULL,
    origin_id TEXT   NOT NULL,
    outcome   TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    count     BIGINT NOT NULL,
    PRIMARY KEY (origin, origin_id, outcome, reason)
);

-- Addresses not to be written to, as keyed hashes: nobody's, and no address without the key in K.
CREATE TABLE stop_list (
    channel TEXT             NOT NULL,
    token   BYTEA            NOT NULL,
    reason  TEXT             NOT NULL,
    since   DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel, token, reason)
);

-- Campaigns: the file as staff wrote it, who asked, what was counted.
CREATE TABLE campaign (
    campaign_id TEXT             NOT NULL PRIMARY KEY,
    purpose     TEXT             NOT NULL,
    file        TEXT             NOT NULL,
    seal        TEXT             NOT NULL,
    made_by     TEXT             NOT NULL,
    made_at     DOUBLE PRECISION NOT NULL,
    status      TEXT             NOT NULL,
    approval_id TEXT             NOT NULL,
    mandate_id  TEXT             NOT NULL,
    walked      BYTEA            NOT NULL,
    queued_at   DOUBLE PRECISION,
    stopped_at  DOUBLE PRECISION
);

CREATE INDEX outbox_by_time ON outbox (status, next_at);
CREATE INDEX outbox_by_move ON outbox (status, moved_at);
CREATE INDEX outbox_by_origin ON outbox (origin, origin_id, status);
CREATE INDEX outbox_by_message ON outbox (message_id);
CREATE INDEX message_link_by_token ON message_link (token_hash);

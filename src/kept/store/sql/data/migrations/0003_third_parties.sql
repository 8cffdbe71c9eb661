-- Recipients' keys, provisions, recalls.

-- The key a recipient opens its files with: the public half only.
CREATE TABLE recipient_key (
    recipient     TEXT             NOT NULL PRIMARY KEY,
    public_key    BYTEA            NOT NULL,
    registered_by TEXT             NOT NULL,
    registered_at DOUBLE PRECISION NOT NULL
);

-- Provisions: who asked, who approved, how many people it was, and the file until the recipient has it.
CREATE TABLE provision (
    provision_id TEXT             NOT NULL PRIMARY KEY,
    number       BIGINT           NOT NULL,
    recipient    TEXT             NOT NULL,
    asked_by     TEXT             NOT NULL,
    asked_at     DOUBLE PRECISION NOT NULL,
    approval_id  TEXT             NOT NULL,
    mandate_id   TEXT             NOT NULL,
    status       TEXT             NOT NULL,
    finished_at  DOUBLE PRECISION,
    fetched_at   DOUBLE PRECISION,
    people       BIGINT           NOT NULL,
    refused      BIGINT           NOT NULL,
    recalls      BIGINT           NOT NULL,
    UNIQUE (number)
);

-- What a provision holds of one person, sealed to the recipient's key by the release itself; gone once it was fetched.
CREATE TABLE provision_record (
    person_id    BYTEA NOT NULL,
    provision_id TEXT  NOT NULL,
    sealed       BYTEA NOT NULL,
    PRIMARY KEY (person_id, provision_id)
);

-- Recalls that wait to be told to a recipient, under the pseudonym it knows.
CREATE TABLE recall (
    recipient    TEXT             NOT NULL,
    pseudonym    TEXT             NOT NULL,
    at           DOUBLE PRECISION NOT NULL,
    provision_id TEXT             NOT NULL,
    PRIMARY KEY (recipient, pseudonym, at)
);

CREATE INDEX provision_record_by_provision ON provision_record (provision_id);

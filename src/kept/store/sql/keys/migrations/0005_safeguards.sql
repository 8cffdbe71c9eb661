-- Canaries, statutory keys.

-- Invented people planted among the others: their release is an alarm. Nobody who holds D alone knows who they are.
CREATE TABLE canary (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    planted_at DOUBLE PRECISION NOT NULL,
    planted_by TEXT             NOT NULL
);

-- The statutory keys of erased people, until the day a law obliges to keep what was provided about them.
CREATE TABLE statutory_key (
    key_id    TEXT             NOT NULL PRIMARY KEY,
    person_id BYTEA            NOT NULL,
    epoch     BIGINT           NOT NULL,
    wrapped   BYTEA            NOT NULL,
    until     DOUBLE PRECISION NOT NULL
);

CREATE INDEX statutory_key_by_epoch ON statutory_key (epoch);
CREATE INDEX statutory_key_by_end ON statutory_key (until);
CREATE INDEX statutory_key_by_person ON statutory_key (person_id);

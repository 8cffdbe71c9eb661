-- Instances of collection points, who takes part, draws, what was published, results.

-- This questionnaire, that sweepstake: its file as it was read, and where it stands.
CREATE TABLE instance (
    instance_id  TEXT             NOT NULL PRIMARY KEY,
    point        TEXT             NOT NULL,
    file         TEXT             NOT NULL,
    made_by      TEXT             NOT NULL,
    made_at      DOUBLE PRECISION NOT NULL,
    status       TEXT             NOT NULL,
    closes_at    DOUBLE PRECISION NOT NULL,
    opened_at    DOUBLE PRECISION,
    closed_at    DOUBLE PRECISION,
    delivered_at DOUBLE PRECISION,
    ended_at     DOUBLE PRECISION,
    capacity     BIGINT           NOT NULL,
    taken        BIGINT           NOT NULL
);

-- Who takes part in what, under a number of its own: an entry's, or a ticket's blinded one.
CREATE TABLE participation (
    person_id   BYTEA            NOT NULL,
    instance_id TEXT             NOT NULL,
    number      TEXT             NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    status      TEXT             NOT NULL,
    PRIMARY KEY (person_id, instance_id)
);

-- The blinded tickets of a sweepstake: public, and nobody's without the secret in the entrant's own receipt.
CREATE TABLE ticket (
    instance_id TEXT NOT NULL,
    blinded     TEXT NOT NULL,
    PRIMARY KEY (instance_id, blinded)
);

-- A draw: the seed sealed until it is drawn, its hash from the opening on, the list's hash from the close on.
CREATE TABLE draw (
    instance_id   TEXT   NOT NULL PRIMARY KEY,
    seed_hash     TEXT   NOT NULL,
    sealed_seed   BYTEA  NOT NULL,
    list_hash     TEXT   NOT NULL,
    public_number TEXT   NOT NULL,
    seed          TEXT   NOT NULL,
    drawn         BIGINT NOT NULL
);

-- What an entrant agreed to have published, sealed under a key of the installation; gone when they say so.
CREATE TABLE publication (
    person_id   BYTEA            NOT NULL,
    instance_id TEXT             NOT NULL,
    number      TEXT             NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    sealed      BYTEA            NOT NULL,
    PRIMARY KEY (person_id, instance_id)
);

-- Results of a questionnaire: how often each option was chosen, when it was counted.
CREATE TABLE result (
    instance_id TEXT   NOT NULL,
    question    TEXT   NOT NULL,
    option      TEXT   NOT NULL,
    count       BIGINT NOT NULL,
    PRIMARY KEY (instance_id, question, option)
);

CREATE INDEX participation_by_instance ON participation (instance_id);

CREATE INDEX publication_by_instance ON publication (instance_id);

-- The legal desk: requests of authorities, and what the person may be told only later.

-- An authority's request: its name and reference are sealed under a key of the installation; the scope's seal is what was approved.
CREATE TABLE disclosure (
    disclosure_id TEXT             NOT NULL PRIMARY KEY,
    number        BIGINT           NOT NULL,
    ground        TEXT             NOT NULL,
    items         TEXT             NOT NULL,
    starts_at     DOUBLE PRECISION NOT NULL,
    ends_at       DOUBLE PRECISION NOT NULL,
    received_at   DOUBLE PRECISION NOT NULL,
    due_at        DOUBLE PRECISION NOT NULL,
    told_from     DOUBLE PRECISION NOT NULL,
    waits_for     TEXT             NOT NULL,
    public_key    BYTEA            NOT NULL,
    sealed        BYTEA            NOT NULL,
    recorded_by   TEXT             NOT NULL,
    recorded_at   DOUBLE PRECISION NOT NULL,
    mandate_id    TEXT             NOT NULL,
    approval_id   TEXT             NOT NULL,
    scope_seal    TEXT             NOT NULL,
    status        TEXT             NOT NULL,
    finished_at   DOUBLE PRECISION,
    fetched_at    DOUBLE PRECISION,
    UNIQUE (number)
);

-- The people a request names, by their place in it, each under a seal; done once they were decided about.
CREATE TABLE disclosure_person (
    person_id     BYTEA  NOT NULL,
    disclosure_id TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    found_by      TEXT   NOT NULL,
    seal          TEXT   NOT NULL,
    done          BIGINT NOT NULL,
    PRIMARY KEY (person_id, disclosure_id)
);

-- What a bundle holds of one person, sealed to the authority's key by the release itself; gone once it was fetched.
CREATE TABLE disclosure_record (
    person_id     BYTEA NOT NULL,
    disclosure_id TEXT  NOT NULL,
    sealed        BYTEA NOT NULL,
    PRIMARY KEY (person_id, disclosure_id)
);

-- Asked against released, item by item; a place in the request, and nobody.
CREATE TABLE disclosure_item (
    disclosure_id TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    item          TEXT   NOT NULL,
    outcome       TEXT   NOT NULL,
    PRIMARY KEY (disclosure_id, place, item)
);

-- Person parts of entries the person may be told of only from a named date; they move to entry_person then.
CREATE TABLE entry_later (
    person_id   BYTEA            NOT NULL,
    entry_id    BYTEA            NOT NULL,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    recorded_at DOUBLE PRECISION NOT NULL,
    told_from   DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, entry_id)
);

CREATE INDEX disclosure_person_by_disclosure ON disclosure_person (disclosure_id);
CREATE INDEX disclosure_record_by_disclosure ON disclosure_record (disclosure_id);
CREATE INDEX entry_later_by_time ON entry_later (told_from);

-- Partner intake: partners' keys, their files, what became of each record.

-- A company whose files may be taken in: the key it signs them with.
CREATE TABLE partner (
    partner       TEXT             NOT NULL PRIMARY KEY,
    public_key    BYTEA            NOT NULL,
    registered_by TEXT             NOT NULL,
    registered_at DOUBLE PRECISION NOT NULL
);

-- A file taken in: by its hash, so that the same file goes on and is never doubled.
CREATE TABLE intake (
    intake_id   TEXT             NOT NULL PRIMARY KEY,
    partner     TEXT             NOT NULL,
    imported_by TEXT             NOT NULL,
    imported_at DOUBLE PRECISION NOT NULL,
    records     BIGINT           NOT NULL
);

-- What became of each record: taken, or in quarantine with its reason, sealed, until its day.
CREATE TABLE intake_record (
    intake_id TEXT             NOT NULL,
    number    BIGINT           NOT NULL,
    reason    TEXT             NOT NULL,
    ends_at   DOUBLE PRECISION NOT NULL,
    sealed    BYTEA            NOT NULL,
    PRIMARY KEY (intake_id, number)
);

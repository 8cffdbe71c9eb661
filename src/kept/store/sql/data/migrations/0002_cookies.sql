-- Remembered devices, visit counts, scans.

-- Remembered devices: a series per device, the hash of its newest token, and of the one before for a double click.
CREATE TABLE remembered (
    person_id    BYTEA            NOT NULL,
    series       BYTEA            NOT NULL,
    token_hash   BYTEA            NOT NULL,
    earlier_hash BYTEA            NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    rotated_at   DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, series)
);

-- Visits counted with consent, by day, page and feature; counts only, no person and no browser.
CREATE TABLE visit_count (
    day     TEXT   NOT NULL,
    page    TEXT   NOT NULL,
    feature TEXT   NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (day, page, feature)
);

-- Results of scans in a real browser: declared against observed.
CREATE TABLE scan (
    scan_id TEXT             NOT NULL PRIMARY KEY,
    at      DOUBLE PRECISION NOT NULL,
    url     TEXT             NOT NULL,
    clean   BIGINT           NOT NULL,
    result  TEXT             NOT NULL
);

-- Backups, drills, alarms of canaries, emergencies, the register of erased people.

-- Backups that were made: of which part, in which file, and its hash. Never the backup itself.
CREATE TABLE backup (
    backup_id TEXT             NOT NULL PRIMARY KEY,
    at        DOUBLE PRECISION NOT NULL,
    part      TEXT             NOT NULL,
    file      TEXT             NOT NULL,
    size      BIGINT           NOT NULL,
    hash      TEXT             NOT NULL,
    made_by   TEXT             NOT NULL
);

-- Restore drills: what a restored installation was found to be; counts and words, no person.
CREATE TABLE drill (
    drill_id TEXT             NOT NULL PRIMARY KEY,
    at       DOUBLE PRECISION NOT NULL,
    made_at  DOUBLE PRECISION NOT NULL,
    holds    BIGINT           NOT NULL,
    result   TEXT             NOT NULL
);

-- Alarms of canaries: which entry released one, who acted, and who looked into it. Who the canary is stands in K alone.
CREATE TABLE canary_alarm (
    alarm_id        TEXT             NOT NULL PRIMARY KEY,
    at              DOUBLE PRECISION NOT NULL,
    released_entry  TEXT             NOT NULL,
    actor           TEXT             NOT NULL,
    purpose         TEXT             NOT NULL,
    way             TEXT             NOT NULL,
    case_number     TEXT             NOT NULL,
    acknowledged_by TEXT,
    acknowledged_at DOUBLE PRECISION,
    finding         TEXT             NOT NULL
);

-- Emergencies: a role lent to a member of staff for one case and a short time; who looked at it since, and what they
-- found. The case holds the person.
CREATE TABLE emergency (
    case_id     TEXT             NOT NULL PRIMARY KEY,
    number      BIGINT           NOT NULL,
    opened_by   TEXT             NOT NULL,
    own_role    TEXT             NOT NULL,
    lent_role   TEXT             NOT NULL,
    purpose     TEXT             NOT NULL,
    reason      TEXT             NOT NULL,
    opened_at   DOUBLE PRECISION NOT NULL,
    ends_at     DOUBLE PRECISION NOT NULL,
    reviewed_by TEXT,
    reviewed_at DOUBLE PRECISION,
    outcome     TEXT             NOT NULL
);

-- Whom an emergency is about, and what the member of staff wrote about it, sealed under that person's key.
CREATE TABLE emergency_person (
    person_id BYTEA NOT NULL,
    case_id   TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    PRIMARY KEY (person_id, case_id)
);

-- What an emergency opened: names of items, written with the release; nobody is named.
CREATE TABLE emergency_item (
    case_id  TEXT             NOT NULL,
    entry_id TEXT             NOT NULL,
    item     TEXT             NOT NULL,
    at       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (case_id, entry_id)
);

CREATE INDEX emergency_person_by_case ON emergency_person (case_id);

-- What the register of provisions still says about erased people: person parts of entries, until their day. Whose they
-- are stands in K alone.
CREATE TABLE register_entry (
    entry_id    BYTEA            NOT NULL PRIMARY KEY,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    recorded_at DOUBLE PRECISION NOT NULL,
    until       DOUBLE PRECISION NOT NULL
);

CREATE INDEX register_entry_by_end ON register_entry (until);

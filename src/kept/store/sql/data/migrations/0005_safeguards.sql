-- Backups, drills, alarms of canaries, emergencies.

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

-- Restore drills: what a restored house was found to be; counts and words, no person.
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

-- Cases opened in an emergency, for a role that was lent: on which ground, until when, and who reviewed it.
CREATE TABLE emergency (
    case_id       TEXT             NOT NULL PRIMARY KEY,
    ground        TEXT             NOT NULL,
    opened_by     TEXT             NOT NULL,
    opened_at     DOUBLE PRECISION NOT NULL,
    ends_at       DOUBLE PRECISION NOT NULL,
    review_due_at DOUBLE PRECISION NOT NULL,
    reviewed_by   TEXT,
    reviewed_at   DOUBLE PRECISION,
    outcome       TEXT             NOT NULL
);

-- Backups, drills, alarms of canaries.

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

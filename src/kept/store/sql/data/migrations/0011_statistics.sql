-- One build of a data set: which columns it has and what their options are; it names nobody. Never more than seven days.
CREATE TABLE projection (
    build_id    TEXT             NOT NULL PRIMARY KEY,
    data_set    TEXT             NOT NULL,
    built_by    TEXT             NOT NULL,
    built_at    DOUBLE PRECISION NOT NULL,
    policy_hash TEXT             NOT NULL,
    manifest    TEXT             NOT NULL
);

-- Its columns in segments, sealed: dictionary codes in an order that means nothing. In no backup.
CREATE TABLE projection_segment (
    build_id    TEXT   NOT NULL,
    column_name TEXT   NOT NULL,
    segment     BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    PRIMARY KEY (build_id, column_name, segment)
);

-- What was charged to a data set since ever, in millionths of rho: each charge compares and sets it.
CREATE TABLE statistic_account (
    data_set TEXT   NOT NULL PRIMARY KEY,
    charged  BIGINT NOT NULL
);

-- A question, charged before it was answered; its noisy figures sealed, no true count anywhere.
CREATE TABLE statistic (
    statistic_id TEXT             NOT NULL PRIMARY KEY,
    number       BIGINT           NOT NULL,
    data_set     TEXT             NOT NULL,
    clause       TEXT             NOT NULL,
    build_id     TEXT             NOT NULL,
    built_at     DOUBLE PRECISION NOT NULL,
    dimensions   TEXT             NOT NULL,
    purpose      TEXT             NOT NULL,
    asked_by     TEXT             NOT NULL,
    asked_at     DOUBLE PRECISION NOT NULL,
    micro_rho    BIGINT           NOT NULL,
    delta        DOUBLE PRECISION NOT NULL,
    status       TEXT             NOT NULL,
    sealed       BYTEA            NOT NULL,
    approval_id  TEXT             NOT NULL,
    released_at  DOUBLE PRECISION,
    UNIQUE (number)
);

-- Which released figures left, to whom (a word of a closed list, or a declared recipient).
CREATE TABLE statistic_export (
    export_id    TEXT             NOT NULL PRIMARY KEY,
    statistic_id TEXT             NOT NULL,
    at           DOUBLE PRECISION NOT NULL,
    exported_by  TEXT             NOT NULL,
    recipient    TEXT             NOT NULL,
    form         TEXT             NOT NULL
);

CREATE INDEX statistic_by_data_set ON statistic (data_set, asked_at);

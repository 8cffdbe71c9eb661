-- The first schema of database K; what each table is for stands in schema.sql.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    row_seal BYTEA
);

CREATE TABLE migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name   TEXT   NOT NULL,
    hash   TEXT   NOT NULL
);

CREATE TABLE epoch (
    epoch        BIGINT           NOT NULL PRIMARY KEY,
    state        TEXT             NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    destroyed_at DOUBLE PRECISION,
    row_seal     BYTEA
);

CREATE TABLE current_epoch (
    name  TEXT   NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    row_seal BYTEA
);

CREATE TABLE person_key (
    person_id  BYTEA            NOT NULL,
    key_id     TEXT             NOT NULL,
    kind       TEXT             NOT NULL,
    epoch      BIGINT           NOT NULL,
    wrapped    BYTEA            NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, key_id)
);

CREATE TABLE system_key (
    name       TEXT             NOT NULL PRIMARY KEY,
    epoch      BIGINT           NOT NULL,
    wrapped    BYTEA            NOT NULL,
    created_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE index_token (
    item      TEXT  NOT NULL,
    token     BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (item, token, person_id)
);

CREATE TABLE external_token (
    system    TEXT  NOT NULL,
    token     BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (system, token)
);

CREATE INDEX external_token_by_person ON external_token (person_id);

CREATE TABLE tombstone (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    receipt_id TEXT             NOT NULL,
    erased_at  DOUBLE PRECISION NOT NULL,
    level      TEXT             NOT NULL,
    epoch      BIGINT           NOT NULL,
    under_way  BIGINT           NOT NULL,
    faxes_held BIGINT           NOT NULL,
    row_seal   BYTEA
);

CREATE TABLE state_copy (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    g         BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL
);

CREATE TABLE checkpoint (
    name TEXT             NOT NULL PRIMARY KEY,
    size BIGINT           NOT NULL,
    note TEXT             NOT NULL,
    at   DOUBLE PRECISION NOT NULL
);

CREATE INDEX person_key_by_epoch ON person_key (epoch);
CREATE INDEX index_token_by_person ON index_token (person_id);
CREATE INDEX tombstone_by_level ON tombstone (level);
CREATE INDEX tombstone_by_receipt ON tombstone (receipt_id);

CREATE TABLE canary (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    planted_at DOUBLE PRECISION NOT NULL,
    planted_by TEXT             NOT NULL,
    row_seal   BYTEA
);

CREATE TABLE statistic_charge (
    charge_id TEXT             NOT NULL PRIMARY KEY,
    account   TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL,
    micro_rho BIGINT           NOT NULL,
    row_seal  BYTEA
);

CREATE TABLE statutory_key (
    key_id    TEXT             NOT NULL PRIMARY KEY,
    person_id BYTEA            NOT NULL,
    epoch     BIGINT           NOT NULL,
    wrapped   BYTEA            NOT NULL,
    until     DOUBLE PRECISION NOT NULL,
    row_seal  BYTEA
);

CREATE INDEX statutory_key_by_epoch ON statutory_key (epoch);
CREATE INDEX statutory_key_by_end ON statutory_key (until);
CREATE INDEX statutory_key_by_person ON statutory_key (person_id);

CREATE TABLE restore_mark (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE person_rows (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    changes   BIGINT NOT NULL,
    sealed    BYTEA  NOT NULL
);

CREATE TABLE table_rows (
    table_name TEXT   NOT NULL PRIMARY KEY,
    changes    BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL
);

CREATE TABLE other_person_changes (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    changes   BIGINT NOT NULL,
    row_seal  BYTEA
);

CREATE TABLE other_table_changes (
    table_name TEXT   NOT NULL PRIMARY KEY,
    changes    BIGINT NOT NULL,
    row_seal   BYTEA
);

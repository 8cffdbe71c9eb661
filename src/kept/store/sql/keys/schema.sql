-- Database K: wrapped keys, index tokens, tombstones, the last g and sealed state of each person, the last checkpoint.
-- Apart from D and never in D's backups. Secrets stand only in columns no index holds. Equals the sum of migrations/.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    row_seal BYTEA
);

-- The migrations that made these tables, so that a database of other statements under the same number is told apart.
CREATE TABLE migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name   TEXT   NOT NULL,
    hash   TEXT   NOT NULL
);

-- Key epochs: their root exists only in the provider.
CREATE TABLE epoch (
    epoch        BIGINT           NOT NULL PRIMARY KEY,
    state        TEXT             NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    destroyed_at DOUBLE PRECISION,
    row_seal     BYTEA
);

-- The epoch new keys are wrapped under; every key insert checks this row in its own transaction.
CREATE TABLE current_epoch (
    name  TEXT   NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    row_seal BYTEA
);

-- Random keys per person, wrapped: kind is values, evidence or statutory.
CREATE TABLE person_key (
    person_id  BYTEA            NOT NULL,
    key_id     TEXT             NOT NULL,
    kind       TEXT             NOT NULL,
    epoch      BIGINT           NOT NULL,
    wrapped    BYTEA            NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, key_id)
);

-- Keys of the installation: ledger accounts, one index key per item, tokens, addresses.
CREATE TABLE system_key (
    name       TEXT             NOT NULL PRIMARY KEY,
    epoch      BIGINT           NOT NULL,
    wrapped    BYTEA            NOT NULL,
    created_at DOUBLE PRECISION NOT NULL
);

-- Blind index: keyed by the token, not unique (couples share phones).
CREATE TABLE index_token (
    item      TEXT  NOT NULL,
    token     BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (item, token, person_id)
);

-- External ids, found by a keyed hash: one person for each id of a system.
CREATE TABLE external_token (
    system    TEXT  NOT NULL,
    token     BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (system, token)
);

CREATE INDEX external_token_by_person ON external_token (person_id);

-- Erased people: what may never come back, how far the erasure got, and what was on its way when it began.
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

-- The newest g and sealed state of each person: a D behind it was rolled back.
CREATE TABLE state_copy (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    g         BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL
);

-- The last signed checkpoint.
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

-- Invented people planted among the others: their release is an alarm. Nobody who holds D alone knows who they are.
CREATE TABLE canary (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    planted_at DOUBLE PRECISION NOT NULL,
    planted_by TEXT             NOT NULL,
    row_seal   BYTEA
);

-- What was charged to the accounts of counting, beside D's own record: a D restored from before does not give a budget back.
CREATE TABLE statistic_charge (
    charge_id TEXT             NOT NULL PRIMARY KEY,
    account   TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL,
    micro_rho BIGINT           NOT NULL,
    row_seal  BYTEA
);

-- The statutory keys of erased people, until the day a law obliges to keep what was provided about them.
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

-- ---------------------------------------------------------------- rows

-- What a restore says of this database without its keys: a start takes it over, and it only closes.
CREATE TABLE restore_mark (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Sums over the bound rows of a person, sealed for their number; they show that a row is missing or older.
CREATE TABLE person_rows (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    changes   BIGINT NOT NULL,
    sealed    BYTEA  NOT NULL
);

-- The same over the bound rows of a table that holds nobody.
CREATE TABLE table_rows (
    table_name TEXT   NOT NULL PRIMARY KEY,
    changes    BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL
);

-- The numbers of such sums in database D, as they were last seen: sums with a lower number are older.
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

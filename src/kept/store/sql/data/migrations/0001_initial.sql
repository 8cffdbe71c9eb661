-- The first schema of database D; what each table is for stands in schema.sql.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE state (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    g         BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL
);

CREATE TABLE value (
    person_id BYTEA  NOT NULL,
    slot      TEXT   NOT NULL,
    version   BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL,
    PRIMARY KEY (person_id, slot, version)
);

CREATE TABLE login (
    login_name TEXT  NOT NULL PRIMARY KEY,
    person_id  BYTEA NOT NULL
);

CREATE TABLE password (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    login_name TEXT             NOT NULL,
    hash       TEXT             NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE passkey (
    person_id     BYTEA            NOT NULL,
    credential_id BYTEA            NOT NULL,
    public_key    BYTEA            NOT NULL,
    sign_count    BIGINT           NOT NULL,
    transports    TEXT             NOT NULL,
    created_at    DOUBLE PRECISION NOT NULL,
    last_used_at  DOUBLE PRECISION,
    PRIMARY KEY (person_id, credential_id)
);

CREATE TABLE recovery_code (
    person_id BYTEA NOT NULL,
    code_hash TEXT  NOT NULL,
    used_at   DOUBLE PRECISION,
    PRIMARY KEY (person_id, code_hash)
);

CREATE TABLE session (
    person_id    BYTEA            NOT NULL,
    token_hash   BYTEA            NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    signed_in_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, token_hash)
);

CREATE TABLE receipt (
    person_id  BYTEA            NOT NULL,
    receipt_id TEXT             NOT NULL,
    kind       TEXT             NOT NULL,
    at         DOUBLE PRECISION NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    PRIMARY KEY (person_id, receipt_id)
);

CREATE TABLE entry_person (
    person_id   BYTEA            NOT NULL,
    entry_id    BYTEA            NOT NULL,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    recorded_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, recorded_at, entry_id)
);

CREATE TABLE case_person (
    person_id BYTEA            NOT NULL,
    case_id   TEXT             NOT NULL,
    bound_at  DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, case_id)
);

CREATE TABLE rights_request_person (
    person_id  BYTEA NOT NULL,
    request_id TEXT  NOT NULL,
    key_id     TEXT  NOT NULL,
    sealed     BYTEA NOT NULL,
    PRIMARY KEY (person_id, request_id)
);

CREATE TABLE erasure (
    person_id   BYTEA            NOT NULL PRIMARY KEY,
    receipt_id  TEXT             NOT NULL,
    intended_at DOUBLE PRECISION NOT NULL,
    due_at      DOUBLE PRECISION NOT NULL,
    started_by  TEXT             NOT NULL,
    step        TEXT             NOT NULL
);

CREATE TABLE entry (
    entry_id           BYTEA            NOT NULL PRIMARY KEY,
    account_commitment BYTEA            NOT NULL,
    person_commitment  BYTEA            NOT NULL,
    account_key        TEXT             NOT NULL,
    account_sealed     BYTEA            NOT NULL,
    recorded_at        DOUBLE PRECISION NOT NULL
);

CREATE TABLE todo (
    entry_id BYTEA            NOT NULL PRIMARY KEY,
    since    DOUBLE PRECISION NOT NULL
);

CREATE TABLE leaf_position (
    entry_id BYTEA  NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

CREATE TABLE tile (
    level BIGINT NOT NULL,
    idx   BIGINT NOT NULL,
    data  BYTEA  NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE head (
    name TEXT             NOT NULL PRIMARY KEY,
    size BIGINT           NOT NULL,
    root BYTEA            NOT NULL,
    at   DOUBLE PRECISION NOT NULL
);

CREATE TABLE checkpoint (
    size BIGINT           NOT NULL PRIMARY KEY,
    note TEXT             NOT NULL,
    at   DOUBLE PRECISION NOT NULL
);

CREATE TABLE tally (
    day     TEXT   NOT NULL,
    clause  TEXT   NOT NULL,
    act     TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    count   BIGINT NOT NULL,
    last_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (day, clause, act, outcome)
);

CREATE TABLE notice (
    notice_id TEXT  NOT NULL PRIMARY KEY,
    body      BYTEA NOT NULL
);

CREATE TABLE notice_token (
    token_id   TEXT             NOT NULL PRIMARY KEY,
    expires_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE policy_version (
    version      BIGINT           NOT NULL PRIMARY KEY,
    policy_hash  TEXT             NOT NULL,
    files        BYTEA            NOT NULL,
    effective_at DOUBLE PRECISION NOT NULL,
    proposed_by  TEXT             NOT NULL,
    proposed_at  DOUBLE PRECISION NOT NULL,
    activated_by TEXT,
    activated_at DOUBLE PRECISION,
    entry_id     BYTEA
);

CREATE TABLE attestation (
    attestation_id TEXT             NOT NULL PRIMARY KEY,
    clause         TEXT             NOT NULL,
    name           TEXT             NOT NULL,
    staff_id       TEXT             NOT NULL,
    role           TEXT             NOT NULL,
    evidence       TEXT             NOT NULL,
    at             DOUBLE PRECISION NOT NULL,
    valid_until    DOUBLE PRECISION NOT NULL,
    entry_id       BYTEA            NOT NULL
);

CREATE TABLE live_check (
    guarantee TEXT             NOT NULL PRIMARY KEY,
    holds     BIGINT           NOT NULL,
    detail    TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL
);

CREATE TABLE staff (
    staff_id        TEXT             NOT NULL PRIMARY KEY,
    login           TEXT             NOT NULL,
    password_hash   TEXT             NOT NULL,
    second_factor   BYTEA            NOT NULL,
    last_counter    BIGINT           NOT NULL,
    roles           TEXT             NOT NULL,
    created_at      DOUBLE PRECISION NOT NULL,
    disabled_at     DOUBLE PRECISION,
    UNIQUE (login)
);

CREATE TABLE staff_session (
    token_hash   BYTEA            NOT NULL PRIMARY KEY,
    staff_id     TEXT             NOT NULL,
    signed_in_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL
);

CREATE TABLE api_credential (
    credential_id TEXT             NOT NULL PRIMARY KEY,
    secret_hash   BYTEA            NOT NULL,
    label         TEXT             NOT NULL,
    role          TEXT             NOT NULL,
    purposes      TEXT             NOT NULL,
    created_at    DOUBLE PRECISION NOT NULL,
    revoked_at    DOUBLE PRECISION
);

CREATE TABLE mandate (
    mandate_id   TEXT             NOT NULL PRIMARY KEY,
    kind         TEXT             NOT NULL,
    actor        TEXT             NOT NULL,
    role         TEXT             NOT NULL,
    purpose      TEXT             NOT NULL,
    case_id      TEXT             NOT NULL,
    signed_in_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    revoked_at   DOUBLE PRECISION,
    volume_left  BIGINT           NOT NULL
);

CREATE TABLE case_file (
    case_id    TEXT             NOT NULL PRIMARY KEY,
    number     BIGINT           NOT NULL,
    staff_id   TEXT             NOT NULL,
    role       TEXT             NOT NULL,
    purpose    TEXT             NOT NULL,
    opened_at  DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    closed_at  DOUBLE PRECISION,
    UNIQUE (number)
);

CREATE TABLE approval (
    approval_id  TEXT             NOT NULL PRIMARY KEY,
    act          TEXT             NOT NULL,
    subject      TEXT             NOT NULL,
    requested_by TEXT             NOT NULL,
    requested_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    decided_by   TEXT,
    decided_at   DOUBLE PRECISION,
    outcome      TEXT             NOT NULL
);

CREATE TABLE rights_request (
    request_id     TEXT             NOT NULL PRIMARY KEY,
    number         BIGINT           NOT NULL,
    kind           TEXT             NOT NULL,
    channel        TEXT             NOT NULL,
    case_id        TEXT             NOT NULL,
    opened_by      TEXT             NOT NULL,
    received_at    DOUBLE PRECISION NOT NULL,
    due_at         DOUBLE PRECISION NOT NULL,
    identity_check TEXT             NOT NULL,
    checked_by     TEXT             NOT NULL,
    status         TEXT             NOT NULL,
    approval_id    TEXT             NOT NULL,
    finished_at    DOUBLE PRECISION,
    outcome        TEXT             NOT NULL,
    UNIQUE (number)
);

CREATE TABLE rate (
    bucket     TEXT             NOT NULL PRIMARY KEY,
    started_at DOUBLE PRECISION NOT NULL,
    count      BIGINT           NOT NULL
);

CREATE INDEX value_by_key ON value (person_id, key_id);
CREATE INDEX case_person_by_case ON case_person (case_id);
CREATE INDEX rights_request_person_by_request ON rights_request_person (request_id);
CREATE INDEX login_by_person ON login (person_id);
CREATE INDEX todo_by_age ON todo (since);
CREATE INDEX leaf_by_position ON leaf_position (position);
CREATE INDEX entry_by_time ON entry (recorded_at);
CREATE INDEX mandate_by_case ON mandate (case_id);
CREATE INDEX mandate_by_end ON mandate (expires_at);
CREATE INDEX mandate_by_actor ON mandate (actor);

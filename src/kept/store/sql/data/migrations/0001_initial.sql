-- The first schema of database D; what each table is for stands in schema.sql.

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
    person_id  BYTEA NOT NULL,
    row_seal   BYTEA
);

CREATE TABLE password (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    hash       TEXT             NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA
);

CREATE TABLE passkey (
    person_id     BYTEA            NOT NULL,
    credential_id BYTEA            NOT NULL,
    public_key    BYTEA            NOT NULL,
    sign_count    BIGINT           NOT NULL,
    key_id        TEXT             NOT NULL,
    sealed        BYTEA            NOT NULL,
    created_at    DOUBLE PRECISION NOT NULL,
    last_used_at  DOUBLE PRECISION,
    row_seal      BYTEA,
    PRIMARY KEY (person_id, credential_id)
);

CREATE TABLE recovery_code (
    person_id BYTEA NOT NULL,
    code_hash TEXT  NOT NULL,
    used_at   DOUBLE PRECISION,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, code_hash)
);

CREATE TABLE external_id (
    person_id BYTEA NOT NULL,
    system    TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, system)
);

CREATE TABLE session (
    person_id    BYTEA            NOT NULL,
    token_hash   BYTEA            NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    signed_in_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    row_seal     BYTEA,
    PRIMARY KEY (person_id, token_hash)
);

CREATE TABLE shown_once (
    person_id  BYTEA            NOT NULL,
    token_hash BYTEA            NOT NULL,
    kind       TEXT             NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, token_hash, kind)
);

CREATE TABLE link_code (
    person_id  BYTEA            NOT NULL,
    system     TEXT             NOT NULL,
    code_hash  BYTEA            NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, system)
);

CREATE INDEX link_code_by_code ON link_code (code_hash);

CREATE TABLE receipt (
    person_id  BYTEA            NOT NULL,
    receipt_id TEXT             NOT NULL,
    kind       TEXT             NOT NULL,
    at         DOUBLE PRECISION NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    row_seal   BYTEA,
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
    row_seal  BYTEA,
    PRIMARY KEY (person_id, case_id)
);

CREATE TABLE rights_request_person (
    person_id  BYTEA NOT NULL,
    request_id TEXT  NOT NULL,
    key_id     TEXT  NOT NULL,
    sealed     BYTEA NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, request_id)
);

CREATE TABLE witnessed_person (
    person_id BYTEA NOT NULL,
    form_id   TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, form_id)
);

CREATE TABLE rights_request_paper (
    person_id  BYTEA            NOT NULL,
    request_id TEXT             NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    until      DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, request_id)
);

CREATE TABLE erasure (
    person_id   BYTEA            NOT NULL PRIMARY KEY,
    receipt_id  TEXT             NOT NULL,
    intended_at DOUBLE PRECISION NOT NULL,
    due_at      DOUBLE PRECISION NOT NULL,
    started_by  TEXT             NOT NULL,
    row_seal    BYTEA
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

CREATE TABLE cosignature (
    size     BIGINT           NOT NULL,
    cosigner TEXT             NOT NULL,
    line     TEXT             NOT NULL,
    at       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (size, cosigner)
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
    expires_at DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA
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
    entry_id     BYTEA,
    row_seal     BYTEA
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
    entry_id       BYTEA            NOT NULL,
    row_seal       BYTEA
);

CREATE TABLE live_check (
    guarantee TEXT             NOT NULL PRIMARY KEY,
    holds     BIGINT           NOT NULL,
    detail    TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL,
    row_seal  BYTEA
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
    row_seal        BYTEA,
    UNIQUE (login)
);

CREATE TABLE staff_session (
    token_hash   BYTEA            NOT NULL PRIMARY KEY,
    staff_id     TEXT             NOT NULL,
    signed_in_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    row_seal     BYTEA
);

CREATE TABLE api_credential (
    credential_id TEXT             NOT NULL PRIMARY KEY,
    secret_hash   BYTEA            NOT NULL,
    label         TEXT             NOT NULL,
    role          TEXT             NOT NULL,
    purposes      TEXT             NOT NULL,
    rights        TEXT             NOT NULL,
    system        TEXT             NOT NULL,
    created_at    DOUBLE PRECISION NOT NULL,
    revoked_at    DOUBLE PRECISION,
    row_seal      BYTEA
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
    volume_left  BIGINT           NOT NULL,
    row_seal     BYTEA
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
    row_seal   BYTEA,
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
    outcome      TEXT             NOT NULL,
    row_seal     BYTEA
);

CREATE TABLE look_ups (
    actor   TEXT   NOT NULL,
    purpose TEXT   NOT NULL,
    day     TEXT   NOT NULL,
    tried   BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    row_seal BYTEA,
    PRIMARY KEY (actor, purpose, day)
);

CREATE TABLE rights_request (
    request_id  TEXT             NOT NULL PRIMARY KEY,
    number      BIGINT           NOT NULL,
    channel     TEXT             NOT NULL,
    case_id     TEXT             NOT NULL,
    opened_by   TEXT             NOT NULL,
    received_at DOUBLE PRECISION NOT NULL,
    due_at      DOUBLE PRECISION NOT NULL,
    step        BIGINT           NOT NULL,
    status      TEXT             NOT NULL,
    approval_id TEXT             NOT NULL,
    finished_at DOUBLE PRECISION,
    outcome     TEXT             NOT NULL,
    sealed      BYTEA,
    row_seal    BYTEA,
    UNIQUE (number)
);

CREATE TABLE witnessed (
    form_id    TEXT             NOT NULL PRIMARY KEY,
    number     BIGINT           NOT NULL,
    how        TEXT             NOT NULL,
    entered_by TEXT             NOT NULL,
    entered_at DOUBLE PRECISION NOT NULL,
    status     TEXT             NOT NULL,
    reason     TEXT             NOT NULL,
    moved_at   DOUBLE PRECISION NOT NULL,
    code_hash  BYTEA            NOT NULL,
    sealed     BYTEA            NOT NULL,
    witness    BYTEA            NOT NULL,
    row_seal   BYTEA,
    UNIQUE (number)
);

CREATE TABLE rate (
    bucket     TEXT             NOT NULL PRIMARY KEY,
    started_at DOUBLE PRECISION NOT NULL,
    count      BIGINT           NOT NULL,
    row_seal   BYTEA
);

CREATE INDEX value_by_key ON value (person_id, key_id);
CREATE INDEX case_person_by_case ON case_person (case_id);
CREATE INDEX rights_request_person_by_request ON rights_request_person (request_id);
CREATE INDEX witnessed_person_by_form ON witnessed_person (form_id);
CREATE INDEX witnessed_by_code ON witnessed (code_hash);
CREATE INDEX witnessed_by_status ON witnessed (status, entered_at);
CREATE INDEX witnessed_by_staff ON witnessed (entered_by, entered_at);
CREATE INDEX rights_request_paper_by_request ON rights_request_paper (request_id);
CREATE INDEX rights_request_paper_by_end ON rights_request_paper (until);
CREATE INDEX rights_request_by_due ON rights_request (due_at);
CREATE INDEX login_by_person ON login (person_id);
CREATE INDEX todo_by_age ON todo (since);
CREATE INDEX leaf_by_position ON leaf_position (position);
CREATE INDEX entry_by_time ON entry (recorded_at);
CREATE INDEX mandate_by_case ON mandate (case_id);
CREATE INDEX mandate_by_end ON mandate (expires_at);
CREATE INDEX mandate_by_actor ON mandate (actor);

CREATE TABLE remembered (
    person_id    BYTEA            NOT NULL,
    series       BYTEA            NOT NULL,
    token_hash   BYTEA            NOT NULL,
    earlier_hash BYTEA            NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    rotated_at   DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    row_seal     BYTEA,
    PRIMARY KEY (person_id, series)
);

CREATE TABLE sign_in_sign (
    person_id BYTEA            NOT NULL,
    day       TEXT             NOT NULL,
    kind      TEXT             NOT NULL,
    count     BIGINT           NOT NULL,
    last_at   DOUBLE PRECISION NOT NULL,
    told      BIGINT           NOT NULL,
    news      BIGINT           NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, day, kind)
);

CREATE INDEX sign_in_sign_by_day ON sign_in_sign (day);

CREATE TABLE visit_count (
    day     TEXT   NOT NULL,
    page    TEXT   NOT NULL,
    feature TEXT   NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (day, page, feature)
);

CREATE TABLE scan (
    scan_id TEXT             NOT NULL PRIMARY KEY,
    at      DOUBLE PRECISION NOT NULL,
    url     TEXT             NOT NULL,
    clean   BIGINT           NOT NULL,
    result  TEXT             NOT NULL,
    row_seal BYTEA
);

CREATE TABLE party (
    party_id       TEXT             NOT NULL PRIMARY KEY,
    kind           TEXT             NOT NULL,
    name           TEXT             NOT NULL,
    title          TEXT             NOT NULL,
    address        TEXT             NOT NULL,
    representative TEXT             NOT NULL,
    public_key     BYTEA            NOT NULL,
    seal           BYTEA            NOT NULL,
    asked_by       TEXT             NOT NULL,
    asked_at       DOUBLE PRECISION NOT NULL,
    approval_id    TEXT             NOT NULL,
    status         TEXT             NOT NULL,
    confirmed_by   TEXT             NOT NULL,
    from_at        DOUBLE PRECISION NOT NULL,
    row_seal       BYTEA
);

CREATE INDEX party_by_name ON party (kind, name, from_at);

CREATE TABLE provision (
    provision_id TEXT             NOT NULL PRIMARY KEY,
    number       BIGINT           NOT NULL,
    recipient    TEXT             NOT NULL,
    asked_by     TEXT             NOT NULL,
    asked_at     DOUBLE PRECISION NOT NULL,
    approval_id  TEXT             NOT NULL,
    mandate_id   TEXT             NOT NULL,
    status       TEXT             NOT NULL,
    fetched_at   DOUBLE PRECISION,
    people       BIGINT           NOT NULL,
    refused      BIGINT           NOT NULL,
    making       TEXT             NOT NULL,
    row_seal     BYTEA,
    UNIQUE (number)
);

CREATE TABLE provision_record (
    person_id    BYTEA            NOT NULL,
    provision_id TEXT             NOT NULL,
    entry_id     BYTEA            NOT NULL,
    g            BIGINT           NOT NULL,
    sealed       BYTEA            NOT NULL,
    handed_at    DOUBLE PRECISION,
    row_seal     BYTEA,
    PRIMARY KEY (person_id, provision_id)
);

CREATE TABLE recall (
    recipient    TEXT             NOT NULL,
    pseudonym    TEXT             NOT NULL,
    at           DOUBLE PRECISION NOT NULL,
    what         TEXT             NOT NULL,
    item         TEXT             NOT NULL,
    due_at       DOUBLE PRECISION NOT NULL,
    status       TEXT             NOT NULL,
    file_id      TEXT             NOT NULL,
    told_at      DOUBLE PRECISION,
    confirmed_at DOUBLE PRECISION,
    row_seal     BYTEA,
    PRIMARY KEY (recipient, pseudonym, at, item)
);

CREATE INDEX provision_record_by_provision ON provision_record (provision_id);
CREATE INDEX recall_by_status ON recall (status, due_at);
CREATE INDEX recall_by_file ON recall (file_id);

CREATE TABLE instance (
    instance_id  TEXT             NOT NULL PRIMARY KEY,
    point        TEXT             NOT NULL,
    file         TEXT             NOT NULL,
    made_by      TEXT             NOT NULL,
    made_at      DOUBLE PRECISION NOT NULL,
    status       TEXT             NOT NULL,
    closes_at    DOUBLE PRECISION NOT NULL,
    opened_at    DOUBLE PRECISION,
    closed_at    DOUBLE PRECISION,
    delivered_at DOUBLE PRECISION,
    ended_at     DOUBLE PRECISION,
    capacity     BIGINT           NOT NULL,
    taken        BIGINT           NOT NULL,
    row_seal     BYTEA
);

CREATE TABLE participation (
    person_id   BYTEA            NOT NULL,
    instance_id TEXT             NOT NULL,
    number      TEXT             NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    status      TEXT             NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (person_id, instance_id)
);

CREATE TABLE ticket (
    instance_id TEXT NOT NULL,
    blinded     TEXT NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (instance_id, blinded)
);

CREATE TABLE draw (
    instance_id   TEXT   NOT NULL PRIMARY KEY,
    seed_hash     TEXT   NOT NULL,
    sealed_seed   BYTEA  NOT NULL,
    list_hash     TEXT   NOT NULL,
    public_number TEXT   NOT NULL,
    seed          TEXT   NOT NULL,
    drawn         BIGINT NOT NULL,
    row_seal      BYTEA
);

CREATE TABLE publication (
    person_id   BYTEA            NOT NULL,
    instance_id TEXT             NOT NULL,
    number      TEXT             NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    sealed      BYTEA            NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (person_id, instance_id)
);

CREATE TABLE result (
    instance_id TEXT   NOT NULL,
    question    TEXT   NOT NULL,
    option      TEXT   NOT NULL,
    count       BIGINT NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (instance_id, question, option)
);

CREATE INDEX participation_by_instance ON participation (instance_id);

CREATE INDEX publication_by_instance ON publication (instance_id);

CREATE TABLE backup (
    backup_id TEXT             NOT NULL PRIMARY KEY,
    at        DOUBLE PRECISION NOT NULL,
    part      TEXT             NOT NULL,
    file      TEXT             NOT NULL,
    size      BIGINT           NOT NULL,
    hash      TEXT             NOT NULL,
    made_by   TEXT             NOT NULL,
    row_seal  BYTEA
);

CREATE TABLE drill (
    drill_id TEXT             NOT NULL PRIMARY KEY,
    at       DOUBLE PRECISION NOT NULL,
    made_at  DOUBLE PRECISION NOT NULL,
    holds    BIGINT           NOT NULL,
    result   TEXT             NOT NULL,
    row_seal BYTEA
);

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
    finding         TEXT             NOT NULL,
    row_seal        BYTEA
);

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
    outcome     TEXT             NOT NULL,
    row_seal    BYTEA
);

CREATE TABLE emergency_person (
    person_id BYTEA NOT NULL,
    case_id   TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, case_id)
);

CREATE TABLE emergency_item (
    case_id  TEXT             NOT NULL,
    entry_id TEXT             NOT NULL,
    item     TEXT             NOT NULL,
    at       DOUBLE PRECISION NOT NULL,
    row_seal BYTEA,
    PRIMARY KEY (case_id, entry_id)
);

CREATE INDEX emergency_person_by_case ON emergency_person (case_id);

CREATE TABLE register_entry (
    entry_id    BYTEA            NOT NULL PRIMARY KEY,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    recorded_at DOUBLE PRECISION NOT NULL,
    until       DOUBLE PRECISION NOT NULL,
    row_seal    BYTEA
);

CREATE INDEX register_entry_by_end ON register_entry (until);

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
    paper_hash    TEXT             NOT NULL,
    status        TEXT             NOT NULL,
    finished_at   DOUBLE PRECISION,
    fetched_at    DOUBLE PRECISION,
    row_seal      BYTEA,
    UNIQUE (number)
);

CREATE TABLE disclosure_paper (
    disclosure_id TEXT             NOT NULL PRIMARY KEY,
    sealed        BYTEA            NOT NULL,
    until         DOUBLE PRECISION NOT NULL,
    row_seal      BYTEA
);

CREATE INDEX disclosure_paper_by_end ON disclosure_paper (until);

CREATE TABLE disclosure_person (
    person_id     BYTEA  NOT NULL,
    disclosure_id TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    found_by      TEXT   NOT NULL,
    named         BYTEA  NOT NULL,
    seal          TEXT   NOT NULL,
    done          BIGINT NOT NULL,
    row_seal      BYTEA,
    PRIMARY KEY (person_id, disclosure_id)
);

CREATE TABLE disclosure_record (
    person_id     BYTEA NOT NULL,
    disclosure_id TEXT  NOT NULL,
    sealed        BYTEA NOT NULL,
    row_seal      BYTEA,
    PRIMARY KEY (person_id, disclosure_id)
);

CREATE TABLE disclosure_item (
    disclosure_id TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    item          TEXT   NOT NULL,
    outcome       TEXT   NOT NULL,
    row_seal      BYTEA,
    PRIMARY KEY (disclosure_id, place, item)
);

CREATE TABLE entry_later (
    person_id   BYTEA            NOT NULL,
    entry_id    BYTEA            NOT NULL,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    recorded_at DOUBLE PRECISION NOT NULL,
    told_from   DOUBLE PRECISION NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (person_id, entry_id)
);

CREATE INDEX disclosure_person_by_disclosure ON disclosure_person (disclosure_id);
CREATE INDEX disclosure_record_by_disclosure ON disclosure_record (disclosure_id);
CREATE INDEX entry_later_by_time ON entry_later (told_from);

CREATE TABLE intake (
    intake_id   TEXT             NOT NULL PRIMARY KEY,
    partner     TEXT             NOT NULL,
    imported_by TEXT             NOT NULL,
    imported_at DOUBLE PRECISION NOT NULL,
    records     BIGINT           NOT NULL,
    row_seal    BYTEA
);

CREATE TABLE intake_record (
    intake_id TEXT             NOT NULL,
    number    BIGINT           NOT NULL,
    reason    TEXT             NOT NULL,
    ends_at   DOUBLE PRECISION NOT NULL,
    sealed    BYTEA            NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (intake_id, number)
);

CREATE TABLE outbox (
    person_id  BYTEA            NOT NULL,
    message_id TEXT             NOT NULL,
    origin     TEXT             NOT NULL,
    origin_id  TEXT             NOT NULL,
    purpose    TEXT             NOT NULL,
    channel    TEXT             NOT NULL,
    mandate_id TEXT             NOT NULL,
    status     TEXT             NOT NULL,
    reason     TEXT             NOT NULL,
    attempts   BIGINT           NOT NULL,
    queued_at  DOUBLE PRECISION NOT NULL,
    next_at    DOUBLE PRECISION NOT NULL,
    moved_at   DOUBLE PRECISION NOT NULL,
    entry_id   TEXT             NOT NULL,
    notice_id  TEXT             NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, message_id)
);

CREATE TABLE message_link (
    person_id  BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    message_id TEXT  NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, token_hash)
);

CREATE TABLE reach_tally (
    origin    TEXT   NOT NULL,
    origin_id TEXT   NOT NULL,
    outcome   TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    count     BIGINT NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (origin, origin_id, outcome, reason)
);

CREATE TABLE stop_list (
    channel TEXT             NOT NULL,
    token   BYTEA            NOT NULL,
    reason  TEXT             NOT NULL,
    since   DOUBLE PRECISION NOT NULL,
    row_seal BYTEA,
    PRIMARY KEY (channel, token, reason)
);

CREATE TABLE campaign (
    campaign_id TEXT             NOT NULL PRIMARY KEY,
    purpose     TEXT             NOT NULL,
    file        TEXT             NOT NULL,
    seal        TEXT             NOT NULL,
    made_by     TEXT             NOT NULL,
    made_at     DOUBLE PRECISION NOT NULL,
    status      TEXT             NOT NULL,
    approval_id TEXT             NOT NULL,
    mandate_id  TEXT             NOT NULL,
    walked      BYTEA            NOT NULL,
    queued_at   DOUBLE PRECISION,
    stopped_at  DOUBLE PRECISION,
    row_seal    BYTEA
);

CREATE INDEX outbox_by_time ON outbox (status, next_at);
CREATE INDEX outbox_by_move ON outbox (status, moved_at);
CREATE INDEX outbox_by_origin ON outbox (origin, origin_id, status);
CREATE INDEX outbox_by_message ON outbox (message_id);
CREATE INDEX message_link_by_token ON message_link (token_hash);

CREATE TABLE projection (
    build_id    TEXT             NOT NULL PRIMARY KEY,
    data_set    TEXT             NOT NULL,
    built_by    TEXT             NOT NULL,
    built_at    DOUBLE PRECISION NOT NULL,
    policy_hash TEXT             NOT NULL,
    manifest    TEXT             NOT NULL,
    row_seal    BYTEA
);

CREATE TABLE projection_segment (
    build_id    TEXT   NOT NULL,
    column_name TEXT   NOT NULL,
    segment     BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    PRIMARY KEY (build_id, column_name, segment)
);

CREATE TABLE statistic_account (
    account TEXT   NOT NULL PRIMARY KEY,
    charged BIGINT NOT NULL,
    row_seal BYTEA
);

CREATE TABLE charge (
    charge_id TEXT             NOT NULL PRIMARY KEY,
    account   TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL,
    micro_rho BIGINT           NOT NULL,
    row_seal  BYTEA
);

CREATE TABLE head_count (
    count_id TEXT             NOT NULL PRIMARY KEY,
    question TEXT             NOT NULL,
    asked_at DOUBLE PRECISION NOT NULL,
    sealed   BYTEA            NOT NULL,
    row_seal BYTEA
);

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
    row_seal     BYTEA,
    UNIQUE (number)
);

CREATE TABLE statistic_export (
    export_id    TEXT             NOT NULL PRIMARY KEY,
    statistic_id TEXT             NOT NULL,
    at           DOUBLE PRECISION NOT NULL,
    exported_by  TEXT             NOT NULL,
    recipient    TEXT             NOT NULL,
    form         TEXT             NOT NULL,
    row_seal     BYTEA
);

CREATE INDEX charge_by_account ON charge (account, at);
CREATE INDEX head_count_by_question ON head_count (question, asked_at);

CREATE TABLE letter (
    person_id  BYTEA            NOT NULL,
    message_id TEXT             NOT NULL,
    origin     TEXT             NOT NULL,
    origin_id  TEXT             NOT NULL,
    purpose    TEXT             NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    put_at     DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, message_id)
);

CREATE TABLE fax_job (
    person_id  BYTEA            NOT NULL,
    message_id TEXT             NOT NULL,
    purpose    TEXT             NOT NULL,
    job        TEXT             NOT NULL,
    state      TEXT             NOT NULL,
    moved_at   DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, message_id)
);

CREATE TABLE call_sheet (
    sheet_id   TEXT             NOT NULL PRIMARY KEY,
    number     BIGINT           NOT NULL,
    origin     TEXT             NOT NULL,
    origin_id  TEXT             NOT NULL,
    purpose    TEXT             NOT NULL,
    made_at    DOUBLE PRECISION NOT NULL,
    status     TEXT             NOT NULL,
    begun_by   TEXT             NOT NULL,
    ends_at    DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    UNIQUE (number)
);

CREATE TABLE call_row (
    person_id  BYTEA            NOT NULL,
    message_id TEXT             NOT NULL,
    sheet_id   TEXT             NOT NULL,
    place      BIGINT           NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    outcome    TEXT             NOT NULL,
    moved_at   DOUBLE PRECISION NOT NULL,
    dialled    BYTEA,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, message_id)
);

CREATE TABLE contact (
    person_id  BYTEA            NOT NULL,
    message_id TEXT             NOT NULL,
    case_id    TEXT             NOT NULL,
    channel    TEXT             NOT NULL,
    written_by TEXT             NOT NULL,
    written_at DOUBLE PRECISION NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    purpose    TEXT             NOT NULL,
    marked_at  DOUBLE PRECISION,
    settled_by TEXT,
    settled_at DOUBLE PRECISION,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, message_id)
);

CREATE TABLE inquiry (
    person_id   BYTEA            NOT NULL,
    inquiry_id  TEXT             NOT NULL,
    case_id     TEXT             NOT NULL,
    asked_at    DOUBLE PRECISION NOT NULL,
    answered_at DOUBLE PRECISION,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (person_id, inquiry_id)
);

CREATE INDEX inquiry_by_answer ON inquiry (answered_at, asked_at);
CREATE INDEX letter_by_origin ON letter (purpose, origin, origin_id, put_at);
CREATE INDEX fax_job_by_state ON fax_job (state);
CREATE INDEX call_sheet_by_origin ON call_sheet (origin, origin_id);
CREATE INDEX call_row_by_sheet ON call_row (sheet_id, place);
CREATE INDEX contact_by_case ON contact (case_id);
CREATE INDEX contact_by_mark ON contact (marked_at);
CREATE INDEX contact_by_message ON contact (message_id);

CREATE TABLE no_log_note (
    note_id TEXT             NOT NULL PRIMARY KEY,
    at      DOUBLE PRECISION NOT NULL,
    content TEXT             NOT NULL,
    row_seal BYTEA
);

CREATE INDEX no_log_note_by_age ON no_log_note (at);

CREATE TABLE no_log_line (
    seq  BIGINT NOT NULL PRIMARY KEY,
    line BYTEA  NOT NULL
);

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

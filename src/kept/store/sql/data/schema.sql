-- Database D: people's states, values and entries. One schema for SQLite, PostgreSQL and Citus, so: person_id first in
-- every key of a table that holds people, a primary key everywhere, ids and times made by the application, and no
-- trigger, sequence, enum or array. BYTEA is a blob in SQLite. Times are unix seconds. Equals the sum of migrations/.

-- Small facts about this installation: vault id, log origin, clock high water, frozen sweeps, active policy hash.
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

-- ---------------------------------------------------------------- people

-- One sealed state per person; g counts its changes (compare and set).
CREATE TABLE state (
    person_id BYTEA  NOT NULL PRIMARY KEY,
    g         BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL
);

-- Sealed values, every version that is still kept.
CREATE TABLE value (
    person_id BYTEA  NOT NULL,
    slot      TEXT   NOT NULL,
    version   BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL,
    PRIMARY KEY (person_id, slot, version)
);

-- Login names issued by us; globally unique through this table alone.
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

-- Passkeys (WebAuthn credentials). The user handle is a random id made by us; what the person calls it is sealed under their
-- evidence key, and empty for one they did not name.
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

-- What your own systems call a person: one id per system, sealed under the person's evidence key.
CREATE TABLE external_id (
    person_id BYTEA NOT NULL,
    system    TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, system)
);

-- Customers' sessions; the token itself is only in the cookie.
CREATE TABLE session (
    person_id    BYTEA            NOT NULL,
    token_hash   BYTEA            NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    signed_in_at DOUBLE PRECISION NOT NULL,
    expires_at   DOUBLE PRECISION NOT NULL,
    row_seal     BYTEA,
    PRIMARY KEY (person_id, token_hash)
);

-- What is shown to one session alone, for some minutes, until it was seen and closed: sealed under the person's evidence key.
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

-- Codes by which a system's program links its own id to an account: the newest of each system, as a keyed hash.
CREATE TABLE link_code (
    person_id  BYTEA            NOT NULL,
    system     TEXT             NOT NULL,
    code_hash  BYTEA            NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, system)
);

CREATE INDEX link_code_by_code ON link_code (code_hash);

-- Receipts (ISO/IEC TS 27560), sealed under the person's evidence key.
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

-- The person part of ledger entries, sealed under the person's evidence (or statutory) key.
CREATE TABLE entry_person (
    person_id   BYTEA            NOT NULL,
    entry_id    BYTEA            NOT NULL,
    key_id      TEXT             NOT NULL,
    sealed      BYTEA            NOT NULL,
    recorded_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, recorded_at, entry_id)
);

-- A case holds one person, bound by its first hit.
CREATE TABLE case_person (
    person_id BYTEA            NOT NULL,
    case_id   TEXT             NOT NULL,
    bound_at  DOUBLE PRECISION NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, case_id)
);

-- The person a rights request is about, with what it says and what was decided, sealed under their key.
CREATE TABLE rights_request_person (
    person_id  BYTEA NOT NULL,
    request_id TEXT  NOT NULL,
    key_id     TEXT  NOT NULL,
    sealed     BYTEA NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, request_id)
);

-- The person something given on paper or by phone is about, with what staff entered.
CREATE TABLE witnessed_person (
    person_id BYTEA NOT NULL,
    form_id   TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, form_id)
);

-- The paper a rights request came on, or an agent's authority: sealed under the person's key.
CREATE TABLE rights_request_paper (
    person_id  BYTEA            NOT NULL,
    request_id TEXT             NOT NULL,
    key_id     TEXT             NOT NULL,
    sealed     BYTEA            NOT NULL,
    until      DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, request_id)
);

-- Erasures not finished yet: what was intended, and the step reached.
CREATE TABLE erasure (
    person_id   BYTEA            NOT NULL PRIMARY KEY,
    receipt_id  TEXT             NOT NULL,
    intended_at DOUBLE PRECISION NOT NULL,
    due_at      DOUBLE PRECISION NOT NULL,
    started_by  TEXT             NOT NULL,
    row_seal    BYTEA
);

-- ---------------------------------------------------------------- ledger

-- Account parts and commitments. INSERT only; the id is the leaf hash.
CREATE TABLE entry (
    entry_id           BYTEA            NOT NULL PRIMARY KEY,
    account_commitment BYTEA            NOT NULL,
    person_commitment  BYTEA            NOT NULL,
    account_key        TEXT             NOT NULL,
    account_sealed     BYTEA            NOT NULL,
    recorded_at        DOUBLE PRECISION NOT NULL
);

-- Entries not integrated into the tree yet. The sequencer takes from here, never by cursor.
CREATE TABLE todo (
    entry_id BYTEA            NOT NULL PRIMARY KEY,
    since    DOUBLE PRECISION NOT NULL
);

-- Where an entry stands in the tree.
CREATE TABLE leaf_position (
    entry_id BYTEA  NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

-- Tiles (C2SP tlog-tiles): up to 256 hashes of 32 bytes each.
CREATE TABLE tile (
    level BIGINT NOT NULL,
    idx   BIGINT NOT NULL,
    data  BYTEA  NOT NULL,
    PRIMARY KEY (level, idx)
);

-- The head of the tree; name is the log's. Compare and set on size is the fence.
CREATE TABLE head (
    name TEXT             NOT NULL PRIMARY KEY,
    size BIGINT           NOT NULL,
    root BYTEA            NOT NULL,
    at   DOUBLE PRECISION NOT NULL
);

-- Signed checkpoints, the newest and those a person was shown.
CREATE TABLE checkpoint (
    size BIGINT           NOT NULL PRIMARY KEY,
    note TEXT             NOT NULL,
    at   DOUBLE PRECISION NOT NULL
);

-- Cosignatures by witnesses: of the published checkpoint, and of the newest that waits for enough of them.
CREATE TABLE cosignature (
    size     BIGINT           NOT NULL,
    cosigner TEXT             NOT NULL,
    line     TEXT             NOT NULL,
    at       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (size, cosigner)
);

-- How often each clause was answered how, by day; counts only, no person.
CREATE TABLE tally (
    day     TEXT   NOT NULL,
    clause  TEXT   NOT NULL,
    act     TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    count   BIGINT NOT NULL,
    last_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (day, clause, act, outcome)
);

-- ---------------------------------------------------------------- policy

-- Notices as shown, content addressed.
CREATE TABLE notice (
    notice_id TEXT  NOT NULL PRIMARY KEY,
    body      BYTEA NOT NULL
);

-- Notice tokens already used, so that none is used twice; swept after they expire.
CREATE TABLE notice_token (
    token_id   TEXT             NOT NULL PRIMARY KEY,
    expires_at DOUBLE PRECISION NOT NULL,
    row_seal   BYTEA
);

-- Policy versions, files included. A version number never returns with other bytes.
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

-- What people attest.
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

-- Last result of each guarantee's live check.
CREATE TABLE live_check (
    guarantee TEXT             NOT NULL PRIMARY KEY,
    holds     BIGINT           NOT NULL,
    detail    TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL,
    row_seal  BYTEA
);

-- ---------------------------------------------------------------- staff

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

-- API credentials: one role, the purposes it may name, the rights of that role it has, the system it speaks for.
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

-- Mandates: who acts, for exactly one purpose, in which case, until when, how much is left.
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

-- Acts that need a second approver, by the word of their kind (`services/upkeep/approvals.py`); dead where the subject moved on.
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

-- Look-ups of a member of staff for a purpose on a day: made, let go beyond the limit by a second, and refused.
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

-- Requests of people about their own information: what anybody at the desk sees. Each change counts `step` up by one. What is
-- about nobody we know is sealed here, and says what was asked alone.
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

-- What was given on paper or by phone and entered by staff: by whom, and what became of it. What a new customer gave is sealed here,
-- under a key of the installation, until a second member of staff has witnessed it; so is the second's word.
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

-- Rate limits over keyed hashes; never an address.
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

-- ---------------------------------------------------------------- cookies

-- Remembered devices: a series per device, the hash of its newest token, and of the one before for a double click.
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

-- What the sign-in saw at an account on a day: tries that failed, and what is out of the ordinary. What was tried at accounts that
-- do not exist stands under sixteen zero bytes, so that both cost the same.
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
    result  TEXT             NOT NULL,
    row_seal BYTEA
);

-- ---------------------------------------------------------------- third parties

-- Who is given something, gives something or asks: recipients, partners and authorities, each with its public key. A row is
-- one change, under a seal: asked for by one, confirmed by another, in effect from its time on; the newest in effect counts.
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

-- Provisions: who asked, who approved, and once the file was made, which is when it was fetched, how many people it holds.
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

-- What a provision holds of one person while its file is made, sealed to the recipient's key by the release itself, with
-- the number of the state it was decided on. Once the file is handed over the content is empty and the time is there.
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

-- Recalls: a recipient is told, by its day, to give up what it has of a person, under the pseudonym it knows. They move
-- waiting, told (in a file), confirmed.
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

-- ---------------------------------------------------------------- instances of collection points

-- This questionnaire, that sweepstake: its file as it was read, and where it stands.
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

-- Who takes part in what, under a number of its own: an entry's, or a ticket's blinded one.
CREATE TABLE participation (
    person_id   BYTEA            NOT NULL,
    instance_id TEXT             NOT NULL,
    number      TEXT             NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    status      TEXT             NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (person_id, instance_id)
);

-- The blinded tickets of a sweepstake: public, and nobody's without the secret in the entrant's own receipt.
CREATE TABLE ticket (
    instance_id TEXT NOT NULL,
    blinded     TEXT NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (instance_id, blinded)
);

-- A draw: the seed sealed until it is drawn, its hash from the opening on, the list's hash from the close on.
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

-- What an entrant agreed to have published, sealed under a key of the installation; gone when they say so.
CREATE TABLE publication (
    person_id   BYTEA            NOT NULL,
    instance_id TEXT             NOT NULL,
    number      TEXT             NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    sealed      BYTEA            NOT NULL,
    row_seal    BYTEA,
    PRIMARY KEY (person_id, instance_id)
);

-- Results of a questionnaire: how often each option was chosen, when it was counted.
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

-- ---------------------------------------------------------------- safeguards

-- Backups that were made: of which part, in which file, and its hash. Never the backup itself.
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

-- Restore drills: what a restored installation was found to be; counts and words, no person.
CREATE TABLE drill (
    drill_id TEXT             NOT NULL PRIMARY KEY,
    at       DOUBLE PRECISION NOT NULL,
    made_at  DOUBLE PRECISION NOT NULL,
    holds    BIGINT           NOT NULL,
    result   TEXT             NOT NULL,
    row_seal BYTEA
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
    finding         TEXT             NOT NULL,
    row_seal        BYTEA
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
    outcome     TEXT             NOT NULL,
    row_seal    BYTEA
);

-- Whom an emergency is about, and what the member of staff wrote about it, sealed under that person's key.
CREATE TABLE emergency_person (
    person_id BYTEA NOT NULL,
    case_id   TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (person_id, case_id)
);

-- What an emergency opened: names of items, written with the release; nobody is named.
CREATE TABLE emergency_item (
    case_id  TEXT             NOT NULL,
    entry_id TEXT             NOT NULL,
    item     TEXT             NOT NULL,
    at       DOUBLE PRECISION NOT NULL,
    row_seal BYTEA,
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
    until       DOUBLE PRECISION NOT NULL,
    row_seal    BYTEA
);

CREATE INDEX register_entry_by_end ON register_entry (until);

-- ---------------------------------------------------------------- the legal desk

-- An authority's request: its name and reference are sealed under a key of the installation; the scope's seal is what was approved.
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

-- The paper an authority's request came on, sealed under a key of the installation, until its day.
CREATE TABLE disclosure_paper (
    disclosure_id TEXT             NOT NULL PRIMARY KEY,
    sealed        BYTEA            NOT NULL,
    until         DOUBLE PRECISION NOT NULL,
    row_seal      BYTEA
);

CREATE INDEX disclosure_paper_by_end ON disclosure_paper (until);

-- The people a request names, by their place in it, each under a seal; done once they were decided about. How the request
-- names them is sealed under a key of the installation, and goes with them.
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

-- What a bundle holds of one person, sealed to the authority's key by the release itself; gone once it was fetched.
CREATE TABLE disclosure_record (
    person_id     BYTEA NOT NULL,
    disclosure_id TEXT  NOT NULL,
    sealed        BYTEA NOT NULL,
    row_seal      BYTEA,
    PRIMARY KEY (person_id, disclosure_id)
);

-- Asked against released, item by item; a place in the request, and nobody.
CREATE TABLE disclosure_item (
    disclosure_id TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    item          TEXT   NOT NULL,
    outcome       TEXT   NOT NULL,
    row_seal      BYTEA,
    PRIMARY KEY (disclosure_id, place, item)
);

-- Person parts of entries the person may be told of only from a named date; they move to entry_person then.
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

-- ---------------------------------------------------------------- partner intake

-- A file taken in: by its hash, so that the same file goes on and is never doubled.
CREATE TABLE intake (
    intake_id   TEXT             NOT NULL PRIMARY KEY,
    partner     TEXT             NOT NULL,
    imported_by TEXT             NOT NULL,
    imported_at DOUBLE PRECISION NOT NULL,
    records     BIGINT           NOT NULL,
    row_seal    BYTEA
);

-- What became of each record: taken, or in quarantine with its reason, sealed, until its day.
CREATE TABLE intake_record (
    intake_id TEXT             NOT NULL,
    number    BIGINT           NOT NULL,
    reason    TEXT             NOT NULL,
    ends_at   DOUBLE PRECISION NOT NULL,
    sealed    BYTEA            NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (intake_id, number)
);

-- ---------------------------------------------------------------- reaching people

-- What is to be sent to whom: no address, no text. One row a message; it moves waiting, handing, sent (or failed, unknown).
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

-- The links in messages, by the keyed hash of their token: one for each try.
CREATE TABLE message_link (
    person_id  BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    message_id TEXT  NOT NULL,
    row_seal   BYTEA,
    PRIMARY KEY (person_id, token_hash)
);

-- What became of an origin's messages, counted as it happens; survives those it counts.
CREATE TABLE reach_tally (
    origin    TEXT   NOT NULL,
    origin_id TEXT   NOT NULL,
    outcome   TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    count     BIGINT NOT NULL,
    row_seal  BYTEA,
    PRIMARY KEY (origin, origin_id, outcome, reason)
);

-- Addresses not to be written to, as keyed hashes: nobody's, and no address without the key in K.
CREATE TABLE stop_list (
    channel TEXT             NOT NULL,
    token   BYTEA            NOT NULL,
    reason  TEXT             NOT NULL,
    since   DOUBLE PRECISION NOT NULL,
    row_seal BYTEA,
    PRIMARY KEY (channel, token, reason)
);

-- Campaigns: the file as staff wrote it, who asked, what was counted.
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
-- ---------------------------------------------------------------- statistics

-- One build of a data set: which columns it has and what their options are; it names nobody. Never more than seven days.
CREATE TABLE projection (
    build_id    TEXT             NOT NULL PRIMARY KEY,
    data_set    TEXT             NOT NULL,
    built_by    TEXT             NOT NULL,
    built_at    DOUBLE PRECISION NOT NULL,
    policy_hash TEXT             NOT NULL,
    manifest    TEXT             NOT NULL,
    row_seal    BYTEA
);

-- Its columns in segments, sealed: dictionary codes in an order that means nothing. In no backup.
CREATE TABLE projection_segment (
    build_id    TEXT   NOT NULL,
    column_name TEXT   NOT NULL,
    segment     BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    PRIMARY KEY (build_id, column_name, segment)
);

-- What was charged to an account of counting since ever, in millionths of rho: each charge compares and sets it. Whatever
-- counts people has one account, data sets as well as counts of segments and of answers; visits have another.
CREATE TABLE statistic_account (
    account TEXT   NOT NULL PRIMARY KEY,
    charged BIGINT NOT NULL,
    row_seal BYTEA
);

-- One charge to such an account.
CREATE TABLE charge (
    charge_id TEXT             NOT NULL PRIMARY KEY,
    account   TEXT             NOT NULL,
    at        DOUBLE PRECISION NOT NULL,
    micro_rho BIGINT           NOT NULL,
    row_seal  BYTEA
);

-- A count of people for staff, charged before it was made: its noisy figures sealed, no true count anywhere. The question is a
-- keyed hash; as long as the row is remembered, the same question has the same answer.
CREATE TABLE head_count (
    count_id TEXT             NOT NULL PRIMARY KEY,
    question TEXT             NOT NULL,
    asked_at DOUBLE PRECISION NOT NULL,
    sealed   BYTEA            NOT NULL,
    row_seal BYTEA
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
    row_seal     BYTEA,
    UNIQUE (number)
);

-- Which released figures left, to whom (a word of a closed list, or a declared recipient).
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

-- ---------------------------------------------------------------- letters, faxes, calls, contact from a case

-- A letter that waits for the printer: its words, sealed under the person's evidence key; gone once it was printed.
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

-- A fax the fax server was given: its number there, and what became of it. No number dialled, no page.
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

-- A call sheet: whom to call for which purpose, until when. It begins to run when somebody begins with it.
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

-- A row of a call sheet: the script, sealed under the person's evidence key, and how the call ended. No number.
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

-- What staff wrote to a case's person, sealed under the person's evidence key; the outbox says what became of it.
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

-- Somebody asked us to get in touch: how, when, for which purpose and the case that took it up are sealed; no text is kept.
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

-- ---------------------------------------------------------------- no-log
-- What may never be undone by a restore and is not in the no-log yet, in the transaction that did it; sealed within moments.
CREATE TABLE no_log_note (
    note_id TEXT             NOT NULL PRIMARY KEY,
    at      DOUBLE PRECISION NOT NULL,
    content TEXT             NOT NULL,
    row_seal BYTEA
);

CREATE INDEX no_log_note_by_age ON no_log_note (at);

-- The lines of the no-log as they are handed over, all of them: a place that lost its copy is filled again from here.
CREATE TABLE no_log_line (
    seq  BIGINT NOT NULL PRIMARY KEY,
    line BYTEA  NOT NULL
);

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

-- The numbers of such sums in database K, as they were last seen: sums with a lower number are older.
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

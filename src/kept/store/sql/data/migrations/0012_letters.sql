-- Letters, faxes, calls, contact from a case (§4.5).

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
    PRIMARY KEY (person_id, message_id)
);

CREATE INDEX letter_by_origin ON letter (purpose, origin, origin_id, put_at);
CREATE INDEX fax_job_by_state ON fax_job (state);
CREATE INDEX call_sheet_by_origin ON call_sheet (origin, origin_id);
CREATE INDEX call_row_by_sheet ON call_row (sheet_id, place);
CREATE INDEX contact_by_case ON contact (case_id);

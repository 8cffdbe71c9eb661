-- External ids, and what a credential may do beside reading for its purposes. Credentials issued before are issued anew.

-- What your own systems call a person: one id per system, sealed under the person's evidence key.
CREATE TABLE external_id (
    person_id BYTEA NOT NULL,
    system    TEXT  NOT NULL,
    key_id    TEXT  NOT NULL,
    sealed    BYTEA NOT NULL,
    PRIMARY KEY (person_id, system)
);

DROP TABLE api_credential;

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
    revoked_at    DOUBLE PRECISION
);

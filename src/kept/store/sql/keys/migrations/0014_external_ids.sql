-- External ids, found by a keyed hash: one person for each id of a system.
CREATE TABLE external_token (
    system    TEXT  NOT NULL,
    token     BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    PRIMARY KEY (system, token)
);

CREATE INDEX external_token_by_person ON external_token (person_id);

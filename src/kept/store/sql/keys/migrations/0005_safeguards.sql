-- Canaries.

-- Invented people planted among the others: their release is an alarm. Nobody who holds D alone knows who they are.
CREATE TABLE canary (
    person_id  BYTEA            NOT NULL PRIMARY KEY,
    planted_at DOUBLE PRECISION NOT NULL,
    planted_by TEXT             NOT NULL
);

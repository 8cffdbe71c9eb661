
-- What was charged to data sets, beside D's own record: a D restored from before does not give a budget back.
CREATE TABLE statistic_charge (
    statistic_id TEXT             NOT NULL PRIMARY KEY,
    data_set     TEXT             NOT NULL,
    at           DOUBLE PRECISION NOT NULL,
    micro_rho    BIGINT           NOT NULL
);

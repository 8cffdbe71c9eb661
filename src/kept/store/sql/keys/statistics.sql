-- name: charge_put (statistic_id, data_set, at, micro_rho)
-- A question was charged in D: it stays charged whatever becomes of D.
INSERT INTO statistic_charge (statistic_id, data_set, at, micro_rho) VALUES (:statistic_id, :data_set, :at, :micro_rho)
ON CONFLICT (statistic_id) DO NOTHING;

-- name: charges_since (data_set, since) -> statistic_id, at, micro_rho
-- What was charged to a data set since a moment.
SELECT statistic_id, at, micro_rho FROM statistic_charge WHERE data_set = :data_set AND at > :since ORDER BY at, statistic_id;

-- name: charge_put (charge_id, account, at, micro_rho)
-- A question was charged in D: it stays charged whatever becomes of D.
INSERT INTO statistic_charge (charge_id, account, at, micro_rho) VALUES (:charge_id, :account, :at, :micro_rho)
ON CONFLICT (charge_id) DO NOTHING;

-- name: charges_since (account, since) -> charge_id, at, micro_rho
-- What was charged to a data set since a moment.
SELECT charge_id, at, micro_rho FROM statistic_charge WHERE account = :account AND at > :since ORDER BY at, charge_id;

-- name: projection_insert (build_id, data_set, built_by, built_at, policy_hash, manifest)
-- A data set was built.
INSERT INTO projection (build_id, data_set, built_by, built_at, policy_hash, manifest)
VALUES (:build_id, :data_set, :built_by, :built_at, :policy_hash, :manifest);

-- name: projections () -> build_id, data_set, built_by, built_at, policy_hash, manifest
-- The builds there are; one of each data set.
SELECT build_id, data_set, built_by, built_at, policy_hash, manifest FROM projection ORDER BY built_at, build_id;

-- name: projection_of (data_set) -> build_id, built_by, built_at, policy_hash, manifest
-- The newest build of a data set.
SELECT build_id, built_by, built_at, policy_hash, manifest FROM projection WHERE data_set = :data_set
ORDER BY built_at DESC LIMIT 1;

-- name: projection_delete (build_id)
-- A build is over.
DELETE FROM projection WHERE build_id = :build_id;

-- name: segment_put (build_id, column_name, segment, sealed)
-- One segment of a column.
INSERT INTO projection_segment (build_id, column_name, segment, sealed)
VALUES (:build_id, :column_name, :segment, :sealed);

-- name: segments_of (build_id, column_name) -> segment, sealed
-- A column of a build, segment by segment.
SELECT segment, sealed FROM projection_segment WHERE build_id = :build_id AND column_name = :column_name ORDER BY segment;

-- name: segments_delete (build_id)
-- The segments of a build that is over.
DELETE FROM projection_segment WHERE build_id = :build_id;

-- name: account_open (account)
-- An account, when there is none yet.
INSERT INTO statistic_account (account, charged) VALUES (:account, 0) ON CONFLICT (account) DO NOTHING;

-- name: account_get (account) -> charged
-- What was charged to an account since ever.
SELECT charged FROM statistic_account WHERE account = :account;

-- name: account_charge (account, cost, expected)
-- Charge an account, if nobody was faster.
UPDATE statistic_account SET charged = charged + :cost WHERE account = :account AND charged = :expected;

-- name: charge_insert (charge_id, account, at, micro_rho)
-- The charge itself.
INSERT INTO charge (charge_id, account, at, micro_rho) VALUES (:charge_id, :account, :at, :micro_rho);

-- name: charges (account, since) -> charge_id, at, micro_rho
-- What was charged to an account since a moment.
SELECT charge_id, at, micro_rho FROM charge WHERE account = :account AND at > :since ORDER BY at;

-- name: head_count_insert (count_id, question, asked_at, sealed)
-- A count of people is charged; its answer follows.
INSERT INTO head_count (count_id, question, asked_at, sealed) VALUES (:count_id, :question, :asked_at, :sealed);

-- name: head_count_answer (count_id, sealed, expected)
-- The answer of a charged count, once.
UPDATE head_count SET sealed = :sealed WHERE count_id = :count_id AND sealed = :expected;

-- name: head_count_newest (question, since) -> count_id, asked_at, sealed
-- The newest count that asked the same, since a moment.
SELECT count_id, asked_at, sealed FROM head_count WHERE question = :question AND asked_at > :since
ORDER BY asked_at DESC, count_id LIMIT 1;

-- name: head_counts () -> count_id, sealed
-- Every count that is remembered, to be verified.
SELECT count_id, sealed FROM head_count ORDER BY asked_at, count_id;

-- name: head_counts_expire (before)
-- Counts nobody is answered from any more.
DELETE FROM head_count WHERE asked_at <= :before;

-- name: statistic_next () -> number
-- The highest number of a question.
SELECT COALESCE(MAX(number), 0) FROM statistic;

-- name: statistic_insert (statistic_id, number, data_set, clause, build_id, built_at, dimensions, purpose, asked_by, asked_at, micro_rho, delta, sealed)
-- A question is charged; its answer follows.
INSERT INTO statistic (statistic_id, number, data_set, clause, build_id, built_at, dimensions, purpose, asked_by, asked_at, micro_rho, delta, status, sealed, approval_id, released_at)
VALUES (:statistic_id, :number, :data_set, :clause, :build_id, :built_at, :dimensions, :purpose, :asked_by, :asked_at, :micro_rho, :delta, 'charged', :sealed, '', NULL);

-- name: statistic_get (statistic_id) -> number, data_set, clause, build_id, built_at, dimensions, purpose, asked_by, asked_at, micro_rho, delta, status, sealed, approval_id, released_at
-- One question.
SELECT number, data_set, clause, build_id, built_at, dimensions, purpose, asked_by, asked_at, micro_rho, delta, status, sealed, approval_id, released_at
FROM statistic WHERE statistic_id = :statistic_id;

-- name: statistics () -> statistic_id, number, data_set, clause, build_id, built_at, dimensions, purpose, asked_by, asked_at, micro_rho, delta, status, sealed, approval_id, released_at
-- All questions, newest first.
SELECT statistic_id, number, data_set, clause, build_id, built_at, dimensions, purpose, asked_by, asked_at, micro_rho, delta, status, sealed, approval_id, released_at
FROM statistic ORDER BY number DESC;

-- name: statistic_same (build_id, dimensions, micro_rho) -> statistic_id, status
-- The same question on the same build, answered at least as exactly.
SELECT statistic_id, status FROM statistic
WHERE build_id = :build_id AND dimensions = :dimensions AND micro_rho >= :micro_rho ORDER BY number;

-- name: statistic_answer (statistic_id, sealed)
-- The answer of a charged question, once.
UPDATE statistic SET status = 'answered', sealed = :sealed WHERE statistic_id = :statistic_id AND status = 'charged';

-- name: statistic_ask_release (statistic_id, approval_id)
-- Its release waits for a second approver.
UPDATE statistic SET status = 'asked', approval_id = :approval_id WHERE statistic_id = :statistic_id AND status = 'answered';

-- name: statistic_back (statistic_id)
-- Nobody approved its release.
UPDATE statistic SET status = 'answered' WHERE statistic_id = :statistic_id AND status = 'asked';

-- name: statistic_release (statistic_id, released_at)
-- It is released, once.
UPDATE statistic SET status = 'released', released_at = :released_at WHERE statistic_id = :statistic_id AND status = 'asked';

-- name: statistic_export_insert (export_id, statistic_id, at, exported_by, recipient, form)
-- Released figures left.
INSERT INTO statistic_export (export_id, statistic_id, at, exported_by, recipient, form)
VALUES (:export_id, :statistic_id, :at, :exported_by, :recipient, :form);

-- name: statistic_exports () -> export_id, statistic_id, at, exported_by, recipient, form
-- Every export, newest first.
SELECT export_id, statistic_id, at, exported_by, recipient, form FROM statistic_export ORDER BY at DESC, export_id;

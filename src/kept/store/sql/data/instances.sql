-- name: instance_insert (instance_id, point, file, made_by, made_at, closes_at, capacity)
-- A new instance, not open yet.
INSERT INTO instance (instance_id, point, file, made_by, made_at, status, closes_at, opened_at, closed_at, delivered_at, ended_at, capacity, taken)
VALUES (:instance_id, :point, :file, :made_by, :made_at, 'draft', :closes_at, NULL, NULL, NULL, NULL, :capacity, 0);

-- name: instance_get (instance_id) -> point, file, made_by, made_at, status, closes_at, opened_at, closed_at, delivered_at, ended_at, capacity, taken
-- One instance.
SELECT point, file, made_by, made_at, status, closes_at, opened_at, closed_at, delivered_at, ended_at, capacity, taken
FROM instance WHERE instance_id = :instance_id;

-- name: instances () -> instance_id, point, status
-- All instances, newest first.
SELECT instance_id, point, status FROM instance ORDER BY made_at DESC, instance_id;

-- name: instances_due (at) -> instance_id
-- Open instances whose day has passed.
SELECT instance_id FROM instance WHERE status = 'open' AND closes_at <= :at ORDER BY instance_id;

-- name: instance_open (instance_id, opened_at)
-- It opens.
UPDATE instance SET status = 'open', opened_at = :opened_at WHERE instance_id = :instance_id AND status = 'draft';

-- name: instance_close (instance_id, closed_at)
-- It closes, once.
UPDATE instance SET status = 'closed', closed_at = :closed_at WHERE instance_id = :instance_id AND status = 'open';

-- name: instance_delivered (instance_id, delivered_at)
-- Every prize is on its way.
UPDATE instance SET delivered_at = :delivered_at WHERE instance_id = :instance_id AND delivered_at IS NULL;

-- name: instance_ended (instance_id, ended_at)
-- What its people gave has ended, and is gone.
UPDATE instance SET status = 'ended', ended_at = :ended_at WHERE instance_id = :instance_id AND status = 'closed';

-- name: instance_take (instance_id)
-- One more place is taken, while there is one.
UPDATE instance SET taken = taken + 1 WHERE instance_id = :instance_id AND status = 'open' AND taken < capacity;

-- name: instance_give_back (instance_id)
-- A place is free again.
UPDATE instance SET taken = taken - 1 WHERE instance_id = :instance_id AND taken > 0;

-- name: participation_insert (person_id, instance_id, number, at)
-- Somebody takes part.
INSERT INTO participation (person_id, instance_id, number, at, status) VALUES (:person_id, :instance_id, :number, :at, 'in');

-- name: participation_get (person_id, instance_id) -> number, at, status
-- Whether somebody takes part.
SELECT number, at, status FROM participation WHERE person_id = :person_id AND instance_id = :instance_id;

-- name: participations_of_person (person_id) -> instance_id, number, at, status
-- What somebody takes part in.
SELECT instance_id, number, at, status FROM participation WHERE person_id = :person_id ORDER BY at, instance_id;

-- name: participations (instance_id) -> person_id, number, at, status
-- Who takes part in an instance, by their numbers, which are random.
SELECT person_id, number, at, status FROM participation WHERE instance_id = :instance_id ORDER BY number;

-- name: participation_status (person_id, instance_id, status, expected)
-- Somebody's part goes a step on.
UPDATE participation SET status = :status WHERE person_id = :person_id AND instance_id = :instance_id AND status = :expected;

-- name: participation_delete (person_id, instance_id)
-- Somebody does not take part any more.
DELETE FROM participation WHERE person_id = :person_id AND instance_id = :instance_id;

-- name: participations_end (instance_id)
-- An instance has ended: who took part is forgotten.
DELETE FROM participation WHERE instance_id = :instance_id;

-- name: participation_erase (person_id)
-- Part of erasing a person.
DELETE FROM participation WHERE person_id = :person_id;

-- name: ticket_insert (instance_id, blinded)
-- A blinded ticket.
INSERT INTO ticket (instance_id, blinded) VALUES (:instance_id, :blinded);

-- name: ticket_delete (instance_id, blinded)
-- A ticket given back before the close.
DELETE FROM ticket WHERE instance_id = :instance_id AND blinded = :blinded;

-- name: tickets (instance_id) -> blinded
-- The blinded tickets, in the order the draw counts them.
SELECT blinded FROM ticket WHERE instance_id = :instance_id ORDER BY blinded;

-- name: tickets_page (instance_id, after, limit) -> blinded
-- The blinded tickets behind one of them, in the order the draw counts them.
SELECT blinded FROM ticket WHERE instance_id = :instance_id AND blinded > :after ORDER BY blinded LIMIT :limit;

-- name: ticket_listed (instance_id, blinded) -> blinded
-- Whether a blinded ticket is on the list.
SELECT blinded FROM ticket WHERE instance_id = :instance_id AND blinded = :blinded;

-- name: draw_insert (instance_id, seed_hash, sealed_seed)
-- A seed is committed to.
INSERT INTO draw (instance_id, seed_hash, sealed_seed, list_hash, public_number, seed, drawn)
VALUES (:instance_id, :seed_hash, :sealed_seed, '', '', '', 0);

-- name: draw_get (instance_id) -> seed_hash, sealed_seed, list_hash, public_number, seed, drawn
-- A draw.
SELECT seed_hash, sealed_seed, list_hash, public_number, seed, drawn FROM draw WHERE instance_id = :instance_id;

-- name: draw_list (instance_id, list_hash) = 1
-- The list is committed to.
UPDATE draw SET list_hash = :list_hash WHERE instance_id = :instance_id AND list_hash = '';

-- name: draw_done (instance_id, public_number, seed, drawn, expected) = 1
-- It is drawn, or one more is.
UPDATE draw SET public_number = :public_number, seed = :seed, drawn = :drawn WHERE instance_id = :instance_id AND drawn = :expected;

-- name: publication_put (person_id, instance_id, number, at, sealed)
-- Something is published.
INSERT INTO publication (person_id, instance_id, number, at, sealed) VALUES (:person_id, :instance_id, :number, :at, :sealed);

-- name: publications (instance_id) -> number, at, sealed
-- What is published of an instance.
SELECT number, at, sealed FROM publication WHERE instance_id = :instance_id ORDER BY at, number;

-- name: publications_of_person (person_id) -> instance_id
-- Where something of a person is published.
SELECT instance_id FROM publication WHERE person_id = :person_id ORDER BY instance_id;

-- name: publication_delete (person_id, instance_id)
-- It is taken down.
DELETE FROM publication WHERE person_id = :person_id AND instance_id = :instance_id;

-- name: publications_end (instance_id)
-- An instance has ended: what was published of it is taken down.
DELETE FROM publication WHERE instance_id = :instance_id;

-- name: publication_erase (person_id)
-- Part of erasing a person.
DELETE FROM publication WHERE person_id = :person_id;

-- name: results_clear (instance_id)
-- Results are counted anew.
DELETE FROM result WHERE instance_id = :instance_id;

-- name: result_put (instance_id, question, option, count)
-- How often an option was chosen.
INSERT INTO result (instance_id, question, option, count) VALUES (:instance_id, :question, :option, :count);

-- name: results (instance_id) -> question, option, count
-- Results.
SELECT question, option, count FROM result WHERE instance_id = :instance_id ORDER BY question, option;

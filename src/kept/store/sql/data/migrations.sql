-- name: migrations_recorded () -> number, name, hash
-- The migrations that made this database, in order.
SELECT number, name, hash FROM migration ORDER BY number;

-- name: migration_insert (number, name, hash)
-- One more migration was run.
INSERT INTO migration (number, name, hash) VALUES (:number, :name, :hash);

-- name: no_log_note (note_id, at, content)
-- Something a restore must not undo, in the transaction that did it.
INSERT INTO no_log_note (note_id, at, content) VALUES (:note_id, :at, :content);

-- name: no_log_notes (limit) -> note_id, content
-- What waits to be sealed, the oldest first.
SELECT note_id, content FROM no_log_note ORDER BY at, note_id LIMIT :limit;

-- name: no_log_note_delete (note_id)
-- It is sealed now.
DELETE FROM no_log_note WHERE note_id = :note_id;

-- name: no_log_head () -> seq, line
-- The newest line.
SELECT seq, line FROM no_log_line ORDER BY seq DESC LIMIT 1;

-- name: no_log_line_put (seq, line)
-- A line at its place.
INSERT INTO no_log_line (seq, line) VALUES (:seq, :line) ON CONFLICT (seq) DO UPDATE SET line = :line;

-- name: no_log_line_get (seq) -> line
-- The line at a place.
SELECT line FROM no_log_line WHERE seq = :seq;

-- name: no_log_lines (after, limit) -> seq, line
-- The lines behind a place, in their order.
SELECT seq, line FROM no_log_line WHERE seq > :after ORDER BY seq LIMIT :limit;

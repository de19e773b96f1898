ALTER TABLE messages ADD COLUMN lower_id BIGINT NULL;
ALTER TABLE messages ADD COLUMN upper_id BIGINT NULL;

UPDATE messages SET
    lower_id = CASE WHEN sender_id < recipient_id THEN sender_id ELSE recipient_id END,
    upper_id = CASE WHEN sender_id < recipient_id THEN recipient_id ELSE sender_id END
WHERE channel IS NULL AND recipient_id IS NOT NULL;

{{if eq .Engine "mysql"}}DROP INDEX messages_thread ON messages;
{{else}}DROP INDEX messages_thread;
{{end}}
ALTER TABLE messages DROP COLUMN thread_id;

CREATE INDEX messages_channel ON messages (channel, id);
CREATE INDEX messages_conversation ON messages (lower_id, upper_id, id);

DROP TABLE IF EXISTS memberships;
DROP TABLE IF EXISTS threads;

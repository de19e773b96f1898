-- Channels and conversations under one numbering, for clients that know both as numbered threads. A stored channel's row outlives
-- the channel: one that is opened again under its name is the same thread. That of a temporary channel loses the name with it. A
-- conversation has its two users in ascending order.
CREATE TABLE threads (
    id       {{.ID}},
    channel  {{.String 64}} NULL,
    lower_id BIGINT NULL,
    upper_id BIGINT NULL,
    CONSTRAINT threads_channel UNIQUE (channel),
    CONSTRAINT threads_conversation UNIQUE (lower_id, upper_id)
);

-- Who has entered which thread, and how far he has read. A conversation that its user has left is hidden until somebody speaks.
CREATE TABLE memberships (
    user_id      BIGINT NOT NULL,
    thread_id    BIGINT NOT NULL,
    last_read_id BIGINT NOT NULL,
    hidden       {{.Bool}} NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (thread_id) REFERENCES threads (id) ON DELETE CASCADE
);

CREATE INDEX memberships_thread ON memberships (thread_id);

-- A server that has channels already gets the one that lazer clients expect besides #osu and #lobby; an empty one is filled from
-- its configuration.
INSERT INTO channels (name, topic, can_read, can_write, auto_join)
SELECT '#lazer', 'For those who play with lazer.', 0, 0, FALSE
FROM (SELECT COUNT(*) AS n, COUNT(CASE WHEN name = '#lazer' THEN 1 END) AS lazer FROM channels) AS found
WHERE found.n > 0 AND found.lazer = 0;

INSERT INTO threads (channel) SELECT name FROM channels ORDER BY name;

INSERT INTO threads (channel)
SELECT DISTINCT m.channel FROM messages m LEFT JOIN channels c ON c.name = m.channel
WHERE m.channel IS NOT NULL AND c.name IS NULL;

INSERT INTO threads (lower_id, upper_id)
SELECT DISTINCT lower_id, upper_id FROM messages WHERE channel IS NULL AND lower_id IS NOT NULL;

ALTER TABLE messages ADD COLUMN thread_id BIGINT NOT NULL DEFAULT 0;

UPDATE messages SET thread_id = (SELECT t.id FROM threads t WHERE t.channel = messages.channel) WHERE channel IS NOT NULL;

UPDATE messages SET thread_id =
    (SELECT t.id FROM threads t WHERE t.lower_id = messages.lower_id AND t.upper_id = messages.upper_id)
WHERE channel IS NULL AND lower_id IS NOT NULL;

{{if eq .Engine "mysql"}}DROP INDEX messages_channel ON messages;
DROP INDEX messages_conversation ON messages;
{{else}}DROP INDEX messages_channel;
DROP INDEX messages_conversation;
{{end}}
ALTER TABLE messages DROP COLUMN lower_id;
ALTER TABLE messages DROP COLUMN upper_id;

CREATE INDEX messages_thread ON messages (thread_id, id);

-- Both users of a conversation have entered it; each has read all but his mail.
INSERT INTO memberships (user_id, thread_id, last_read_id, hidden)
SELECT u.user_id, u.thread_id, COALESCE(
    (SELECT MIN(m.id) - 1 FROM messages m WHERE m.unread_by = u.user_id AND m.thread_id = u.thread_id),
    (SELECT MAX(m.id) FROM messages m WHERE m.thread_id = u.thread_id),
    0), FALSE
FROM (
    SELECT lower_id AS user_id, id AS thread_id FROM threads WHERE channel IS NULL
    UNION
    SELECT upper_id, id FROM threads WHERE channel IS NULL
) AS u;

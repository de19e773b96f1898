-- What players are told. note_key tells a notification from others of the same name; details is a JSON object.
CREATE TABLE notifications (
    id          {{.ID}},
    user_id     BIGINT NOT NULL,
    name        {{.String 64}} NOT NULL,
    note_key    {{.String 64}} NOT NULL,
    object_type {{.String 64}} NOT NULL,
    object_id   BIGINT NOT NULL,
    source_id   BIGINT NOT NULL,
    details     {{.Text}} NOT NULL,
    created_at  {{.Time}} NOT NULL,
    is_read     {{.Bool}} NOT NULL,
    CONSTRAINT notifications_once UNIQUE (user_id, name, note_key)
);

CREATE INDEX notifications_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id, is_read, id);
CREATE INDEX notifications_age ON notifications (created_at);

-- How far the log of scores was followed: players are not told of what they earned before there were notifications.
CREATE TABLE notification_cursors (
    name     {{.String 32}} NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

INSERT INTO notification_cursors (name, position) SELECT 'medals', COALESCE(MAX(seq), 0) FROM score_log;

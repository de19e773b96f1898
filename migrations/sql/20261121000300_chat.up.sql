-- Stored channels. Privileges are sets: any one of them suffices, 0 lets everybody.
CREATE TABLE channels (
    name      {{.String 64}} NOT NULL PRIMARY KEY,
    topic     {{.String 256}} NOT NULL,
    can_read  BIGINT NOT NULL,
    can_write BIGINT NOT NULL,
    auto_join {{.Bool}} NOT NULL
);

-- What was said, in a channel or (with the two users in ascending order) between two users. Rows outlive the accounts and
-- channels that they name. unread_by is the recipient until he has read the message.
CREATE TABLE messages (
    id           {{.ID}},
    sender_id    BIGINT NOT NULL,
    sender_name  {{.String 32}} NOT NULL,
    channel      {{.String 64}} NULL,
    recipient_id BIGINT NULL,
    lower_id     BIGINT NULL,
    upper_id     BIGINT NULL,
    unread_by    BIGINT NULL,
    body         {{.Text}} NOT NULL,
    is_action    {{.Bool}} NOT NULL,
    is_cut       {{.Bool}} NOT NULL,
    sent_at      {{.Time}} NOT NULL
);

CREATE INDEX messages_channel ON messages (channel, id);
CREATE INDEX messages_conversation ON messages (lower_id, upper_id, id);
CREATE INDEX messages_unread ON messages (unread_by, id);
CREATE INDEX messages_sent_at ON messages (sent_at);

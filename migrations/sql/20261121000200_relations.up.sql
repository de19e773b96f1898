-- What a user says of another one: 1 friend, 2 block.
CREATE TABLE relations (
    user_id    BIGINT NOT NULL,
    target     BIGINT NOT NULL,
    kind       SMALLINT NOT NULL,
    created_at {{.Time}} NOT NULL,
    PRIMARY KEY (user_id, target),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (target) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX relations_target ON relations (target, kind, user_id);

CREATE TABLE clans (
    name       {{.String 20}} NOT NULL PRIMARY KEY,
    owner_id   BIGINT NOT NULL,
    created_at {{.Time}} NOT NULL,
    FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX clans_owner_id ON clans (owner_id);

-- Accounts, what follows them, and what was done to them.
-- safe_name, unicode_key and email_key are the forms in which the values beside them must be unique.
CREATE TABLE users (
    id             {{.ID}},
    name           {{.String 15}} NOT NULL,
    safe_name      {{.String 15}} NOT NULL,
    unicode_name   {{.String 32}},
    unicode_key    {{.String 255}},
    email          {{.String 254}},
    email_key      {{.String 254}},
    password_hash  {{.String 255}} NOT NULL,
    country        {{.String 2}} NOT NULL,
    privileges     BIGINT NOT NULL,
    ruleset        SMALLINT NOT NULL,
    restricted     {{.Bool}} NOT NULL,
    silenced_until {{.Time}} NULL,
    bot            {{.Bool}} NOT NULL,
    created_at     {{.Time}} NOT NULL,
    last_seen_at   {{.Time}} NULL,
    CONSTRAINT users_safe_name UNIQUE (safe_name),
    CONSTRAINT users_unicode_key UNIQUE (unicode_key),
    CONSTRAINT users_email_key UNIQUE (email_key)
);

-- The first id that the engine generates is that of the first player; the ids below are the server's own.
{{if eq .Engine "sqlite"}}INSERT INTO sqlite_sequence (name, seq) VALUES ('users', 999);
{{else if eq .Engine "postgres"}}ALTER TABLE users ALTER COLUMN id RESTART WITH 1000;
{{else}}ALTER TABLE users AUTO_INCREMENT = 1000;
{{end}}
CREATE TABLE user_settings (
    user_id               BIGINT NOT NULL PRIMARY KEY,
    friends_only_messages {{.Bool}} NOT NULL,
    hide_location         {{.Bool}} NOT NULL,
    hide_presence         {{.Bool}} NOT NULL,
    language              {{.String 35}} NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- A device is the hardware that a client told of; the version, executable and address are those of its latest use.
CREATE TABLE user_devices (
    user_id        BIGINT NOT NULL,
    adapters       {{.String 32}} NOT NULL,
    uninstall      {{.String 32}} NOT NULL,
    disk           {{.String 32}} NOT NULL,
    wine           {{.Bool}} NOT NULL,
    executable     {{.String 32}} NOT NULL,
    client_version {{.String 64}} NOT NULL,
    address        {{.String 45}} NOT NULL,
    first_at       {{.Time}} NOT NULL,
    last_at        {{.Time}} NOT NULL,
    uses           BIGINT NOT NULL,
    PRIMARY KEY (user_id, adapters, uninstall, disk, wine),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX user_devices_last_at ON user_devices (user_id, last_at);
CREATE INDEX user_devices_adapters ON user_devices (adapters, user_id);
CREATE INDEX user_devices_uninstall ON user_devices (uninstall, user_id);
CREATE INDEX user_devices_disk ON user_devices (disk, user_id);

-- Rows outlive the accounts that they name.
CREATE TABLE audit_log (
    id        {{.ID}},
    at        {{.Time}} NOT NULL,
    actor_id  BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    action    {{.String 64}} NOT NULL,
    reason    {{.String 1000}} NOT NULL,
    details   {{.Text}} NOT NULL
);

CREATE INDEX audit_log_target ON audit_log (target_id, id);

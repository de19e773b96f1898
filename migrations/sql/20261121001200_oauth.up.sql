-- What was handed out for an older password than a user's is worth nothing: his tokens keep the number it had.
ALTER TABLE users ADD COLUMN password_serial INTEGER NOT NULL DEFAULT 0;

-- Programs that act for users. redirects is a JSON array.
CREATE TABLE oauth_applications (
    id          {{.ID}},
    owner_id    BIGINT NOT NULL,
    name        {{.String 64}} NOT NULL,
    redirects   {{.Text}} NOT NULL,
    secret_hash {{.Bytes 32}} NOT NULL,
    created_at  {{.Time}} NOT NULL
);

CREATE INDEX oauth_applications_owner ON oauth_applications (owner_id, id);

-- The first id that the engine generates; those below are the server's own clients.
{{if eq .Engine "sqlite"}}INSERT INTO sqlite_sequence (name, seq) VALUES ('oauth_applications', 99);
{{else if eq .Engine "postgres"}}ALTER TABLE oauth_applications ALTER COLUMN id RESTART WITH 100;
{{else}}ALTER TABLE oauth_applications AUTO_INCREMENT = 100;
{{end}}
-- A line is a token with all that it was refreshed to. Those that were replaced stay, so that a refresh token that comes twice is
-- recognised; used says that the access token came once, so that the answer with it was not lost. expires_at is when the access
-- token ends, ends_at when the row does. Without a user, an application acts for itself.
CREATE TABLE oauth_tokens (
    id           {{.ID}},
    line         {{.Bytes 16}} NOT NULL,
    client_id    BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    serial       INTEGER NOT NULL,
    delegated    {{.Bool}} NOT NULL,
    scopes       {{.String 255}} NOT NULL,
    verified     {{.Bool}} NOT NULL,
    method       SMALLINT NOT NULL,
    used         {{.Bool}} NOT NULL,
    access_hash  {{.Bytes 32}} NOT NULL,
    refresh_hash {{.Bytes 32}},
    issued_at    {{.Time}} NOT NULL,
    expires_at   {{.Time}} NOT NULL,
    ends_at      {{.Time}} NOT NULL,
    replaced_at  {{.Time}} NULL,
    successor    BIGINT NOT NULL,
    CONSTRAINT oauth_tokens_access UNIQUE (access_hash),
    CONSTRAINT oauth_tokens_refresh UNIQUE (refresh_hash)
);

CREATE INDEX oauth_tokens_line ON oauth_tokens (line, id);
CREATE INDEX oauth_tokens_user ON oauth_tokens (user_id, client_id, id);
CREATE INDEX oauth_tokens_client ON oauth_tokens (client_id, id);
CREATE INDEX oauth_tokens_end ON oauth_tokens (ends_at);

-- Codes of the authorization code grant. One that was used stays until it expires, with the line of tokens that it was used for.
CREATE TABLE oauth_codes (
    hash       {{.Bytes 32}} NOT NULL PRIMARY KEY,
    client_id  BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    serial     INTEGER NOT NULL,
    redirect   {{.String 500}} NOT NULL,
    scopes     {{.String 255}} NOT NULL,
    challenge  {{.String 43}} NOT NULL,
    expires_at {{.Time}} NOT NULL,
    line       {{.Bytes 16}}
);

CREATE INDEX oauth_codes_user ON oauth_codes (user_id, client_id);
CREATE INDEX oauth_codes_client ON oauth_codes (client_id);
CREATE INDEX oauth_codes_end ON oauth_codes (expires_at);

-- Codes sent by mail, one a token.
CREATE TABLE oauth_challenges (
    token_id   BIGINT NOT NULL PRIMARY KEY,
    mac        {{.Bytes 32}} NOT NULL,
    tries      INTEGER NOT NULL,
    expires_at {{.Time}} NOT NULL
);

CREATE INDEX oauth_challenges_end ON oauth_challenges (expires_at);

-- Authenticators. secret is encrypted. last_step is the time step of the latest code, which and before which none is taken again.
CREATE TABLE oauth_authenticators (
    user_id    BIGINT NOT NULL PRIMARY KEY,
    secret     {{.Bytes 64}} NOT NULL,
    confirmed  {{.Bool}} NOT NULL,
    last_step  BIGINT NOT NULL,
    created_at {{.Time}} NOT NULL
);

CREATE TABLE oauth_backup_codes (
    user_id BIGINT NOT NULL,
    mac     {{.Bytes 32}} NOT NULL,
    PRIMARY KEY (user_id, mac)
);

-- What accounts tell about themselves. An account without a row tells nothing.
CREATE TABLE user_profiles (
    user_id    BIGINT NOT NULL PRIMARY KEY,
    interests  {{.String 100}} NOT NULL,
    occupation {{.String 100}} NOT NULL,
    location   {{.String 100}} NOT NULL,
    website    {{.String 100}} NOT NULL,
    twitter    {{.String 40}} NOT NULL,
    discord    {{.String 40}} NOT NULL,
    playstyles SMALLINT NOT NULL,
    hue        SMALLINT NULL,
    title      {{.String 40}} NOT NULL,
    colour     {{.String 6}} NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- The names that accounts had, each until it was given up last.
CREATE TABLE user_former_names (
    user_id  BIGINT NOT NULL,
    name     {{.String 15}} NOT NULL,
    until_at {{.Time}} NOT NULL,
    PRIMARY KEY (user_id, name),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- The ends of safe names, of at least two characters and without the whole: what stands within a name is the beginning of one of
-- them, and beginnings are found by an index on every engine.
CREATE TABLE user_name_ends (
    user_id  BIGINT NOT NULL,
    name_end {{.String 15}} NOT NULL,
    PRIMARY KEY (user_id, name_end),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX user_name_ends_end ON user_name_ends (name_end, user_id);

INSERT INTO user_name_ends (user_id, name_end)
SELECT u.id, SUBSTR(u.safe_name, p.start_at)
FROM users AS u
JOIN (
    SELECT 2 AS start_at UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7
    UNION ALL SELECT 8 UNION ALL SELECT 9 UNION ALL SELECT 10 UNION ALL SELECT 11 UNION ALL SELECT 12 UNION ALL SELECT 13
    UNION ALL SELECT 14
) AS p ON p.start_at < LENGTH(u.safe_name);

-- The number that a medal has, by the name of its picture. A medal keeps it for ever.
CREATE TABLE medals (
    id   INTEGER NOT NULL PRIMARY KEY,
    file {{.String 64}} NOT NULL,
    UNIQUE (file)
);

-- Every score that is good enough for a medal, as long as it is not removed.
CREATE TABLE medal_earnings (
    user_id  BIGINT NOT NULL,
    medal_id INTEGER NOT NULL,
    score_id BIGINT NOT NULL,
    at       {{.Time}} NOT NULL,
    PRIMARY KEY (user_id, medal_id, score_id)
);

CREATE INDEX medal_earnings_score ON medal_earnings (score_id);
CREATE INDEX medal_earnings_first ON medal_earnings (user_id, medal_id, at, score_id);

-- The medals that users have, each by one of those scores.
CREATE TABLE medal_awards (
    user_id  BIGINT NOT NULL,
    medal_id INTEGER NOT NULL,
    score_id BIGINT NOT NULL,
    at       {{.Time}} NOT NULL,
    PRIMARY KEY (user_id, medal_id)
);

CREATE INDEX medal_awards_score ON medal_awards (score_id);

-- How far the log of scores was followed.
CREATE TABLE medal_cursors (
    name     {{.String 32}} NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

-- Which count is in force. A count is the result of going through the log of scores from its beginning; while another one is
-- made (shadow, else 0) it has rows of its own beside those in force. Numbers are never used again.
CREATE TABLE ranking_counts (
    id       SMALLINT NOT NULL PRIMARY KEY,
    live     INTEGER NOT NULL,
    shadow   INTEGER NOT NULL,
    newest   INTEGER NOT NULL,
    settings {{.String 128}} NOT NULL
);

INSERT INTO ranking_counts (id, live, shadow, newest, settings) VALUES (1, 1, 0, 1, '');

-- How far in the log each count has come: see package scores/follow.
CREATE TABLE ranking_cursors (
    name     {{.String 32}} NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

-- The figures of a player. Seq is the entry of the log that changed them last; former is the country that he was in before.
CREATE TABLE user_statistics (
    count_id       INTEGER NOT NULL,
    user_id        INTEGER NOT NULL,
    ruleset        SMALLINT NOT NULL,
    variant        SMALLINT NOT NULL,
    country        {{.String 2}} NOT NULL,
    former         {{.String 2}} NOT NULL,
    hidden         {{.Bool}} NOT NULL,
    pp             DOUBLE PRECISION NOT NULL,
    accuracy       DOUBLE PRECISION NOT NULL,
    rated          INTEGER NOT NULL,
    ranked_score   BIGINT NOT NULL,
    total_score    BIGINT NOT NULL,
    playcount      INTEGER NOT NULL,
    play_time      BIGINT NOT NULL,
    hits           BIGINT NOT NULL,
    max_combo      INTEGER NOT NULL,
    grade_xh       INTEGER NOT NULL,
    grade_x        INTEGER NOT NULL,
    grade_sh       INTEGER NOT NULL,
    grade_s        INTEGER NOT NULL,
    grade_a        INTEGER NOT NULL,
    last_played_at {{.Time}} NOT NULL,
    seq            BIGINT NOT NULL,
    PRIMARY KEY (count_id, user_id, ruleset, variant)
);

CREATE INDEX user_statistics_seq ON user_statistics (count_id, seq);
CREATE INDEX user_statistics_country ON user_statistics (count_id, ruleset, variant, country, pp);

-- What a player's best plays on a beatmap add to his figures: pp (0 for none) with the accuracy of that play, and the score and
-- grade of the one that counts for the ranked score.
CREATE TABLE ranking_bests (
    count_id   INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    ruleset    SMALLINT NOT NULL,
    variant    SMALLINT NOT NULL,
    beatmap_id INTEGER NOT NULL,
    pp         DOUBLE PRECISION NOT NULL,
    accuracy   DOUBLE PRECISION NOT NULL,
    score      BIGINT NOT NULL,
    grade      SMALLINT NOT NULL,
    PRIMARY KEY (count_id, user_id, ruleset, variant, beatmap_id)
);

CREATE INDEX ranking_bests_pp ON ranking_bests (count_id, user_id, ruleset, variant, pp);

-- What each play has added, so that its removal takes back just that. A play that was removed has no row.
CREATE TABLE ranking_scores (
    count_id  INTEGER NOT NULL,
    score_id  BIGINT NOT NULL,
    user_id   INTEGER NOT NULL,
    ruleset   SMALLINT NOT NULL,
    variant   SMALLINT NOT NULL,
    total     BIGINT NOT NULL,
    play_time BIGINT NOT NULL,
    hits      INTEGER NOT NULL,
    max_combo INTEGER NOT NULL,
    PRIMARY KEY (count_id, score_id)
);

CREATE INDEX ranking_scores_combo ON ranking_scores (count_id, user_id, ruleset, variant, max_combo);

-- Plays by month, as years * 12 + months.
CREATE TABLE ranking_months (
    count_id INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    ruleset  SMALLINT NOT NULL,
    variant  SMALLINT NOT NULL,
    month    INTEGER NOT NULL,
    plays    INTEGER NOT NULL,
    PRIMARY KEY (count_id, user_id, ruleset, variant, month)
);

-- What each of the latest plays has changed: a peace.rankings.v1.Effect.
CREATE TABLE ranking_effects (
    score_id   BIGINT NOT NULL PRIMARY KEY,
    counted_at {{.Time}} NOT NULL,
    effect     {{.Blob}} NOT NULL
);

CREATE INDEX ranking_effects_counted_at ON ranking_effects (counted_at);

-- How often replays of a player were watched, by month; month 0 has the sum.
CREATE TABLE ranking_views (
    user_id INTEGER NOT NULL,
    ruleset SMALLINT NOT NULL,
    variant SMALLINT NOT NULL,
    month   INTEGER NOT NULL,
    views   INTEGER NOT NULL,
    PRIMARY KEY (user_id, ruleset, variant, month)
);

-- The ranks of a player: those of days (four bytes each, the lowest first, of a day since 1970 and those before it), and the best.
CREATE TABLE rank_histories (
    user_id    INTEGER NOT NULL,
    ruleset    SMALLINT NOT NULL,
    variant    SMALLINT NOT NULL,
    day        INTEGER NOT NULL,
    ranks      {{.Blob}} NOT NULL,
    highest    INTEGER NOT NULL,
    highest_at {{.Time}} NOT NULL,
    PRIMARY KEY (user_id, ruleset, variant)
);

-- What looks wrong: one row for a kind of thing about a user and, unless it is 0, a score. Verdicts: 0 open, 1 harmless,
-- 2 confirmed.
CREATE TABLE findings (
    id          {{.ID}},
    kind        {{.String 32}} NOT NULL,
    user_id     BIGINT NOT NULL,
    score_id    BIGINT NOT NULL,
    other_user  BIGINT NOT NULL,
    weight      INTEGER NOT NULL,
    detail      {{.Text}} NOT NULL,
    seen        INTEGER NOT NULL,
    first_at    {{.Time}} NOT NULL,
    last_at     {{.Time}} NOT NULL,
    verdict     SMALLINT NOT NULL,
    reviewed_by BIGINT NOT NULL,
    reviewed_at {{.Time}} NULL,
    note        {{.Text}} NOT NULL,
    UNIQUE (user_id, score_id, kind)
);

CREATE INDEX findings_verdict ON findings (verdict, weight, last_at);
CREATE INDEX findings_weight ON findings (weight, last_at);
CREATE INDEX findings_kind ON findings (kind, weight, last_at);
CREATE INDEX findings_user ON findings (user_id, verdict, last_at);
CREATE INDEX findings_score ON findings (score_id);

-- The players with open findings, counted together.
CREATE TABLE suspects (
    user_id  BIGINT NOT NULL PRIMARY KEY,
    weight   INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    last_at  {{.Time}} NOT NULL
);

CREATE INDEX suspects_weight ON suspects (weight, last_at, user_id);

-- Scores that are still to be looked at. Whoever takes one puts its time off and counts the attempt.
CREATE TABLE inspections (
    score_id BIGINT NOT NULL PRIMARY KEY,
    due_at   {{.Time}} NOT NULL,
    attempts INTEGER NOT NULL
);

CREATE INDEX inspections_due ON inspections (due_at, score_id);

-- By what replays of a beatmap are recognised: a hash of the whole, and of parts of where the cursor was.
CREATE TABLE replay_prints (
    beatmap_id BIGINT NOT NULL,
    print      BIGINT NOT NULL,
    score_id   BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    PRIMARY KEY (beatmap_id, print, score_id)
);

CREATE INDEX replay_prints_score ON replay_prints (score_id);

-- How far the log of scores was followed.
CREATE TABLE moderation_cursors (
    name     {{.String 32}} NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

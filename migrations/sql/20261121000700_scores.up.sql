-- The one row by which writers of scores take turns: whoever changes anything below locks it first, so that the log is without gaps
-- and in the order of commits, and numbers of scores are never lent twice.
CREATE TABLE score_turn (
    id         SMALLINT NOT NULL PRIMARY KEY,
    last_seq   BIGINT NOT NULL,
    last_score BIGINT NOT NULL
);

INSERT INTO score_turn (id, last_seq, last_score) VALUES (1, 0, 0);

-- What clients sent: payload is a peace.scores.v1.Submission, outcome a peace.scores.v1.Result once there is one. state is 0 received,
-- 1 processed, 2 waiting for its beatmap, 3 refused (for what reason says). due_at is when to try (again), unless it is processed
-- or refused.
CREATE TABLE score_submissions (
    submission_key {{.String 64}} NOT NULL PRIMARY KEY,
    user_id        BIGINT NOT NULL,
    beatmap_md5    {{.String 32}} NOT NULL,
    payload        {{.Blob}} NOT NULL,
    state          SMALLINT NOT NULL,
    attempts       INTEGER NOT NULL,
    due_at         {{.Time}} NULL,
    outcome        {{.Blob}} NULL,
    reason         {{.String 255}} NOT NULL,
    received_at    {{.Time}} NOT NULL
);

CREATE INDEX score_submissions_due ON score_submissions (due_at);
CREATE INDEX score_submissions_waiting ON score_submissions (state, beatmap_md5);

-- Plays. play_time is in milliseconds. rated_by and rated_version are the algorithm of pp; 0 when it was not to be had. removed_by is
-- 0 for a score that is there, -1 for one that was removed by itself, else the wipe that removed it.
CREATE TABLE scores (
    id             BIGINT NOT NULL PRIMARY KEY,
    submission_key {{.String 64}} NOT NULL,
    user_id        BIGINT NOT NULL,
    beatmap_id     INTEGER NOT NULL,
    beatmap_md5    {{.String 32}} NOT NULL,
    ruleset        SMALLINT NOT NULL,
    variant        SMALLINT NOT NULL,
    client         SMALLINT NOT NULL,
    client_version {{.String 64}} NOT NULL,
    mods           {{.Text}} NOT NULL,
    mods_key       {{.String 191}} NOT NULL,
    statistics     {{.Text}} NOT NULL,
    maximum        {{.Text}} NULL,
    geki           INTEGER NOT NULL,
    katu           INTEGER NOT NULL,
    max_combo      INTEGER NOT NULL,
    total          BIGINT NOT NULL,
    classic        BIGINT NOT NULL,
    accuracy       DOUBLE PRECISION NOT NULL,
    grade          SMALLINT NOT NULL,
    pp             DOUBLE PRECISION NULL,
    rated_by       {{.String 32}} NOT NULL,
    rated_version  INTEGER NOT NULL,
    full_combo     {{.Bool}} NOT NULL,
    passed         {{.Bool}} NOT NULL,
    exited         {{.Bool}} NOT NULL,
    ranked         {{.Bool}} NOT NULL,
    play_time      BIGINT NOT NULL,
    ended_at       {{.Time}} NOT NULL,
    replay         {{.String 191}} NOT NULL,
    views          INTEGER NOT NULL,
    pauses         {{.Text}} NULL,
    doubts         {{.Text}} NULL,
    removed_by     BIGINT NOT NULL,
    UNIQUE (submission_key)
);

CREATE INDEX scores_user ON scores (user_id, ruleset, variant, id);
CREATE INDEX scores_beatmap ON scores (beatmap_id, user_id, ruleset, variant);
CREATE INDEX scores_removed ON scores (removed_by, user_id, id);

-- The best score of each player on each board: by metric, among the clients of a pool (0 for all), with exactly the mods of mods_key
-- or, where that is '', with any. place is the value that the metric compares, negated, so that ascending order of place and
-- score_id is the order of the board.
CREATE TABLE score_bests (
    user_id    BIGINT NOT NULL,
    beatmap_id INTEGER NOT NULL,
    ruleset    SMALLINT NOT NULL,
    variant    SMALLINT NOT NULL,
    metric     SMALLINT NOT NULL,
    pool       SMALLINT NOT NULL,
    mods_key   {{.String 191}} NOT NULL,
    score_id   BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    country    {{.String 2}} NOT NULL,
    hidden     {{.Bool}} NOT NULL,
    PRIMARY KEY (user_id, beatmap_id, ruleset, variant, metric, pool, mods_key)
){{if eq .Engine "sqlite"}} WITHOUT ROWID{{end}};

CREATE INDEX score_bests_board ON score_bests
    (beatmap_id, ruleset, variant, metric, pool, mods_key, hidden, place, score_id, user_id, country);
CREATE INDEX score_bests_user ON score_bests (user_id, ruleset, variant, metric, pool, mods_key, place, score_id);

-- Who is first on each board with any mods, since when.
CREATE TABLE score_leaders (
    beatmap_id INTEGER NOT NULL,
    ruleset    SMALLINT NOT NULL,
    variant    SMALLINT NOT NULL,
    metric     SMALLINT NOT NULL,
    pool       SMALLINT NOT NULL,
    user_id    BIGINT NOT NULL,
    score_id   BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    since      {{.Time}} NOT NULL,
    PRIMARY KEY (beatmap_id, ruleset, variant, metric, pool)
){{if eq .Engine "sqlite"}} WITHOUT ROWID{{end}};

CREATE INDEX score_leaders_user ON score_leaders (user_id, ruleset, variant, metric, pool, since);

-- Beatmaps that were played: their version and status when scores were last ranked by them, and how often they were played and
-- passed. fresh says that the beatmaps module was told of the counts; stale that the scores must be ranked and rated again.
CREATE TABLE score_beatmaps (
    beatmap_id INTEGER NOT NULL PRIMARY KEY,
    md5        {{.String 32}} NOT NULL,
    status     SMALLINT NOT NULL,
    plays      INTEGER NOT NULL,
    passes     INTEGER NOT NULL,
    fresh      {{.Bool}} NOT NULL,
    stale      {{.Bool}} NOT NULL
);

CREATE INDEX score_beatmaps_fresh ON score_beatmaps (fresh, beatmap_id);
CREATE INDEX score_beatmaps_stale ON score_beatmaps (stale, beatmap_id);

-- Players as the users module last told of them.
CREATE TABLE score_players (
    user_id BIGINT NOT NULL PRIMARY KEY,
    country {{.String 2}} NOT NULL,
    hidden  {{.Bool}} NOT NULL
);

-- What happened, in order. score_id is NULL where it is about a player.
CREATE TABLE score_log (
    seq      BIGINT NOT NULL PRIMARY KEY,
    kind     SMALLINT NOT NULL,
    at       {{.Time}} NOT NULL,
    user_id  BIGINT NOT NULL,
    score_id BIGINT NULL
);

-- Wipes. ruleset and variant are -1 for all of them.
CREATE TABLE score_wipes (
    id      {{.ID}},
    user_id BIGINT NOT NULL,
    ruleset SMALLINT NOT NULL,
    variant SMALLINT NOT NULL,
    by_id   BIGINT NOT NULL,
    reason  {{.Text}} NOT NULL,
    at      {{.Time}} NOT NULL,
    undone  {{.Bool}} NOT NULL
);

CREATE INDEX score_wipes_user ON score_wipes (user_id, ruleset, variant, id);

-- What players achieved and did lately. source says what an event came from, so that it is not told twice; score_id is the score that
-- brought it about, 0 for none. place and amount are the rank and the count. removed says that its score was removed, hidden that its
-- player is restricted.
CREATE TABLE activity_events (
    id         {{.ID}},
    source     {{.String 96}} NOT NULL,
    at         {{.Time}} NOT NULL,
    kind       SMALLINT NOT NULL,
    user_id    BIGINT NOT NULL,
    name       {{.String 64}} NOT NULL,
    old_name   {{.String 64}} NOT NULL,
    beatmap_id INTEGER NOT NULL,
    set_id     INTEGER NOT NULL,
    title      {{.Text}} NOT NULL,
    ruleset    SMALLINT NOT NULL,
    grade      SMALLINT NOT NULL,
    place      INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    status     SMALLINT NOT NULL,
    medal_id   INTEGER NOT NULL,
    medal      {{.Text}} NOT NULL,
    medal_file {{.String 64}} NOT NULL,
    score_id   BIGINT NOT NULL,
    removed    {{.Bool}} NOT NULL,
    hidden     {{.Bool}} NOT NULL,
    UNIQUE (source)
);

CREATE INDEX activity_events_user ON activity_events (user_id, removed, id);
CREATE INDEX activity_events_feed ON activity_events (removed, hidden, id);
CREATE INDEX activity_events_score ON activity_events (score_id);
CREATE INDEX activity_events_at ON activity_events (at);

-- Beatmapsets as they were when they last changed; files is a hash of what their beatmaps' files are.
CREATE TABLE activity_sets (
    set_id INTEGER NOT NULL PRIMARY KEY,
    status SMALLINT NOT NULL,
    files  {{.String 64}} NOT NULL,
    gone   {{.Bool}} NOT NULL
);

-- How far the logs of scores and of beatmaps were followed.
CREATE TABLE activity_cursors (
    name     {{.String 32}} NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

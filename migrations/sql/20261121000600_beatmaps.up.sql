-- Beatmapsets. Ids are those of the official server, or from 2^30 upward. origin names who told of the set last: 'import' or
-- a source; fetched_at is when sources were asked last. fingerprint is a hash of artist, title and creator, by which a set without
-- an id is found again. rulesets has a bit for each ruleset that a beatmap is in. sorted_at is ranked_at, else updated_at; stars
-- is the highest of its beatmaps. votes and vote_sum make rating.
CREATE TABLE beatmapsets (
    id             INTEGER NOT NULL PRIMARY KEY,
    artist         {{.String 255}} NOT NULL,
    artist_unicode {{.String 255}} NOT NULL,
    title          {{.String 255}} NOT NULL,
    title_unicode  {{.String 255}} NOT NULL,
    creator        {{.String 255}} NOT NULL,
    creator_id     INTEGER NOT NULL,
    source         {{.String 255}} NOT NULL,
    tags           {{.Text}} NOT NULL,
    genre          SMALLINT NOT NULL,
    language       SMALLINT NOT NULL,
    status         SMALLINT NOT NULL,
    frozen         {{.Bool}} NOT NULL,
    explicit       {{.Bool}} NOT NULL,
    video          {{.Bool}} NOT NULL,
    storyboard     {{.Bool}} NOT NULL,
    bpm            DOUBLE PRECISION NOT NULL,
    track_id       INTEGER NOT NULL,
    thread_id      INTEGER NOT NULL,
    local          {{.Bool}} NOT NULL,
    size           BIGINT NOT NULL,
    size_no_video  BIGINT NOT NULL,
    submitted_at   {{.Time}} NULL,
    ranked_at      {{.Time}} NULL,
    updated_at     {{.Time}} NOT NULL,
    rulesets       SMALLINT NOT NULL,
    sorted_at      {{.Time}} NOT NULL,
    stars          DOUBLE PRECISION NOT NULL,
    plays          BIGINT NOT NULL,
    favourites     INTEGER NOT NULL,
    votes          INTEGER NOT NULL,
    vote_sum       BIGINT NOT NULL,
    rating         DOUBLE PRECISION NOT NULL,
    fingerprint    {{.String 32}} NOT NULL,
    archive_sha256 {{.String 64}} NOT NULL,
    origin         {{.String 32}} NOT NULL,
    fetched_at     {{.Time}} NULL
);

CREATE INDEX beatmapsets_fingerprint ON beatmapsets (fingerprint);
CREATE INDEX beatmapsets_archive ON beatmapsets (archive_sha256);
CREATE INDEX beatmapsets_fetched_at ON beatmapsets (fetched_at, id);
CREATE INDEX beatmapsets_sorted_at ON beatmapsets (sorted_at, id, status, rulesets, explicit, genre, language);
CREATE INDEX beatmapsets_updated_at ON beatmapsets (updated_at, id, status, rulesets, explicit);
CREATE INDEX beatmapsets_rating ON beatmapsets (rating, id, status, rulesets, explicit);
CREATE INDEX beatmapsets_plays ON beatmapsets (plays, id, status, rulesets, explicit);
CREATE INDEX beatmapsets_favourites ON beatmapsets (favourites, id, status, rulesets, explicit);
CREATE INDEX beatmapsets_title ON beatmapsets (title, id);
CREATE INDEX beatmapsets_artist ON beatmapsets (artist, id);
CREATE INDEX beatmapsets_creator ON beatmapsets (creator, id);
CREATE INDEX beatmapsets_stars ON beatmapsets (stars, id, status, rulesets, explicit);

-- Difficulties. Times are milliseconds. rated is the version of the difficulty algorithm that stars and max_combo come from, 0 when
-- they are a source's or unknown.
CREATE TABLE beatmaps (
    id           INTEGER NOT NULL PRIMARY KEY,
    set_id       INTEGER NOT NULL,
    md5          {{.String 32}} NOT NULL,
    file         {{.String 255}} NOT NULL,
    name         {{.String 255}} NOT NULL,
    ruleset      SMALLINT NOT NULL,
    status       SMALLINT NOT NULL,
    frozen       {{.Bool}} NOT NULL,
    creator_id   INTEGER NOT NULL,
    circles      INTEGER NOT NULL,
    sliders      INTEGER NOT NULL,
    spinners     INTEGER NOT NULL,
    max_combo    INTEGER NOT NULL,
    length       INTEGER NOT NULL,
    drain        INTEGER NOT NULL,
    bpm          DOUBLE PRECISION NOT NULL,
    circle_size  DOUBLE PRECISION NOT NULL,
    approach     DOUBLE PRECISION NOT NULL,
    overall      DOUBLE PRECISION NOT NULL,
    health_drain DOUBLE PRECISION NOT NULL,
    stars        DOUBLE PRECISION NOT NULL,
    plays        BIGINT NOT NULL,
    passes       BIGINT NOT NULL,
    time_offset  INTEGER NOT NULL,
    updated_at   {{.Time}} NULL,
    deleted      {{.Bool}} NOT NULL,
    has_file     {{.Bool}} NOT NULL,
    rated        INTEGER NOT NULL,
    CONSTRAINT beatmaps_md5 UNIQUE (md5),
    FOREIGN KEY (set_id) REFERENCES beatmapsets (id) ON DELETE CASCADE
);

CREATE INDEX beatmaps_set ON beatmaps (set_id, deleted, ruleset, stars, approach, overall, circle_size, health_drain, bpm, length);
CREATE INDEX beatmaps_file ON beatmaps (file);
CREATE INDEX beatmaps_rated ON beatmaps (has_file, ruleset, rated);

-- What beatmaps were before another version of their file took their place.
CREATE TABLE beatmap_versions (
    md5         {{.String 32}} NOT NULL PRIMARY KEY,
    beatmap_id  INTEGER NOT NULL,
    file        {{.String 255}} NOT NULL,
    replaced_at {{.Time}} NOT NULL,
    FOREIGN KEY (beatmap_id) REFERENCES beatmaps (id) ON DELETE CASCADE
);

CREATE INDEX beatmap_versions_beatmap ON beatmap_versions (beatmap_id);
CREATE INDEX beatmap_versions_file ON beatmap_versions (file);

-- One vote of a user on a set; users may live in another database.
CREATE TABLE beatmap_votes (
    set_id  INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    value   SMALLINT NOT NULL,
    at      {{.Time}} NOT NULL,
    PRIMARY KEY (set_id, user_id),
    FOREIGN KEY (set_id) REFERENCES beatmapsets (id) ON DELETE CASCADE
);

CREATE TABLE beatmap_favourites (
    user_id INTEGER NOT NULL,
    set_id  INTEGER NOT NULL,
    at      {{.Time}} NOT NULL,
    PRIMARY KEY (user_id, set_id),
    FOREIGN KEY (set_id) REFERENCES beatmapsets (id) ON DELETE CASCADE
);

CREATE INDEX beatmap_favourites_set ON beatmap_favourites (set_id);
CREATE INDEX beatmap_favourites_at ON beatmap_favourites (user_id, at);

-- target is the id of what the comment is about: of a set, a beatmap or a score, as subject says.
CREATE TABLE beatmap_comments (
    id         {{.ID}},
    user_id    INTEGER NOT NULL,
    subject    SMALLINT NOT NULL,
    target     BIGINT NOT NULL,
    set_id     INTEGER NOT NULL,
    beatmap_id INTEGER NOT NULL,
    score_id   BIGINT NOT NULL,
    moment     INTEGER NOT NULL,
    body       {{.String 80}} NOT NULL,
    colour     {{.String 6}} NOT NULL,
    said_at    {{.Time}} NOT NULL,
    FOREIGN KEY (set_id) REFERENCES beatmapsets (id) ON DELETE CASCADE
);

CREATE INDEX beatmap_comments_target ON beatmap_comments (subject, target, moment);
CREATE INDEX beatmap_comments_set ON beatmap_comments (set_id);

-- The words of a set as search writes them, for the engine's own text search.
{{if eq .Engine "sqlite"}}CREATE VIRTUAL TABLE beatmap_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4', tokenize = 'ascii'
);
{{else if eq .Engine "postgres"}}CREATE TABLE beatmap_words (
    set_id INTEGER NOT NULL PRIMARY KEY,
    words  TSVECTOR NOT NULL
);

CREATE INDEX beatmap_words_words ON beatmap_words USING GIN (words) WITH (fastupdate = off);
{{else}}CREATE TABLE beatmap_words (
    set_id INTEGER NOT NULL PRIMARY KEY,
    words  {{.Text}} NOT NULL,
    FULLTEXT INDEX beatmap_words_words (words)
);
{{end}}

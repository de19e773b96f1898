-- The log of changes: each set that changed is in it once, where it did last. The row of beatmap_change_end is the end of the log;
-- who writes holds it until he commits.
CREATE TABLE beatmap_change_end (
    id       SMALLINT NOT NULL PRIMARY KEY,
    last_seq BIGINT NOT NULL
);

INSERT INTO beatmap_change_end (id, last_seq) VALUES (1, 0);

CREATE TABLE beatmap_changes (
    set_id INTEGER NOT NULL PRIMARY KEY,
    seq    BIGINT NOT NULL,
    at     {{.Time}} NOT NULL,
    FOREIGN KEY (set_id) REFERENCES beatmapsets (id) ON DELETE CASCADE
);

CREATE INDEX beatmap_changes_seq ON beatmap_changes (seq, set_id);

-- What players call beatmaps. The tags themselves are in the program and its configuration.
CREATE TABLE beatmap_tags (
    beatmap_id INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    tag_id     INTEGER NOT NULL,
    at         {{.Time}} NOT NULL,
    PRIMARY KEY (beatmap_id, user_id, tag_id),
    FOREIGN KEY (beatmap_id) REFERENCES beatmaps (id) ON DELETE CASCADE
);

-- How many players gave a beatmap a tag: the rows of beatmap_tags, counted.
CREATE TABLE beatmap_tag_counts (
    beatmap_id INTEGER NOT NULL,
    tag_id     INTEGER NOT NULL,
    players    INTEGER NOT NULL,
    PRIMARY KEY (beatmap_id, tag_id),
    FOREIGN KEY (beatmap_id) REFERENCES beatmaps (id) ON DELETE CASCADE
);

CREATE INDEX beatmap_tag_counts_tag ON beatmap_tag_counts (tag_id, players, beatmap_id);

CREATE INDEX beatmap_favourites_latest ON beatmap_favourites (set_id, at, user_id);
CREATE INDEX beatmapsets_creator_id ON beatmapsets (creator_id, id);
CREATE INDEX beatmaps_creator_id ON beatmaps (creator_id, set_id);

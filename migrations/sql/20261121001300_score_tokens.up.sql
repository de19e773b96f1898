-- What lazer clients get before a play and submit it with. status is the beatmap's at that moment. Rows of some days ago are deleted.
CREATE TABLE score_tokens (
    id             {{.ID}},
    user_id        BIGINT NOT NULL,
    beatmap_id     INTEGER NOT NULL,
    beatmap_md5    {{.String 32}} NOT NULL,
    ruleset        SMALLINT NOT NULL,
    client_version {{.String 64}} NOT NULL,
    status         SMALLINT NOT NULL,
    issued_at      {{.Time}} NOT NULL
);

CREATE INDEX score_tokens_issued ON score_tokens (issued_at);

-- Lazer's total before mods multiplied it.
ALTER TABLE scores ADD COLUMN total_without_mods BIGINT NULL;

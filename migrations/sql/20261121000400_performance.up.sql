-- Difficulty attributes by what they belong to: the beatmap's MD5, the ruleset, the mods that matter to difficulty, and the
-- algorithm with its version. A row never changes; those of versions that nobody asks for any more may be deleted at will.
CREATE TABLE difficulty_attributes (
    beatmap    {{.String 32}} NOT NULL,
    ruleset    SMALLINT NOT NULL,
    mods       {{.String 191}} NOT NULL,
    algorithm  {{.String 32}} NOT NULL,
    version    INTEGER NOT NULL,
    attributes {{.Text}} NOT NULL,
    created_at {{.Time}} NOT NULL,
    PRIMARY KEY (beatmap, ruleset, mods, algorithm, version)
);

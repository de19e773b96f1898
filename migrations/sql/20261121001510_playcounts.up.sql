-- How often a player played a beatmap, in any ruleset and variant: what ranking_scores has, by beatmap.
CREATE TABLE ranking_playcounts (
    count_id   INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    beatmap_id INTEGER NOT NULL,
    plays      INTEGER NOT NULL,
    PRIMARY KEY (count_id, user_id, beatmap_id)
);

CREATE INDEX ranking_playcounts_plays ON ranking_playcounts (count_id, user_id, plays, beatmap_id);

-- The plays that are counted already. Where scores are kept in another database, they are counted by a rebuild.
INSERT INTO ranking_playcounts (count_id, user_id, beatmap_id, plays)
SELECT p.count_id, p.user_id, s.beatmap_id, COUNT(*)
FROM ranking_scores AS p
JOIN scores AS s ON s.id = p.score_id
GROUP BY p.count_id, p.user_id, s.beatmap_id;

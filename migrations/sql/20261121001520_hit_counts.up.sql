-- How objects were hit, as stable counts: of each play, and of all plays of a player. What was counted before is counted by a
-- rebuild.
ALTER TABLE ranking_scores ADD COLUMN count_300 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ranking_scores ADD COLUMN count_100 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ranking_scores ADD COLUMN count_50 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ranking_scores ADD COLUMN count_miss BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_statistics ADD COLUMN count_300 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_statistics ADD COLUMN count_100 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_statistics ADD COLUMN count_50 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_statistics ADD COLUMN count_miss BIGINT NOT NULL DEFAULT 0;

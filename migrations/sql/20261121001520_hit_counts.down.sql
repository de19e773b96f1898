ALTER TABLE user_statistics DROP COLUMN count_miss;
ALTER TABLE user_statistics DROP COLUMN count_50;
ALTER TABLE user_statistics DROP COLUMN count_100;
ALTER TABLE user_statistics DROP COLUMN count_300;
ALTER TABLE ranking_scores DROP COLUMN count_miss;
ALTER TABLE ranking_scores DROP COLUMN count_50;
ALTER TABLE ranking_scores DROP COLUMN count_100;
ALTER TABLE ranking_scores DROP COLUMN count_300;

ALTER TABLE scores DROP COLUMN total_without_mods;
DROP TABLE IF EXISTS score_tokens;

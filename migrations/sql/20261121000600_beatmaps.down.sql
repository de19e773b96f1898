DROP TABLE IF EXISTS beatmap_comments;
DROP TABLE IF EXISTS beatmap_favourites;
DROP TABLE IF EXISTS beatmap_votes;
DROP TABLE IF EXISTS beatmap_versions;
DROP TABLE IF EXISTS beatmap_words;
DROP TABLE IF EXISTS beatmaps;
DROP TABLE IF EXISTS beatmapsets;

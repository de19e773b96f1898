DROP TABLE IF EXISTS ranking_playcounts;

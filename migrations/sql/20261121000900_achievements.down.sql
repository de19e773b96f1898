DROP TABLE IF EXISTS medal_cursors;
DROP TABLE IF EXISTS medal_awards;
DROP TABLE IF EXISTS medal_earnings;
DROP TABLE IF EXISTS medals;

DROP TABLE IF EXISTS moderation_cursors;
DROP TABLE IF EXISTS replay_prints;
DROP TABLE IF EXISTS inspections;
DROP TABLE IF EXISTS suspects;
DROP TABLE IF EXISTS findings;

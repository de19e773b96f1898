DROP TABLE IF EXISTS activity_cursors;
DROP TABLE IF EXISTS activity_sets;
DROP TABLE IF EXISTS activity_events;

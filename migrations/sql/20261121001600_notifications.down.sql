DROP TABLE IF EXISTS notification_cursors;
DROP TABLE IF EXISTS notifications;

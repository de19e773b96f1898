DROP TABLE IF EXISTS oauth_backup_codes;
DROP TABLE IF EXISTS oauth_authenticators;
DROP TABLE IF EXISTS oauth_challenges;
DROP TABLE IF EXISTS oauth_codes;
DROP TABLE IF EXISTS oauth_tokens;
DROP TABLE IF EXISTS oauth_applications;
ALTER TABLE users DROP COLUMN password_serial;

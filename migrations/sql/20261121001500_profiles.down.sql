DROP TABLE IF EXISTS user_name_ends;
DROP TABLE IF EXISTS user_former_names;
DROP TABLE IF EXISTS user_profiles;

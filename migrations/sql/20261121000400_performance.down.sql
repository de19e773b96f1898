DROP TABLE difficulty_attributes;

DROP INDEX {{if eq .Engine "mysql"}}beatmaps_creator_id ON beatmaps{{else}}beatmaps_creator_id{{end}};
DROP INDEX {{if eq .Engine "mysql"}}beatmapsets_creator_id ON beatmapsets{{else}}beatmapsets_creator_id{{end}};
DROP TABLE IF EXISTS beatmap_tag_counts;
DROP TABLE IF EXISTS beatmap_tags;
DROP TABLE IF EXISTS beatmap_changes;
DROP TABLE IF EXISTS beatmap_change_end;

DROP INDEX beatmaps_creator_id{{if eq .Engine "mysql"}} ON beatmaps{{end}};
DROP INDEX beatmapsets_creator_id{{if eq .Engine "mysql"}} ON beatmapsets{{end}};
DROP INDEX beatmap_favourites_latest{{if eq .Engine "mysql"}} ON beatmap_favourites{{end}};
DROP TABLE IF EXISTS beatmap_tag_counts;
DROP TABLE IF EXISTS beatmap_tags;
DROP TABLE IF EXISTS beatmap_changes;
DROP TABLE IF EXISTS beatmap_change_end;

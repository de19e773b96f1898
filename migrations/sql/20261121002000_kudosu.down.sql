DROP TABLE IF EXISTS kudosu_totals;
DROP TABLE IF EXISTS kudosu_entries;

package local

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
)

// store is the SQL of what is known; opinions and search have theirs beside them.
type store struct{ *database.DB }

// sets returns the sets of ids that exist, in no order, with all their beatmaps.
func (s store) sets(ctx context.Context, ids []int32) ([]*entry, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	now := time.Now()
	var sets []setRow
	if err := s.Reader.NewSelect().Model(&sets).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	var all []beatmapRow
	if err := s.Reader.NewSelect().Model(&all).Where("set_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	of := make(map[int32][]beatmapRow, len(sets))
	for _, b := range all {
		of[b.SetID] = append(of[b.SetID], b)
	}
	entries := make([]*entry, len(sets))
	for i := range sets {
		entries[i] = newEntry(&sets[i], of[sets[i].ID], now)
	}
	return entries, nil
}

// place is where a beatmap is.
type place struct {
	ID      int32  `bun:"id"`
	SetID   int32  `bun:"set_id"`
	MD5     string `bun:"md5"`
	File    string `bun:"file"`
	Deleted bool   `bun:"deleted"`
}

// locate returns where the beatmaps of ids and MD5s are.
func (s store) locate(ctx context.Context, ids []int32, md5s []string) ([]place, error) {
	return locate(ctx, s.Reader, ids, md5s)
}

func locate(ctx context.Context, db bun.IDB, ids []int32, md5s []string) ([]place, error) {
	var all []place
	for _, part := range []struct {
		where string
		n     int
		list  any
	}{{"id IN (?)", len(ids), bun.List(ids)}, {"md5 IN (?)", len(md5s), bun.List(md5s)}} {
		if part.n == 0 {
			continue
		}
		var found []place
		err := db.NewSelect().Model((*beatmapRow)(nil)).Column("id", "set_id", "md5", "file", "deleted").
			Where(part.where, part.list).Scan(ctx, &found)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// outdated returns of which beatmap an MD5 was, of those that are the MD5 of an earlier version.
func outdated(ctx context.Context, db bun.IDB, md5s []string) (map[string]int32, error) {
	if len(md5s) == 0 {
		return nil, nil
	}
	var found []versionRow
	if err := db.NewSelect().Model(&found).Column("md5", "beatmap_id").Where("md5 IN (?)", bun.List(md5s)).Scan(ctx); err != nil {
		return nil, err
	}
	of := make(map[string]int32, len(found))
	for _, v := range found {
		of[v.MD5] = v.BeatmapID
	}
	return of, nil
}

// namesakes bounds the beatmaps that share the names of files that one call asks for.
const namesakes = 10 * beatmaps.MaxBatch

// named returns the beatmaps whose files have, or had in an earlier version, one of the names.
func (s store) named(ctx context.Context, names []string) ([]place, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var now, before []place
	err := s.Reader.NewSelect().Model((*beatmapRow)(nil)).Column("id", "set_id", "md5", "file", "deleted").
		Where("file IN (?)", bun.List(names)).Limit(namesakes).Scan(ctx, &now)
	if err != nil {
		return nil, err
	}
	err = s.Reader.NewSelect().Model((*versionRow)(nil)).Join("JOIN beatmaps AS b ON b.id = v.beatmap_id").
		ColumnExpr("b.id, b.set_id, b.md5, v.file, b.deleted").
		Where("v.file IN (?)", bun.List(names)).Limit(namesakes).Scan(ctx, &before)
	return append(now, before...), err
}

// stale returns the ids of sets that sources have told about and that were not fetched since, the longest ago first.
func (s store) stale(ctx context.Context, since time.Time, limit int) ([]int32, error) {
	var ids []int32
	err := s.Reader.NewSelect().Model((*setRow)(nil)).Column("id").Where("fetched_at < ?", since).
		Order("fetched_at", "id").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, err
}

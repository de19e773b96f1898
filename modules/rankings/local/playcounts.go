package local

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/rankings"
)

// playcount is a row of ranking_playcounts. One whose plays were all removed stays, with 0.
type playcount struct {
	bun.BaseModel `bun:"table:ranking_playcounts,alias:n"`

	Count     int32 `bun:"count_id,pk"`
	UserID    int32 `bun:"user_id,pk"`
	BeatmapID int32 `bun:"beatmap_id,pk"`
	Plays     int32 `bun:"plays"`
}

func (l *ledger) savePlaycounts(ctx context.Context, tx bun.IDB) error {
	var rows []playcount
	for p, plays := range l.plays {
		if plays != 0 {
			rows = append(rows, playcount{Count: l.count, UserID: p.user, BeatmapID: p.beatmap, Plays: plays})
		}
	}
	return upsert(ctx, tx, rows, database.Upsert{Key: []string{"count_id", "user_id", "beatmap_id"}, Add: []string{"plays"}})
}

// MostPlayed implements rankings.Service.
func (s *Service) MostPlayed(ctx context.Context, userID int32, offset, limit int) ([]rankings.Playcount, int, error) {
	if limit < 1 || limit > rankings.MaxPage || offset < 0 || offset > maxOffset {
		return nil, 0, rankings.ErrTooLarge
	}
	played := s.store.Reader.NewSelect().Model((*playcount)(nil)).Where("count_id = ?", live).Where("user_id = ?", userID).Where("plays > 0")
	counted, err := played.Clone().Count(ctx)
	total := int(counted)
	if err != nil || offset >= total {
		return nil, total, err
	}
	var rows []playcount
	err = played.Column("beatmap_id", "plays").Order("plays DESC", "beatmap_id DESC").Offset(int64(offset)).Limit(int64(limit)).Scan(ctx, &rows)
	list := make([]rankings.Playcount, len(rows))
	for i, r := range rows {
		list[i] = rankings.Playcount{BeatmapID: r.BeatmapID, Plays: r.Plays}
	}
	return list, total, err
}

// Playcounts implements rankings.Service.
func (s *Service) Playcounts(ctx context.Context, userID int32, beatmapIDs []int32) ([]int32, error) {
	switch {
	case len(beatmapIDs) > rankings.MaxBatch:
		return nil, rankings.ErrTooLarge
	case len(beatmapIDs) == 0:
		return nil, nil
	}
	var rows []playcount
	err := s.store.Reader.NewSelect().Model(&rows).Column("beatmap_id", "plays").Where("count_id = ?", live).
		Where("user_id = ?", userID).Where("beatmap_id IN (?)", bun.List(beatmapIDs)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[int32]int32, len(rows))
	for _, r := range rows {
		known[r.BeatmapID] = max(r.Plays, 0) // less than none: a play was removed that an older version had counted
	}
	plays := make([]int32, len(beatmapIDs))
	for i, id := range beatmapIDs {
		plays[i] = known[id]
	}
	return plays, nil
}

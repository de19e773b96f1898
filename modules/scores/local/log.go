package local

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Latest implements scores.Log.
func (s *Service) Latest(ctx context.Context) (int64, error) {
	var seq int64
	err := s.db.Reader.NewSelect().Table("score_turn").Column("last_seq").Where("id = 1").Scan(ctx, &seq)
	return seq, err
}

// Entries implements scores.Log.
func (s *Service) Entries(ctx context.Context, after int64, limit int) ([]scores.Entry, error) {
	if limit < 1 || limit > scores.MaxBatch {
		return nil, scores.ErrTooLarge
	}
	var rows []logRow
	err := s.db.Reader.NewSelect().Model(&rows).Where("seq > ?", after).Order("seq").Limit(int64(limit)).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var ids []int64
	var users []int32
	for _, r := range rows {
		users = append(users, r.UserID)
		if r.ScoreID != 0 {
			ids = append(ids, r.ScoreID)
		}
	}
	players, err := readPlayers(ctx, s.db.Reader, users)
	if err != nil {
		return nil, err
	}
	found, err := readScores(ctx, s.db.Reader, ids)
	if err != nil {
		return nil, err
	}
	about := make(map[int64]*scoreRow, len(found))
	var groups []group
	for i := range found {
		about[found[i].ID] = &found[i]
		groups = append(groups, found[i].group())
	}
	bests, err := s.standings(ctx, groups)
	if err != nil {
		return nil, err
	}
	entries := make([]scores.Entry, len(rows))
	for i, r := range rows {
		player := players[r.UserID]
		entries[i] = scores.Entry{
			Seq: r.Seq, Kind: scores.EntryKind(r.Kind), At: r.At.UTC(), UserID: r.UserID,
			Country: player.Country, Hidden: player.Hidden,
		}
		if row := about[r.ScoreID]; row != nil {
			score, err := row.score()
			if err != nil {
				return nil, err
			}
			entries[i].Score, entries[i].Bests = &score, slices.Clone(bests[row.group()])
		}
	}
	return entries, nil
}

// standings returns the bests of groups, with any mods, by metric.
func (s *Service) standings(ctx context.Context, groups []group) (map[group][]scores.Standing, error) {
	slices.SortFunc(groups, func(a, b group) int { return int(a.user) - int(b.user) })
	out := map[group][]scores.Standing{}
	asked := map[group]bool{}
	groups = slices.DeleteFunc(groups, func(g group) bool {
		twice := asked[g]
		asked[g] = true
		return twice
	})
	for part := range slices.Chunk(groups, maxTerms) {
		var rows []struct {
			UserID    int32
			BeatmapID int32
			Ruleset   int16
			Variant   int16
			Metric    scores.Metric
			Place     int64
			ScoreID   int64
			PP        *float64 // not COALESCE: what SQLite makes of NULL and 0 is no float
			Total     int64
			Classic   int64
			Accuracy  float64
			Grade     osu.Grade
			MaxCombo  int32
			Status    int16
		}
		err := s.db.Reader.NewSelect().TableExpr("score_bests AS b").
			Join("JOIN scores AS s ON s.id = b.score_id").
			Join("JOIN score_beatmaps AS m ON m.beatmap_id = b.beatmap_id").
			ColumnExpr("b.user_id, b.beatmap_id, b.ruleset, b.variant, b.metric, b.place, b.score_id").
			ColumnExpr("s.pp, s.total, s.classic, s.accuracy, s.grade, s.max_combo, m.status").
			Where("b.mods_key = ?", anyMods).
			WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
				for _, g := range part {
					q = q.WhereOr("b.user_id = ? AND b.beatmap_id = ? AND b.ruleset = ? AND b.variant = ?", g.user, g.beatmap, g.ruleset, g.variant)
				}
				return q
			}).
			OrderExpr("b.metric, b.place, b.score_id").Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			g := group{r.UserID, r.BeatmapID, r.Ruleset, r.Variant}
			if list := out[g]; len(list) > 0 && list[len(list)-1].Metric == r.Metric {
				continue // where each client has boards of its own, the better of both counts
			}
			var pp float64
			if r.PP != nil {
				pp = *r.PP
			}
			out[g] = append(out[g], scores.Standing{
				Metric: r.Metric, ScoreID: r.ScoreID, PP: pp, Total: r.Total, Classic: r.Classic, Accuracy: r.Accuracy,
				Grade: r.Grade, MaxCombo: r.MaxCombo, Status: osu.Status(r.Status),
			})
		}
	}
	return out, nil
}

// readPlayers returns what is known of players.
func readPlayers(ctx context.Context, db bun.IDB, ids []int32) (map[int32]playerRow, error) {
	slices.Sort(ids)
	out := make(map[int32]playerRow, len(ids))
	for part := range slices.Chunk(slices.Compact(ids), maxRows) {
		var rows []playerRow
		if err := db.NewSelect().Model(&rows).Where("user_id IN (?)", bun.List(part)).Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.UserID] = r
		}
	}
	return out, nil
}

package local

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// readScores returns the rows of the ids that exist, in any order.
func readScores(ctx context.Context, db bun.IDB, ids []int64) ([]scoreRow, error) {
	var all []scoreRow
	for part := range slices.Chunk(ids, maxRows) {
		var rows []scoreRow
		if err := db.NewSelect().Model(&rows).Where("id IN (?)", bun.List(part)).Scan(ctx); err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// byID returns the scores of the ids that were not removed.
func (s *Service) byID(ctx context.Context, ids []int64) (map[int64]scores.Score, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := readScores(ctx, s.db.Reader, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]scores.Score, len(rows))
	for i := range rows {
		if rows[i].RemovedBy != present {
			continue
		}
		if out[rows[i].ID], err = rows[i].score(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Scores implements scores.Boards.
func (s *Service) Scores(ctx context.Context, ids []int64) ([]scores.Score, error) {
	if len(ids) > scores.MaxBatch {
		return nil, scores.ErrTooLarge
	}
	found, err := s.byID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return pick(found, ids), nil
}

// pick returns the scores that were found, in the order of the ids.
func pick(found map[int64]scores.Score, ids []int64) []scores.Score {
	out := make([]scores.Score, 0, len(ids))
	for _, id := range ids {
		if score, ok := found[id]; ok {
			out = append(out, score)
		}
	}
	return out
}

// Leaderboard implements scores.Boards.
func (s *Service) Leaderboard(ctx context.Context, b scores.Board) (scores.Leaderboard, error) {
	switch {
	case b.Limit > scores.MaxPage, b.Users != nil && len(b.Users.IDs) > scores.MaxBatch:
		return scores.Leaderboard{}, scores.ErrTooLarge
	case b.Limit < 0, !b.Variant.In(b.Ruleset), b.Client != scores.Stable && b.Client != scores.Lazer,
		b.Metric < scores.ByDefault || b.Metric > scores.ByClassic, len(b.Country) > 2:
		return scores.Leaderboard{}, scores.ErrBadBoard
	}
	out := scores.Leaderboard{Metric: b.Metric}
	if b.Metric == scores.ByDefault {
		status, err := s.status(ctx, b.BeatmapID)
		if err != nil {
			return out, err
		}
		out.Metric = s.cfg.metric(b.Client, b.Variant, status)
	}
	whole := boardKey{
		b.BeatmapID, int16(b.Ruleset), int16(b.Variant), int16(out.Metric), int16(s.cfg.pool(b.Client)), anyMods,
	}
	listed := whole
	if b.Mods != nil {
		if listed.mods = modsKey(b.Ruleset, *b.Mods); len(listed.mods) > maxModsKey {
			return out, scores.ErrBadBoard
		}
	}
	board, err := s.boards.get(ctx, listed)
	if err != nil {
		return out, err
	}
	places, count := board.top(b.Limit, passes(&b))
	out.Count = count
	own, err := s.own(ctx, whole, b.UserID)
	if err != nil {
		return out, err
	}
	return out, s.fill(ctx, &out, places, own, whole)
}

// status returns what scores on a beatmap were last ranked by.
func (s *Service) status(ctx context.Context, beatmapID int32) (osu.Status, error) {
	var rows []beatmapRow
	err := s.db.Reader.NewSelect().Model(&rows).Column("status").Where("beatmap_id = ?", beatmapID).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return osu.StatusRanked, err
	}
	return osu.Status(rows[0].Status), nil
}

// passes returns what narrows a board to users and a country; nil when nothing does.
func passes(b *scores.Board) func(*placed) bool {
	if b.Users == nil && b.Country == "" {
		return nil
	}
	users := map[int32]bool{}
	// Most places of a large board are of users who are not asked for: a bit tells that faster than the map does.
	var sieve [1024]uint64
	if b.Users != nil {
		for _, id := range b.Users.IDs {
			users[id] = true
			sieve[id>>6&1023] |= 1 << (id & 63)
		}
	}
	var country [2]byte
	copy(country[:], b.Country)
	return func(p *placed) bool {
		if b.Users != nil && (sieve[p.user>>6&1023]&(1<<(p.user&63)) == 0 || !users[p.user]) {
			return false
		}
		return b.Country == "" || p.country == country
	}
}

// own returns the user's best on a board; nil when he has none.
func (s *Service) own(ctx context.Context, key boardKey, userID int32) (*bestRow, error) {
	if userID == 0 {
		return nil, nil
	}
	var rows []bestRow
	err := whereBoard(s.db.Reader.NewSelect().Model(&rows), key).Where("user_id = ?", userID).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// fill adds the scores to a leaderboard.
func (s *Service) fill(ctx context.Context, out *scores.Leaderboard, places []placed, own *bestRow, whole boardKey) error {
	ids := make([]int64, 0, len(places)+1)
	for _, p := range places {
		ids = append(ids, p.score)
	}
	if own != nil {
		ids = append(ids, own.ScoreID)
	}
	found, err := s.byID(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range places {
		if score, ok := found[p.score]; ok {
			out.Scores = append(out.Scores, scores.Placed{Score: score, Position: int32(len(out.Scores) + 1)})
		}
	}
	if own == nil {
		return nil
	}
	score, ok := found[own.ScoreID]
	if !ok {
		return nil
	}
	board, err := s.boards.get(ctx, whole)
	if err != nil {
		return err
	}
	out.Own = &scores.Placed{Score: score, Position: int32(board.ahead(own.standing()) + 1)}
	return nil
}

// Replay implements scores.Boards.
func (s *Service) Replay(ctx context.Context, scoreID int64, viewerID int32) (scores.Replay, error) {
	rows, err := readScores(ctx, s.db.Reader, []int64{scoreID})
	switch {
	case err != nil:
		return scores.Replay{}, err
	case len(rows) == 0 || rows[0].RemovedBy != present:
		return scores.Replay{}, scores.ErrNotFound
	case rows[0].Replay == "":
		return scores.Replay{}, scores.ErrNoReplay
	}
	if viewerID != rows[0].UserID {
		_, err := s.db.NewUpdate().Model((*scoreRow)(nil)).Set("views = views + 1").Where("id = ?", scoreID).Exec(ctx)
		if err != nil {
			return scores.Replay{}, err
		}
		rows[0].Views++
	}
	score, err := rows[0].score()
	return scores.Replay{Score: score, Key: rows[0].Replay}, err
}

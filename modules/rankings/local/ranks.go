package local

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/rankings"
)

// ranks are by pp among all.
type ranks map[account]int32

// ranksOf returns where players are now. Ranks that cannot be had are left out: they are worth a line in the log, and not
// that something else fails.
func (s *Service) ranksOf(ctx context.Context, all []account) ranks {
	members := make(map[rankings.Board][]int64)
	for _, a := range all {
		members[a.board] = append(members[a.board], int64(a.user))
	}
	out := make(ranks, len(all))
	for board, ids := range members {
		positions, err := s.state.Positions(ctx, boardName(board, rankings.ByPerformance, ""), ids)
		if err != nil {
			s.log.WarnContext(ctx, "ranks are not known", "error", err)
			continue
		}
		for i, id := range ids {
			out[account{int32(id), board}] = int32(positions[i])
		}
	}
	return out
}

// rank fills in the ranks of players on a board: one call for all of them, and at the same time one for each of their countries.
func (s *Service) rank(ctx context.Context, board rankings.Board, all []rankings.Statistics) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(settleCalls)
	ask := func(country string, which []int, set func(*rankings.Statistics, int32)) {
		group.Go(func() error {
			ids := make([]int64, len(which))
			for i, at := range which {
				ids[i] = int64(all[at].UserID)
			}
			positions, err := s.state.Positions(ctx, boardName(board, rankings.ByPerformance, country), ids)
			if err != nil {
				return err
			}
			for i, at := range which {
				set(&all[at], int32(positions[i]))
			}
			return nil
		})
	}
	ranked := make([]int, 0, len(all))
	countries := make(map[string][]int)
	for i := range all {
		if all[i].PP == 0 {
			continue // he is on no board
		}
		ranked = append(ranked, i)
		if c := all[i].Country; c != "" {
			countries[c] = append(countries[c], i)
		}
	}
	if len(ranked) == 0 {
		return nil
	}
	ask("", ranked, func(s *rankings.Statistics, rank int32) { s.GlobalRank = rank })
	for country, which := range countries {
		ask(country, which, func(s *rankings.Statistics, rank int32) { s.CountryRank = rank })
	}
	return group.Wait()
}

package statetest

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pure-peace/peace/modules/state"
)

func testBoards(t *testing.T, s state.Service) {
	board, ctx := unique(), t.Context()
	scores := func(from, limit int) []state.Score {
		scores, err := s.Range(ctx, board, from, limit)
		check(t, err)
		return scores
	}
	positions := func(members ...int64) []int {
		positions, err := s.Positions(ctx, board, members)
		check(t, err)
		return positions
	}
	size := func() int {
		n, err := s.Size(ctx, board)
		check(t, err)
		return n
	}
	want(t, size(), 0)
	want(t, positions(1, 2), []int{0, 0})
	want(t, scores(1, 10), nil)
	check(t, s.RemoveMembers(ctx, board, []int64{1}))
	check(t, s.DropBoard(ctx, board))

	check(t, s.SetScores(ctx, board, []state.Score{
		{Member: 2, Value: 5}, {Member: 10, Value: 5}, {Member: -3, Value: 5}, {Member: 7, Value: 0.1}, {Member: 1, Value: -1.5},
		{Member: math.MaxInt64, Value: math.Inf(1)}, {Member: math.MinInt64, Value: math.Inf(-1)}, {Member: 4, Value: 1e300}, {Member: 4, Value: 1.7976931348623157e308},
	}))
	defer func() { check(t, s.DropBoard(ctx, board)) }()
	all := []state.Score{
		{Member: math.MaxInt64, Value: math.Inf(1)}, {Member: 4, Value: math.MaxFloat64}, {Member: -3, Value: 5}, {Member: 2, Value: 5}, {Member: 10, Value: 5},
		{Member: 7, Value: 0.1}, {Member: 1, Value: -1.5}, {Member: math.MinInt64, Value: math.Inf(-1)},
	}
	want(t, scores(1, 100), all)
	want(t, scores(3, 2), all[2:4])
	want(t, scores(8, 5), all[7:])
	want(t, scores(9, 5), nil)
	want(t, scores(math.MaxInt, 1), nil)
	want(t, positions(10, 99, -3, 10, math.MinInt64), []int{5, 0, 3, 5, 8})
	want(t, positions(), nil)
	want(t, size(), 8)

	check(t, s.SetScores(ctx, board, []state.Score{{Member: 10, Value: 6}, {Member: 2, Value: 0}}))
	want(t, positions(10, -3, 2), []int{3, 4, 6})
	check(t, s.RemoveMembers(ctx, board, []int64{10, 99, 10}))
	want(t, positions(10, -3), []int{0, 3})
	want(t, size(), 7)
	check(t, s.DropBoard(ctx, board))
	want(t, size(), 0)
	want(t, scores(1, 1), nil)
	check(t, s.SetScores(ctx, board, []state.Score{{Member: 1, Value: 1}}))
	want(t, scores(1, 5), []state.Score{{Member: 1, Value: 1}})
}

// testBoardModel compares a board with a sorted list.
func testBoardModel(t *testing.T, s state.Service) {
	ctx := t.Context()
	rapid.Check(t, func(rt *rapid.T) {
		board := unique()
		defer func() { _ = s.DropBoard(ctx, board) }()
		model := map[int64]float64{}
		member := rapid.Int64Range(-5, 20)
		value := rapid.OneOf(rapid.SampledFrom([]float64{0, 1, 1.5, -1}), rapid.Float64())
		rt.Repeat(map[string]func(*rapid.T){
			"set": func(rt *rapid.T) {
				scores := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) state.Score {
					return state.Score{Member: member.Draw(rt, "member"), Value: value.Draw(rt, "value")}
				}), 1, 5).Draw(rt, "scores")
				check(rt, s.SetScores(ctx, board, scores))
				for _, score := range scores {
					model[score.Member] = score.Value
				}
			},
			"remove": func(rt *rapid.T) {
				members := rapid.SliceOfN(member, 1, 3).Draw(rt, "members")
				check(rt, s.RemoveMembers(ctx, board, members))
				for _, m := range members {
					delete(model, m)
				}
			},
			"": func(rt *rapid.T) {
				var sorted []state.Score
				var members []int64
				for m, v := range model {
					sorted = append(sorted, state.Score{Member: m, Value: v})
				}
				slices.SortFunc(sorted, func(a, b state.Score) int {
					return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Member, b.Member))
				})
				var order []int
				for i, score := range sorted {
					members, order = append(members, score.Member), append(order, i+1)
				}
				got, err := s.Range(ctx, board, 1, state.MaxPage)
				check(rt, err)
				want(rt, got, sorted)
				positions, err := s.Positions(ctx, board, members)
				check(rt, err)
				want(rt, positions, order)
				size, err := s.Size(ctx, board)
				check(rt, err)
				want(rt, size, len(model))
			},
		})
	})
}

func testBigBoard(t *testing.T, s state.Service) {
	board, ctx := unique(), t.Context()
	defer func() { check(t, s.DropBoard(ctx, board)) }()
	const n = 20_000
	scores := make([]state.Score, 0, n)
	for i := range int64(n) {
		scores = append(scores, state.Score{Member: i * 7919 % n, Value: float64(n - i*7919%n)})
	}
	for part := range slices.Chunk(scores, state.MaxScores) {
		check(t, s.SetScores(ctx, board, part))
	}
	positions, err := s.Positions(ctx, board, []int64{0, 1, n / 2, n - 1})
	check(t, err)
	want(t, positions, []int{1, 2, n/2 + 1, n})
	got, err := s.Range(ctx, board, n/2, 3)
	check(t, err)
	want(t, got, []state.Score{{Member: n/2 - 1, Value: n/2 + 1}, {Member: n / 2, Value: n / 2}, {Member: n/2 + 1, Value: n/2 - 1}})
	var members []int64
	for i := range int64(n / 2) {
		members = append(members, 2*i)
	}
	check(t, s.RemoveMembers(ctx, board, members))
	positions, err = s.Positions(ctx, board, []int64{0, 1, n - 1})
	check(t, err)
	want(t, positions, []int{0, 1, n / 2})
}

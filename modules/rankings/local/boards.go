package local

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu"
)

// Boards of the state module hold who comes where: by pp and by ranked score, all players and those of each country. They
// are made from the figures, which have the number of the entry that changed them last: whoever knows up to which number
// the boards are right makes them right altogether by setting what was changed since. That number lies beside the boards in
// state, and goes with them. So there is one way to keep the boards, to mend them after a crash, and to make them anew.

// boardName is the name of a board; country is "" for all.
func boardName(b rankings.Board, by rankings.By, country string) string {
	return fmt.Sprintf("rankings.%d.%d.%d.%s", b.Ruleset, b.Variant, by, country)
}

// allBoards are the rulesets and variants that exist.
func allBoards() []rankings.Board {
	var all []rankings.Board
	for r := range osu.Rulesets {
		for v := range osu.Variants {
			if v.In(r) {
				all = append(all, rankings.Board{Ruleset: r, Variant: v})
			}
		}
	}
	return all
}

const (
	// settledSpace and settledKey name the record that says up to which entry the boards are right, and of which count.
	settledSpace = "rankings"
	settledKey   = "settled"

	// settleRows is how many figures are read at once.
	settleRows = 1000
	// settleCalls is how many calls to state run at once.
	settleCalls = 8
)

// settled is up to where the boards are right.
type settled struct {
	count int32
	seq   int64
}

func (s settled) String() string { return fmt.Sprintf("%d %d", s.count, s.seq) }

// unsettle makes the next settle set everything.
func (s *Service) unsettle() {
	s.settling.Lock()
	defer s.settling.Unlock()
	s.settled = &settled{}
}

// settle brings the boards up to date with the figures that are in force.
//
// It looks once more when it has set something: another process may have counted and set something newer meanwhile, which this
// one has then overwritten. Who sets last has looked last, so the boards end with what is true.
func (s *Service) settle(ctx context.Context) error {
	s.settling.Lock()
	defer s.settling.Unlock()
	if s.settled == nil {
		records, err := s.state.Get(ctx, settledSpace, []string{settledKey})
		if err != nil {
			return err
		}
		s.settled = &settled{}
		if len(records) == 1 {
			count, seq, _ := strings.Cut(string(records[0].Value), " ")
			c, _ := strconv.ParseInt(count, 10, 32)
			n, _ := strconv.ParseInt(seq, 10, 64)
			*s.settled = settled{int32(c), n} // a damaged one is the beginning
		}
	}
	at := *s.settled
	for {
		rows, count, err := s.store.changedSince(ctx, at)
		if err != nil {
			return err
		}
		if count != at.count {
			at = settled{count: count}
			continue
		}
		if len(rows) == 0 {
			break
		}
		if err := s.setBoards(ctx, rows); err != nil {
			return err
		}
		at.seq = rows[len(rows)-1].Seq
	}
	if at == *s.settled {
		return nil
	}
	_, err := s.state.Apply(ctx, []state.Change{{Put: &state.Put{Space: settledSpace, Key: settledKey, Value: []byte(at.String())}}})
	if err == nil {
		*s.settled = at
	}
	return err
}

// changedSince returns figures in force that were changed after an entry, in order, and the number of their count; nothing when
// that is not the count asked for.
func (s store) changedSince(ctx context.Context, at settled) ([]figures, int32, error) {
	c, err := readCounts(ctx, s.Reader)
	if err != nil || c.Live != at.count {
		return nil, c.Live, err
	}
	var rows []figures
	err = s.Reader.NewSelect().Model(&rows).Where("count_id = ?", at.count).Where("seq > ?", at.seq).Order("seq").
		Limit(settleRows).Scan(ctx)
	if err != nil || len(rows) < settleRows {
		return rows, c.Live, err
	}
	// An entry may change several figures of its player, and all of them must be on the same page.
	last := rows[len(rows)-1].Seq
	end := slices.IndexFunc(rows, func(f figures) bool { return f.Seq == last })
	return rows[:end], c.Live, nil
}

// worth is what figures are worth on a board, 0 when they are not on it.
func (f *figures) worth(by rankings.By) float64 {
	switch {
	case f.Hidden:
		return 0
	case by == rankings.ByPerformance:
		return f.PP
	}
	return float64(f.RankedScore)
}

// moves are changes of a board.
type moves struct {
	scores []state.Score
	gone   []int64
}

// setBoards puts figures on their boards, or takes them off.
func (s *Service) setBoards(ctx context.Context, rows []figures) error {
	boards := make(map[string]*moves)
	move := func(name string, user int32, worth float64) {
		m := boards[name]
		if m == nil {
			m = new(moves)
			boards[name] = m
		}
		if worth > 0 {
			m.scores = append(m.scores, state.Score{Member: int64(user), Value: worth})
		} else {
			m.gone = append(m.gone, int64(user))
		}
	}
	for i := range rows {
		f := &rows[i]
		board := f.account().board
		for _, by := range []rankings.By{rankings.ByPerformance, rankings.ByRankedScore} {
			move(boardName(board, by, ""), f.UserID, f.worth(by))
			if f.Country != "" {
				move(boardName(board, by, f.Country), f.UserID, f.worth(by))
			}
			if f.Former != "" && f.Former != f.Country {
				move(boardName(board, by, f.Former), f.UserID, 0)
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(settleCalls)
	for name, m := range boards {
		group.Go(func() error {
			if len(m.gone) > 0 {
				if err := s.state.RemoveMembers(ctx, name, m.gone); err != nil {
					return err
				}
			}
			if len(m.scores) > 0 {
				return s.state.SetScores(ctx, name, m.scores)
			}
			return nil
		})
	}
	return group.Wait()
}

// audit compares the sizes of the boards with what the figures say, and makes those anew that differ. It finds what settle
// cannot see: boards that were lost alone, and members of a count that is no more.
func (s *Service) audit(ctx context.Context) error {
	wrong := false
	for _, board := range allBoards() {
		for _, by := range []rankings.By{rankings.ByPerformance, rankings.ByRankedScore} {
			countries, err := s.differing(ctx, board, by, nil)
			if err != nil {
				return err
			}
			if len(countries) > 0 { // perhaps something was counted while it was looked at
				if countries, err = s.differing(ctx, board, by, countries); err != nil {
					return err
				}
			}
			for _, country := range countries {
				s.log.WarnContext(ctx, "a ranking is made anew", "board", boardName(board, by, country))
				if err := s.evict(ctx, board, by, country); err != nil {
					return err
				}
				wrong = true
			}
		}
	}
	if !wrong {
		return nil
	}
	s.unsettle()
	return s.settle(ctx)
}

// differing returns the countries whose boards have not as many members as they should, among those given, or all for nil.
func (s *Service) differing(ctx context.Context, board rankings.Board, by rankings.By, among []string) ([]string, error) {
	sizes, err := s.store.sizes(ctx, board, by)
	if err != nil {
		return nil, err
	}
	var out []string
	for country, want := range sizes {
		if among != nil && !slices.Contains(among, country) {
			continue
		}
		got, err := s.state.Size(ctx, boardName(board, by, country))
		if err != nil {
			return nil, err
		}
		if got != want {
			out = append(out, country)
		}
	}
	return out, nil
}

// sizes returns how many players the boards of a ruleset and variant should have, by country, "" being all.
func (s store) sizes(ctx context.Context, board rankings.Board, by rankings.By) (map[string]int, error) {
	var rows []struct {
		Country string
		Players int
	}
	q := s.Reader.NewSelect().Model((*figures)(nil)).ColumnExpr("country, COUNT(*) AS players").Where("count_id = ?", live).
		Where("ruleset = ?", board.Ruleset).Where("variant = ?", board.Variant).Where("NOT hidden")
	if by == rankings.ByPerformance {
		q = q.Where("pp > 0")
	} else {
		q = q.Where("ranked_score > 0")
	}
	if err := q.Group("country").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	sizes := map[string]int{"": 0}
	for _, r := range rows {
		sizes[""] += r.Players
		if r.Country != "" {
			sizes[r.Country] = r.Players
		}
	}
	return sizes, nil
}

// evict takes those off a board whose figures do not belong there.
func (s *Service) evict(ctx context.Context, board rankings.Board, by rankings.By, country string) error {
	name := boardName(board, by, country)
	for from := 1; ; {
		page, err := s.state.Range(ctx, name, from, state.MaxPage)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]int32, len(page))
		for i, m := range page {
			ids[i] = int32(m.Member)
		}
		var rows []figures
		err = s.store.Reader.NewSelect().Model(&rows).Where("count_id = ?", live).Where("user_id IN (?)", bun.List(ids)).
			Where("ruleset = ?", board.Ruleset).Where("variant = ?", board.Variant).Scan(ctx)
		if err != nil {
			return err
		}
		belongs := make(map[int64]bool, len(rows))
		for i := range rows {
			f := &rows[i]
			belongs[int64(f.UserID)] = f.worth(by) > 0 && (country == "" || f.Country == country)
		}
		var gone []int64
		for _, m := range page {
			if !belongs[m.Member] {
				gone = append(gone, m.Member)
			}
		}
		if len(gone) > 0 {
			if err := s.state.RemoveMembers(ctx, name, gone); err != nil {
				return err
			}
		}
		from += len(page) - len(gone)
	}
}

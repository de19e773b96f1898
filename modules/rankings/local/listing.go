package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/state"
)

// maxOffset is how far into a ranking one can look.
const maxOffset = 10_000

// Ranking implements rankings.Service. Who comes where is read from the boards, and only those of the page from the database.
func (s *Service) Ranking(ctx context.Context, l rankings.Listing) (rankings.Page, error) {
	switch {
	case l.Limit < 1 || l.Limit > rankings.MaxPage || l.Offset < 0 || l.Offset > maxOffset:
		return rankings.Page{}, rankings.ErrTooLarge
	case l.By != rankings.ByPerformance && l.By != rankings.ByRankedScore, l.Country != countryOf(l.Country):
		return rankings.Page{}, rankings.ErrBadBoard
	}
	if err := check(l.Board); err != nil {
		return rankings.Page{}, err
	}
	var members []state.Score
	var page rankings.Page
	name := boardName(l.Board, l.By, l.Country)
	group, ctx2 := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		page.Total, err = s.state.Size(ctx2, name)
		return err
	})
	group.Go(func() (err error) {
		members, err = s.state.Range(ctx2, name, l.Offset+1, l.Limit)
		return err
	})
	if err := group.Wait(); err != nil || len(members) == 0 {
		return page, err
	}
	ids := make([]int32, len(members))
	for i, m := range members {
		ids[i] = int32(m.Member)
	}
	all, err := s.Statistics(ctx, ids, l.Board)
	if err != nil {
		return rankings.Page{}, err
	}
	// Who lost all of it a moment ago is still on the board that was read.
	page.Statistics = slices.DeleteFunc(all, func(one rankings.Statistics) bool { return one.Playcount == 0 })
	return page, nil
}

const (
	// countryDecay is what a player weighs of the one before him in his country, and countryPlayers how many are weighed.
	// Source: ppy/osu-web app/Models/CountryStatistics.php.
	countryDecay   = 0.99
	countryPlayers = 1000

	// countriesAge is how old a ranking of countries may be: it is made of all players.
	countriesAge = time.Minute
)

// countries remembers the rankings of countries, one for each board.
type countries struct {
	mu   sync.Mutex
	made map[rankings.Board]countryRanking
}

type countryRanking struct {
	at   time.Time
	list []rankings.Country
}

// Countries implements rankings.Service. What it returns is up to a minute old.
func (s *Service) Countries(ctx context.Context, board rankings.Board, offset, limit int) ([]rankings.Country, error) {
	if limit < 1 || limit > rankings.MaxPage || offset < 0 || offset > maxOffset {
		return nil, rankings.ErrTooLarge
	}
	if err := check(board); err != nil {
		return nil, err
	}
	s.countries.mu.Lock()
	known, ok := s.countries.made[board]
	s.countries.mu.Unlock()
	if !ok || time.Since(known.at) > countriesAge {
		made, err, _ := s.flights.Do(fmt.Sprint(board), func() (any, error) { return s.makeCountries(ctx, board) })
		if err != nil {
			return nil, err
		}
		known = made.(countryRanking)
	}
	from := min(offset, len(known.list))
	return slices.Clone(known.list[from:min(from+limit, len(known.list))]), nil
}

func (s *Service) makeCountries(ctx context.Context, board rankings.Board) (countryRanking, error) {
	list, err := s.store.countries(ctx, board)
	if err != nil {
		return countryRanking{}, err
	}
	made := countryRanking{time.Now(), list}
	s.countries.mu.Lock()
	defer s.countries.mu.Unlock()
	if s.countries.made == nil {
		s.countries.made = make(map[rankings.Board]countryRanking)
	}
	s.countries.made[board] = made
	return made, nil
}

// countries adds up the players of each country who have pp and are not hidden.
func (s store) countries(ctx context.Context, board rankings.Board) ([]rankings.Country, error) {
	rows, err := s.Reader.NewSelect().Model((*figures)(nil)).Column("country", "pp", "playcount", "ranked_score").
		Where("count_id = ?", live).Where("ruleset = ?", board.Ruleset).Where("variant = ?", board.Variant).
		Where("country > ''").Where("pp > 0").Where("NOT hidden").OrderExpr("country DESC, pp DESC").Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []rankings.Country
	weight := 1.0
	for rows.Next() {
		var code string
		var pp float64
		var playcount, ranked int64
		if err := rows.Scan(&code, &pp, &playcount, &ranked); err != nil {
			return nil, err
		}
		if len(list) == 0 || list[len(list)-1].Code != code {
			list, weight = append(list, rankings.Country{Code: code}), 1
		}
		c := &list[len(list)-1]
		if c.Players++; c.Players <= countryPlayers {
			c.PP += pp * weight
			weight *= countryDecay
		}
		c.Playcount += playcount
		c.RankedScore += ranked
	}
	slices.SortFunc(list, func(a, b rankings.Country) int {
		return cmp.Or(cmp.Compare(b.PP, a.PP), cmp.Compare(a.Code, b.Code))
	})
	return list, rows.Err()
}

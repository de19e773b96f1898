package people

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	rankingPage = 50     // rows of a page
	maxRanked   = 10_000 // rows that can be looked at

	// maxFriends bounds the friends whom a ranking is made of.
	maxFriends = rankings.MaxBatch - 1
)

// rankingAnswer is a page of a ranking.
type rankingAnswer[Row any] struct {
	v2.Cursor
	Ranking []Row `json:"ranking"`
	Total   int   `json:"total"`
}

// ranking answers GET rankings/{ruleset}/{type}/{sort?}.
func (a *Area) ranking(ctx context.Context, r *v2.Request) (any, error) {
	var board rankings.Board
	known := false
	for ruleset := range osu.Rulesets {
		if r.Param("ruleset") == ruleset.String() {
			board.Ruleset, known = ruleset, true
		}
	}
	if !known {
		return nil, v2.Refuse(http.StatusNotFound, "invalid ruleset specified")
	}
	kind, sort := r.Param("type"), r.Param("sort")
	if kind == "performance" || kind == "score" {
		kind, sort = "global", kind
	}
	if sort == "" {
		sort = cmp.Or(r.Text("sort"), "performance")
	}
	page, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "global":
		return a.players(ctx, r, board, sort, page)
	case "country":
		return a.countries(ctx, board, page)
	case "charts":
		return nil, v2.NotFound("spotlight")
	case "team":
		return rankingAnswer[resource.Nothing]{Ranking: []resource.Nothing{}}, nil
	}
	return nil, v2.Refuse(http.StatusNotFound, "invalid type specified")
}

// pageCursor says where a ranking goes on.
type pageCursor struct {
	Page int `json:"page"`
}

// pageOf reads which page is asked for, from 1.
func pageOf(r *v2.Request) (int, error) {
	var at pageCursor
	ok, err := r.Cursor(&at)
	if err != nil {
		return 0, err
	}
	if ok && at.Page > 0 {
		return min(at.Page, maxRanked/rankingPage), nil
	}
	return r.Number("page", 1, 1, maxRanked/rankingPage)
}

// cursorAfter returns the cursor of the page after one; nothing when that was the last.
func cursorAfter(page, total int) v2.Cursor {
	if page*rankingPage >= min(total, maxRanked) {
		return v2.Cursor{}
	}
	return v2.CursorOf(pageCursor{page + 1})
}

// players ranks players by pp or by their ranked score.
func (a *Area) players(ctx context.Context, r *v2.Request, board rankings.Board, sort string, page int) (any, error) {
	by := rankings.ByPerformance
	switch sort {
	case "performance":
	case "score":
		by = rankings.ByRankedScore
	default:
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "invalid sort parameter specified")
	}
	if variant := r.Text("variant"); variant != "" && variant != "all" {
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "invalid variant parameter specified")
	}
	country := strings.ToUpper(r.Text("country"))
	if country != "" && osu.ParseCountry(country) == osu.Unknown {
		return nil, v2.NotFound("country")
	}
	var rows []rankings.Statistics
	var total int
	var err error
	switch cmp.Or(r.Text("filter"), "all") {
	case "all":
		var listed rankings.Page
		listed, err = a.deps.Rankings.Ranking(ctx, rankings.Listing{
			Board: board, By: by, Country: country, Offset: (page - 1) * rankingPage, Limit: rankingPage,
		})
		rows, total = listed.Statistics, listed.Total
	case "friends":
		rows, err = a.amongFriends(ctx, r.UserID(), board, by, country)
		total = len(rows)
		from := min((page-1)*rankingPage, total)
		rows = rows[from:min(from+rankingPage, total)]
	default:
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "invalid filter parameter specified")
	}
	if err != nil {
		return nil, err
	}
	shown, err := a.withUsers(ctx, r.UserID(), rows)
	if err != nil {
		return nil, err
	}
	if by == rankings.ByPerformance && country == "" && r.Text("filter") != "friends" {
		if err := a.compare(ctx, board, shown); err != nil {
			return nil, err
		}
	}
	return rankingAnswer[resource.RankedStatistics]{cursorAfter(page, total), shown, min(total, maxRanked)}, nil
}

// amongFriends ranks a user and his friends.
func (a *Area) amongFriends(ctx context.Context, userID int32, board rankings.Board, by rankings.By, country string) ([]rankings.Statistics, error) {
	if userID == 0 {
		return nil, nil
	}
	known, err := a.deps.Relations.List(ctx, userID)
	if err != nil {
		return nil, err
	}
	ids := []int32{userID}
	for _, relation := range known {
		if relation.Kind == relations.Friend && len(ids) <= maxFriends {
			ids = append(ids, relation.Target)
		}
	}
	rows, err := a.deps.Rankings.Statistics(ctx, ids, board)
	if err != nil {
		return nil, err
	}
	worth := func(s rankings.Statistics) float64 {
		if by == rankings.ByRankedScore {
			return float64(s.RankedScore)
		}
		return s.PP
	}
	rows = slices.DeleteFunc(rows, func(s rankings.Statistics) bool {
		return worth(s) <= 0 || country != "" && s.Country != country
	})
	slices.SortStableFunc(rows, func(x, y rankings.Statistics) int { return cmp.Compare(worth(y), worth(x)) })
	return rows, nil
}

// withUsers shows figures with whose they are. Those of players who cannot be seen are left out.
func (a *Area) withUsers(ctx context.Context, viewer int32, rows []rankings.Statistics) ([]resource.RankedStatistics, error) {
	ids := make([]int32, len(rows))
	for i, s := range rows {
		ids[i] = s.UserID
	}
	users, err := a.deps.People.Compact(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	shown := make([]resource.RankedStatistics, 0, len(rows))
	for _, s := range rows {
		if u := users[s.UserID]; u != nil {
			row := resource.RankedStatistics{Statistics: resource.StatisticsOf(s)}
			row.User = u
			shown = append(shown, row)
		}
	}
	return shown, nil
}

// changeDays is over how many days players see how they came along.
const changeDays = 30

// compare adds how far players came up or down, to those who were ranked then as they are now.
func (a *Area) compare(ctx context.Context, board rankings.Board, rows []resource.RankedStatistics) error {
	ids := make([]int32, len(rows))
	for i := range rows {
		ids[i] = rows[i].User.ID
	}
	ago, err := a.deps.Rankings.RanksAgo(ctx, ids, board, changeDays)
	if err != nil {
		return err
	}
	for i, then := range ago {
		if now := rows[i].GlobalRank; then > 0 && now != nil {
			change := *now - then
			rows[i].RankChange = &change
		}
	}
	return nil
}

// countryRow is a country in a ranking.
type countryRow struct {
	Code        string           `json:"code"`
	ActiveUsers int32            `json:"active_users"`
	PlayCount   int64            `json:"play_count"`
	RankedScore int64            `json:"ranked_score"`
	Performance int64            `json:"performance"`
	Country     resource.Country `json:"country"`
}

// unknownToLazer are countries that lazer cannot read in a ranking: the whole page would fail (ppy/osu
// osu.Game/Users/CountryCode.cs).
var unknownToLazer = []string{"OC", "SS"}

// countries ranks countries by the performance of their players.
func (a *Area) countries(ctx context.Context, board rankings.Board, page int) (any, error) {
	var rows []countryRow
	for offset := 0; ; offset += rankings.MaxPage {
		some, err := a.deps.Rankings.Countries(ctx, board, offset, rankings.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			if known := osu.ParseCountry(c.Code); known != osu.Unknown && !slices.Contains(unknownToLazer, c.Code) {
				rows = append(rows, countryRow{
					c.Code, c.Players, c.Playcount, c.RankedScore, int64(c.PP), resource.Country{Code: c.Code, Name: known.Name()},
				})
			}
		}
		if len(some) < rankings.MaxPage || offset >= maxRanked {
			break
		}
	}
	from := min((page-1)*rankingPage, len(rows))
	shown := append([]countryRow{}, rows[from:min(from+rankingPage, len(rows))]...)
	return rankingAnswer[countryRow]{cursorAfter(page, len(rows)), shown, len(rows)}, nil
}

type spotlightList struct {
	Spotlights []resource.Nothing `json:"spotlights"`
}

// spotlights answers GET spotlights: there are none.
func (a *Area) spotlights(context.Context, *v2.Request) (any, error) {
	return spotlightList{[]resource.Nothing{}}, nil
}

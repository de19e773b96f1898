package local

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/osu"
)

// store is the SQL of this module that is not part of counting.
type store struct{ *database.DB }

// live is the number of the count in force, as an expression: a query that names it never sees two counts, whoever has just put
// another one into force.
var live = bun.Safe("(SELECT live FROM ranking_counts WHERE id = 1)")

// account is a player on a board: what figures belong to.
type account struct {
	user  int32
	board rankings.Board
}

// figures are a row of user_statistics.
type figures struct {
	bun.BaseModel `bun:"table:user_statistics,alias:s"`

	Count        int32       `bun:"count_id,pk"`
	UserID       int32       `bun:"user_id,pk"`
	Ruleset      osu.Ruleset `bun:"ruleset,pk"`
	Variant      osu.Variant `bun:"variant,pk"`
	Country      string      `bun:"country"`
	Former       string      `bun:"former"`
	Hidden       bool        `bun:"hidden"`
	PP           float64     `bun:"pp"`
	Accuracy     float64     `bun:"accuracy"`
	Rated        int32       `bun:"rated"` // beatmaps with pp
	RankedScore  int64       `bun:"ranked_score"`
	TotalScore   int64       `bun:"total_score"`
	Playcount    int32       `bun:"playcount"`
	PlayTime     int64       `bun:"play_time"` // milliseconds
	Hits         int64       `bun:"hits"`
	MaxCombo     int32       `bun:"max_combo"`
	GradeXH      int32       `bun:"grade_xh"`
	GradeX       int32       `bun:"grade_x"`
	GradeSH      int32       `bun:"grade_sh"`
	GradeS       int32       `bun:"grade_s"`
	GradeA       int32       `bun:"grade_a"`
	LastPlayedAt time.Time   `bun:"last_played_at"`
	Seq          int64       `bun:"seq"`

	tally
}

func (f *figures) account() account {
	return account{f.UserID, rankings.Board{Ruleset: f.Ruleset, Variant: f.Variant}}
}

// statistics returns the figures as the contract has them, without ranks and views.
func (f *figures) statistics() rankings.Statistics {
	s := rankings.Statistics{
		UserID: f.UserID, Board: rankings.Board{Ruleset: f.Ruleset, Variant: f.Variant}, Country: f.Country,
		PP: f.PP, Accuracy: f.Accuracy, RankedScore: f.RankedScore, TotalScore: f.TotalScore, Playcount: f.Playcount,
		PlayTime: time.Duration(f.PlayTime) * time.Millisecond, Hits: f.Hits, MaxCombo: f.MaxCombo,
		Count300: f.Count300, Count100: f.Count100, Count50: f.Count50, CountMiss: f.CountMiss,
		GradeXH: f.GradeXH, GradeX: f.GradeX, GradeSH: f.GradeSH, GradeS: f.GradeS, GradeA: f.GradeA,
	}
	if !f.LastPlayedAt.Equal(never) {
		s.LastPlayedAt = f.LastPlayedAt
	}
	return s
}

// never is when somebody has played last who has not: no engine keeps the zero time.
var never = time.Unix(0, 0).UTC()

// grade returns the field that counts a grade, nil for one that is not counted.
func (f *figures) grade(g osu.Grade) *int32 {
	switch g {
	case osu.GradeXH:
		return &f.GradeXH
	case osu.GradeX:
		return &f.GradeX
	case osu.GradeSH:
		return &f.GradeSH
	case osu.GradeS:
		return &f.GradeS
	case osu.GradeA:
		return &f.GradeA
	}
	return nil
}

// viewed are figures with how often the player's replays were watched.
type viewed struct {
	figures `bun:",extend"`

	Views int32 `bun:"views"`
}

// statistics reads what is counted of users on a board, without ranks.
func (s store) statistics(ctx context.Context, userIDs []int32, board rankings.Board) (map[int32]rankings.Statistics, error) {
	var rows []viewed
	err := s.Reader.NewSelect().Model(&rows).ColumnExpr("s.*, COALESCE(v.views, 0) AS views").
		Join("LEFT JOIN ranking_views AS v ON v.user_id = s.user_id AND v.ruleset = s.ruleset AND v.variant = s.variant AND v.month = 0").
		Where("s.count_id = ?", live).Where("s.user_id IN (?)", bun.List(userIDs)).
		Where("s.ruleset = ?", board.Ruleset).Where("s.variant = ?", board.Variant).Scan(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[int32]rankings.Statistics, len(rows))
	for i := range rows {
		one := rows[i].statistics()
		one.ReplaysWatched = rows[i].Views
		all[one.UserID] = one
	}
	return all, nil
}

// views are a row of ranking_views.
type views struct {
	bun.BaseModel `bun:"table:ranking_views,alias:v"`

	UserID  int32       `bun:"user_id,pk"`
	Ruleset osu.Ruleset `bun:"ruleset,pk"`
	Variant osu.Variant `bun:"variant,pk"`
	Month   int         `bun:"month,pk"`
	Views   int32       `bun:"views"`
}

// view counts a view, in its month and in all.
func (s store) view(ctx context.Context, userID int32, board rankings.Board, at time.Time) error {
	rows := []views{
		{UserID: userID, Ruleset: board.Ruleset, Variant: board.Variant, Month: 0, Views: 1},
		{UserID: userID, Ruleset: board.Ruleset, Variant: board.Variant, Month: monthOf(at), Views: 1},
	}
	add := database.Upsert{Key: []string{"user_id", "ruleset", "variant", "month"}, Add: []string{"views"}}
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := add.On(tx.NewInsert().Model(&rows)).Exec(ctx)
		return err
	})
}

// monthOf numbers the months.
func monthOf(at time.Time) int {
	at = at.UTC()
	return at.Year()*12 + int(at.Month()) - 1
}

// startOf is when a month begins.
func startOf(month int) time.Time {
	return time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// months reads what happened in each month to a user.
func (s store) months(ctx context.Context, userID int32, board rankings.Board) ([]rankings.Month, error) {
	var rows []struct {
		Month, Plays, Views int
	}
	plays := s.Reader.NewSelect().Table("ranking_months").ColumnExpr("month, plays, 0 AS views").Where("count_id = ?", live)
	seen := s.Reader.NewSelect().Table("ranking_views").ColumnExpr("month, 0 AS plays, views").Where("month > 0")
	for _, q := range []*bun.SelectQuery{plays, seen} {
		q.Where("user_id = ?", userID).Where("ruleset = ?", board.Ruleset).Where("variant = ?", board.Variant)
	}
	if err := plays.UnionAll(seen).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	sums := make(map[int]*rankings.Month)
	first, last := 1<<31, 0
	for _, r := range rows {
		if sums[r.Month] == nil {
			sums[r.Month] = &rankings.Month{Start: startOf(r.Month)}
			first, last = min(first, r.Month), max(last, r.Month)
		}
		sums[r.Month].Plays += int32(r.Plays)
		sums[r.Month].ReplaysWatched += int32(r.Views)
	}
	var out []rankings.Month
	for m := first; m <= last; m++ {
		if sum := sums[m]; sum != nil && *sum != (rankings.Month{Start: sum.Start}) {
			out = append(out, *sum)
		}
	}
	return out, nil
}

// cursorOf is the name under which a count follows the log.
func cursorOf(count int32) string { return strconv.Itoa(int(count)) }

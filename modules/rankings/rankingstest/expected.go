package rankingstest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Expected works out from all plays of a player what an implementation should have counted entry by entry, by the official
// formulas and without ranks and views. Nothing of it is how an implementation would do it.
func (b *Book) Expected(user int32, board rankings.Board) rankings.Statistics {
	plays, country, _ := b.snapshot(user, board)
	want := rankings.Statistics{UserID: user, Board: board}
	if len(plays) == 0 {
		return want
	}
	want.Country = country
	maps := make(map[int32][]scores.Score)
	for _, s := range plays {
		if s.EndedAt.After(want.LastPlayedAt) {
			want.LastPlayedAt = s.EndedAt
		}
		if s.Removed {
			continue
		}
		want.Playcount++
		want.TotalScore += s.Classic
		want.PlayTime += s.PlayTime.Truncate(time.Millisecond)
		for name, n := range s.Statistics {
			if name != "miss" {
				want.Hits += int64(n)
			}
			if count := counted(&want, s.Ruleset, name); count != nil {
				*count += int64(n)
			}
		}
		if s.Ranked {
			want.MaxCombo = max(want.MaxCombo, s.MaxCombo)
			maps[s.BeatmapID] = append(maps[s.BeatmapID], s)
		}
	}
	var rated []scores.Score
	for beatmap, list := range maps {
		top := slices.MaxFunc(list, func(a, b scores.Score) int {
			return cmp.Or(cmp.Compare(a.Classic, b.Classic), cmp.Compare(b.ID, a.ID))
		})
		if top.Classic > 0 {
			want.RankedScore += top.Classic
			switch top.Grade {
			case osu.GradeXH:
				want.GradeXH++
			case osu.GradeX:
				want.GradeX++
			case osu.GradeSH:
				want.GradeSH++
			case osu.GradeS:
				want.GradeS++
			case osu.GradeA:
				want.GradeA++
			}
		}
		if status(beatmap) == osu.StatusLoved {
			continue
		}
		pp := func(s scores.Score) float64 {
			if s.PP == nil {
				return 0
			}
			return *s.PP
		}
		most := slices.MaxFunc(list, func(a, b scores.Score) int {
			return cmp.Or(cmp.Compare(pp(a), pp(b)), cmp.Compare(b.ID, a.ID))
		})
		if pp(most) > 0 {
			rated = append(rated, most)
		}
	}
	slices.SortFunc(rated, func(a, b scores.Score) int { return cmp.Compare(*b.PP, *a.PP) })
	n := float64(len(rated))
	for i, s := range rated {
		want.PP += *s.PP * math.Pow(0.95, float64(i))
		want.Accuracy += s.Accuracy * math.Pow(0.95, float64(i))
	}
	if n > 0 {
		want.PP += bonus(n)
		want.Accuracy *= 1 / (20 * (1 - math.Pow(0.95, n)))
	}
	return want
}

// counted returns where hits are counted by kind; nil for those that stable has other counts for.
func counted(s *rankings.Statistics, ruleset osu.Ruleset, result string) *int64 {
	switch {
	case result == "great":
		return &s.Count300
	case result == "ok" || ruleset == osu.Catch && result == "large_tick_hit":
		return &s.Count100
	case result == "meh" || ruleset == osu.Catch && result == "small_tick_hit":
		return &s.Count50
	case result == "miss":
		return &s.CountMiss
	}
	return nil
}

// bonus is the official one for n beatmaps.
func bonus(n float64) float64 { return (417.0 - 1.0/3) * (1 - math.Pow(0.995, min(n, 1000))) }

// Differs compares statistics with what they should be, ranks included, and says what is different.
func (b *Book) Differs(got []rankings.Statistics) string {
	var all strings.Builder
	for _, one := range got {
		all.WriteString(difference(b.rank(b.Expected(one.UserID, one.Board)), one))
	}
	return all.String()
}

// rank fills in the ranks that a player has among all players of the book.
func (b *Book) rank(want rankings.Statistics) rankings.Statistics {
	_, country, hidden := b.snapshot(want.UserID, want.Board)
	if hidden || want.PP == 0 {
		return want
	}
	want.GlobalRank, want.CountryRank = 1, 1
	for _, other := range b.Players() {
		_, theirs, hidden := b.snapshot(other, want.Board)
		figures := b.Expected(other, want.Board)
		if hidden || other == want.UserID || figures.PP < want.PP || figures.PP == want.PP && other > want.UserID {
			continue
		}
		want.GlobalRank++
		if theirs == country {
			want.CountryRank++
		}
	}
	if country == "" {
		want.CountryRank = 0
	}
	return want
}

// check compares the statistics of players with what they should be.
func check(t *testing.T, s *Subject, board rankings.Board, users ...int32) {
	t.Helper()
	got, err := s.Rankings.Statistics(t.Context(), users, board)
	if err != nil {
		t.Fatal(err)
	}
	if diff := s.Book.Differs(got); diff != "" || len(got) != len(users) {
		t.Errorf("statistics of %v: %s", users, diff)
	}
}

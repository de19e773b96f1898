package local

import (
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// ledger is what a batch of entries touches, as it is before and then as it becomes. It knows what entries mean, and no SQL.
//
// An entry tells how things are now, not what to add. So the ledger compares: what a play adds is put in the place of what it has
// added so far, the bests of a beatmap in the place of those it had. Whoever counts an entry twice, or counts a play that
// was removed long ago, ends with the same figures.
type ledger struct {
	rules rules
	count int32

	figures map[account]*figures
	seqs    map[account]int64 // of the figures as they were
	played  map[int64]played  // by score
	bests   map[place]best
	lists   map[account][]rated

	changed map[account]bool
	combos  map[account]bool // whose longest combo may be one that is gone
	months  map[month]int32
	plays   map[piece]int32
	effects []effect
	places  map[place]bool // whose best changed
	scores  map[int64]bool // that add something else now
}

func newLedger(rules rules, count int32) *ledger {
	return &ledger{
		rules: rules, count: count,
		figures: make(map[account]*figures), seqs: make(map[account]int64), played: make(map[int64]played),
		bests: make(map[place]best), lists: make(map[account][]rated),
		changed: make(map[account]bool), combos: make(map[account]bool), months: make(map[month]int32), plays: make(map[piece]int32),
		places: make(map[place]bool), scores: make(map[int64]bool),
	}
}

// place is where a best is.
type place struct {
	account
	beatmap int32
}

// best is a row of ranking_bests.
type best struct {
	bun.BaseModel `bun:"table:ranking_bests,alias:b"`

	Count    int32       `bun:"count_id,pk"`
	UserID   int32       `bun:"user_id,pk"`
	Ruleset  osu.Ruleset `bun:"ruleset,pk"`
	Variant  osu.Variant `bun:"variant,pk"`
	Beatmap  int32       `bun:"beatmap_id,pk"`
	PP       float64     `bun:"pp"`
	Accuracy float64     `bun:"accuracy"`
	Score    int64       `bun:"score"`
	Grade    osu.Grade   `bun:"grade"`
}

func (b *best) rated() rated { return rated{b.Beatmap, b.PP, b.Accuracy} }

// nothing reports whether the best adds nothing to any figure.
func (b *best) nothing() bool { return b.PP == 0 && b.Score == 0 && b.Grade == osu.GradeNone }

// played is a row of ranking_scores.
type played struct {
	bun.BaseModel `bun:"table:ranking_scores,alias:p"`

	Count    int32       `bun:"count_id,pk"`
	ScoreID  int64       `bun:"score_id,pk"`
	UserID   int32       `bun:"user_id"`
	Ruleset  osu.Ruleset `bun:"ruleset"`
	Variant  osu.Variant `bun:"variant"`
	Total    int64       `bun:"total"`
	PlayTime int64       `bun:"play_time"`
	Hits     int64       `bun:"hits"`
	MaxCombo int32       `bun:"max_combo"`

	tally
}

// month is a month of a player, as in monthOf.
type month struct {
	account
	month int
}

// piece is a beatmap that a player plays, on whichever board.
type piece struct{ user, beatmap int32 }

// effect is what a play has changed.
type effect struct {
	score         int64
	before, after rankings.Statistics
}

func accountOf(s *scores.Score) account {
	return account{s.UserID, rankings.Board{Ruleset: s.Ruleset, Variant: s.Variant}}
}

func placeOf(s *scores.Score) place { return place{accountOf(s), s.BeatmapID} }

// concerns reports whether an entry is about a play on a board that exists.
func concerns(e *scores.Entry) bool { return e.Score != nil && e.Score.Variant.In(e.Score.Ruleset) }

// countryOf is the code of a country as it is stored, two letters or digits, and "" for anything else.
func countryOf(code string) string {
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return ""
	}
	return code
}

// bestOf returns what the bests of an entry add to the player's figures.
func (l *ledger) bestOf(e *scores.Entry) best {
	s := e.Score
	b := best{
		Count: l.count, UserID: s.UserID, Ruleset: s.Ruleset, Variant: s.Variant, Beatmap: s.BeatmapID, Grade: osu.GradeNone,
	}
	for _, standing := range e.Bests {
		if standing.Metric == scores.ByPerformance && standing.Status.GivesPerformance() {
			if b.PP = finite(standing.PP); b.PP > 0 {
				b.Accuracy = min(finite(standing.Accuracy), 1)
			}
		}
		if standing.Metric != l.rules.metric || !slices.Contains(l.rules.statuses, standing.Status) {
			continue
		}
		b.Score, b.Grade = max(standing.Classic, 0), standing.Grade
		if l.rules.metric == scores.ByTotal {
			b.Score = max(standing.Total, 0)
		}
	}
	return b
}

// reorders reports whether an entry changes the plays that are weighed, so that all of them are needed.
func (l *ledger) reorders(e *scores.Entry) bool {
	was, is := l.bests[placeOf(e.Score)], l.bestOf(e)
	return was.PP != is.PP || was.Accuracy != is.Accuracy
}

// apply counts an entry.
func (l *ledger) apply(e *scores.Entry) {
	switch {
	case e.Kind == scores.PlayerHidden || e.Kind == scores.PlayerShown || e.Kind == scores.PlayerMoved:
		for a, f := range l.figures {
			if a.user == e.UserID {
				l.meet(f, e)
			}
		}
	case concerns(e):
		l.play(e)
	}
}

// meet brings what is known of the player up to date.
func (l *ledger) meet(f *figures, e *scores.Entry) {
	f.Hidden = e.Hidden
	if country := countryOf(e.Country); country != f.Country {
		f.Former, f.Country = f.Country, country
	}
	f.Seq = e.Seq
	l.changed[f.account()] = true
}

func (l *ledger) play(e *scores.Entry) {
	a := accountOf(e.Score)
	f := l.figures[a]
	if f == nil {
		f = &figures{
			Count: l.count, UserID: a.user, Ruleset: a.board.Ruleset, Variant: a.board.Variant,
			Country: countryOf(e.Country), LastPlayedAt: never,
		}
		l.figures[a] = f
	}
	before := f.statistics()
	l.meet(f, e)
	l.contribute(f, e.Score)
	l.compare(f, e)
	if e.Kind == scores.ScoreRecorded {
		l.effects = append(l.effects, effect{e.Score.ID, before, f.statistics()})
	}
}

// contribute puts what a play adds in the place of what it has added.
func (l *ledger) contribute(f *figures, s *scores.Score) {
	if at := s.EndedAt.UTC(); at.After(f.LastPlayedAt) {
		f.LastPlayedAt = at
	}
	was, counted := l.played[s.ID]
	is := played{Count: l.count, ScoreID: s.ID, UserID: s.UserID, Ruleset: s.Ruleset, Variant: s.Variant}
	if !s.Removed {
		is.Total = max(l.rules.total(s), 0)
		is.PlayTime = max(s.PlayTime.Milliseconds(), 0)
		is.Hits, is.tally = hits(s)
		if s.Ranked {
			is.MaxCombo = max(s.MaxCombo, 0)
		}
	}
	if !counted && s.Removed || counted && was == is && !s.Removed {
		return
	}
	f.TotalScore += is.Total - was.Total
	f.PlayTime += is.PlayTime - was.PlayTime
	f.Hits += is.Hits - was.Hits
	f.add(is.tally, was.tally)
	if was.MaxCombo > is.MaxCombo && was.MaxCombo == f.MaxCombo {
		l.combos[f.account()] = true
	}
	f.MaxCombo = max(f.MaxCombo, is.MaxCombo)
	switch m, p := (month{f.account(), monthOf(s.EndedAt)}), (piece{s.UserID, s.BeatmapID}); {
	case !counted && !s.Removed:
		f.Playcount++
		l.months[m]++
		l.plays[p]++
	case counted && s.Removed:
		f.Playcount--
		l.months[m]--
		l.plays[p]--
	}
	l.scores[s.ID] = true
	if s.Removed {
		delete(l.played, s.ID)
	} else {
		l.played[s.ID] = is
	}
}

// compare puts the bests on the play's beatmap in the place of those that were known.
func (l *ledger) compare(f *figures, e *scores.Entry) {
	at := placeOf(e.Score)
	was, known := l.bests[at]
	if !known {
		was.Grade = osu.GradeNone
	}
	is := l.bestOf(e)
	if known && was == is || !known && is.nothing() {
		return
	}
	f.RankedScore += is.Score - was.Score
	if n := f.grade(was.Grade); n != nil {
		*n--
	}
	if n := f.grade(is.Grade); n != nil {
		*n++
	}
	if was.PP != is.PP || was.Accuracy != is.Accuracy {
		if was.PP > 0 {
			f.Rated--
		}
		if is.PP > 0 {
			f.Rated++
		}
		list := replace(l.lists[at.account], was.rated(), is.rated())
		l.lists[at.account] = list
		f.PP, f.Accuracy = weigh(list[:min(len(list), weighed)])
		f.PP += bonus(l.rules.bonus, f.Rated)
	}
	l.places[at] = true
	if is.nothing() {
		delete(l.bests, at)
	} else {
		l.bests[at] = is
	}
}

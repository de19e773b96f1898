package rankingstest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Book is a log of scores in memory. It keeps what happened, and tells it as the contract demands: with scores and bests as they
// are now. It is safe for concurrent use.
type Book struct {
	mu      sync.Mutex
	lines   []line
	scores  map[int64]*scores.Score
	players map[int32]*player
}

type line struct {
	kind  scores.EntryKind
	at    time.Time
	user  int32
	score int64
}

type player struct {
	country string
	hidden  bool
	scores  []int64
}

// NewBook returns an empty log.
func NewBook() *Book {
	return &Book{scores: make(map[int64]*scores.Score), players: make(map[int32]*player)}
}

func (b *Book) player(id int32) *player {
	if b.players[id] == nil {
		b.players[id] = &player{country: "DE"}
	}
	return b.players[id]
}

func (b *Book) write(kind scores.EntryKind, user int32, score int64) int64 {
	b.lines = append(b.lines, line{kind, time.Now().UTC(), user, score})
	return int64(len(b.lines))
}

// Play records a play, gives it an id unless it has one, and returns it with the number of its entry.
func (b *Book) Play(s scores.Score) (scores.Score, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.ID == 0 {
		s.ID = int64(len(b.scores) + 1)
	}
	if s.EndedAt.IsZero() {
		s.EndedAt = time.Now().UTC().Truncate(time.Microsecond)
	}
	b.scores[s.ID] = &s
	p := b.player(s.UserID)
	p.scores = append(p.scores, s.ID)
	return s, b.write(scores.ScoreRecorded, s.UserID, s.ID)
}

// Remove takes a score out.
func (b *Book) Remove(id int64) int64 { return b.set(id, true, scores.ScoreRemoved) }

// Restore brings a score back.
func (b *Book) Restore(id int64) int64 { return b.set(id, false, scores.ScoreRestored) }

func (b *Book) set(id int64, removed bool, kind scores.EntryKind) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := *b.scores[id]
	s.Removed = removed
	b.scores[id] = &s
	return b.write(kind, s.UserID, id)
}

// Revalue changes what a score is worth.
func (b *Book) Revalue(id int64, change func(*scores.Score)) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := *b.scores[id]
	change(&s)
	b.scores[id] = &s
	return b.write(scores.ScoreRevalued, s.UserID, id)
}

// Hide restricts a player.
func (b *Book) Hide(user int32) int64 {
	return b.meet(user, scores.PlayerHidden, func(p *player) { p.hidden = true })
}

// Show lifts the restriction.
func (b *Book) Show(user int32) int64 {
	return b.meet(user, scores.PlayerShown, func(p *player) { p.hidden = false })
}

// Move puts a player into another country.
func (b *Book) Move(user int32, country string) int64 {
	return b.meet(user, scores.PlayerMoved, func(p *player) { p.country = country })
}

func (b *Book) meet(user int32, kind scores.EntryKind, change func(*player)) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b.player(user))
	return b.write(kind, user, 0)
}

// Latest implements scores.Log.
func (b *Book) Latest(context.Context) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(len(b.lines)), nil
}

// Entries implements scores.Log.
func (b *Book) Entries(_ context.Context, after int64, limit int) ([]scores.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []scores.Entry
	for seq := after + 1; seq <= int64(len(b.lines)) && len(out) < limit; seq++ {
		l := b.lines[seq-1]
		p := b.player(l.user)
		e := scores.Entry{Seq: seq, Kind: l.kind, At: l.at, UserID: l.user, Country: p.country, Hidden: p.hidden}
		if l.score != 0 {
			s := *b.scores[l.score]
			e.Score, e.Bests = &s, b.bests(&s)
		}
		out = append(out, e)
	}
	return out, nil
}

// status is the status of a beatmap: most are ranked, and those with round numbers are loved.
func status(beatmap int32) osu.Status {
	if beatmap%10 == 0 {
		return osu.StatusLoved
	}
	return osu.StatusRanked
}

// bests finds the standings of a score's player on its beatmap. It needs the lock.
func (b *Book) bests(of *scores.Score) []scores.Standing {
	var out []scores.Standing
	for metric, worth := range map[scores.Metric]func(*scores.Score) float64{
		scores.ByPerformance: func(s *scores.Score) float64 {
			if s.PP == nil {
				return 0
			}
			return *s.PP
		},
		scores.ByTotal:   func(s *scores.Score) float64 { return float64(s.Total) },
		scores.ByClassic: func(s *scores.Score) float64 { return float64(s.Classic) },
	} {
		var top *scores.Score
		for _, id := range b.players[of.UserID].scores {
			s := b.scores[id]
			if s.Removed || !s.Ranked || s.BeatmapID != of.BeatmapID || s.Ruleset != of.Ruleset || s.Variant != of.Variant {
				continue
			}
			if worth(s) > 0 && (top == nil || worth(s) > worth(top)) {
				top = s
			}
		}
		if top == nil {
			continue
		}
		standing := scores.Standing{
			Metric: metric, ScoreID: top.ID, Total: top.Total, Classic: top.Classic, Accuracy: top.Accuracy, Grade: top.Grade,
			MaxCombo: top.MaxCombo, Status: status(top.BeatmapID),
		}
		if top.PP != nil {
			standing.PP = *top.PP
		}
		out = append(out, standing)
	}
	slices.SortFunc(out, func(a, b scores.Standing) int { return int(a.Metric) - int(b.Metric) })
	return out
}

// Players returns everybody who has played.
func (b *Book) Players() []int32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.players))
}

// snapshot returns the plays of a player on a board, and what is known of him.
func (b *Book) snapshot(user int32, board rankings.Board) (all []scores.Score, country string, hidden bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.player(user)
	for _, id := range p.scores {
		if s := b.scores[id]; s.Ruleset == board.Ruleset && s.Variant == board.Variant {
			all = append(all, *s)
		}
	}
	return all, p.country, p.hidden
}

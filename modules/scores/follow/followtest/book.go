// Package followtest is a log of scores in memory, for tests of the modules that follow one.
package followtest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state"
)

// Book is a log that a test writes. Its methods are safe for concurrent use; make one with New.
type Book struct {
	topics state.Topics

	mu      sync.Mutex
	lines   []line
	scores  map[int64]scores.Score
	replays map[int64]string // keys
	hidden  map[int32]bool
	country map[int32]string
}

// line is what is kept of an entry; the rest is looked up when it is read.
type line struct {
	kind    scores.EntryKind
	at      time.Time
	userID  int32
	scoreID int64
}

var _ scores.Log = (*Book)(nil)

// New returns an empty log. With topics, it tells there of what is written.
func New(topics state.Topics) *Book {
	return &Book{
		topics: topics, scores: map[int64]scores.Score{}, replays: map[int64]string{},
		hidden: map[int32]bool{}, country: map[int32]string{},
	}
}

// Record adds a score, which gets the next id unless it has one, and returns the number of its entry and its id.
func (b *Book) Record(t testing.TB, score scores.Score) (seq, id int64) {
	t.Helper()
	b.mu.Lock()
	if score.ID == 0 {
		score.ID = int64(len(b.scores) + 1)
	}
	b.scores[score.ID] = score
	b.mu.Unlock()
	return b.write(t, scores.ScoreRecorded, score.UserID, score.ID), score.ID
}

// Remove takes a score out.
func (b *Book) Remove(t testing.TB, id int64) int64 {
	t.Helper()
	return b.write(t, scores.ScoreRemoved, b.change(id, func(s *scores.Score) { s.Removed = true }), id)
}

// Restore brings it back.
func (b *Book) Restore(t testing.TB, id int64) int64 {
	t.Helper()
	return b.write(t, scores.ScoreRestored, b.change(id, func(s *scores.Score) { s.Removed = false }), id)
}

// Revalue changes a score.
func (b *Book) Revalue(t testing.TB, id int64, change func(*scores.Score)) int64 {
	t.Helper()
	return b.write(t, scores.ScoreRevalued, b.change(id, change), id)
}

// Hide restricts a player, Show lifts that, Move takes him to another country.
func (b *Book) Hide(t testing.TB, userID int32) int64 {
	t.Helper()
	b.player(func() { b.hidden[userID] = true })
	return b.write(t, scores.PlayerHidden, userID, 0)
}

// Show is the opposite of Hide.
func (b *Book) Show(t testing.TB, userID int32) int64 {
	t.Helper()
	b.player(func() { b.hidden[userID] = false })
	return b.write(t, scores.PlayerShown, userID, 0)
}

// Move takes a player to another country.
func (b *Book) Move(t testing.TB, userID int32, country string) int64 {
	t.Helper()
	b.player(func() { b.country[userID] = country })
	return b.write(t, scores.PlayerMoved, userID, 0)
}

// Keep says under which key the files module has a score's replay.
func (b *Book) Keep(id int64, key string) {
	b.change(id, func(s *scores.Score) { s.HasReplay = true })
	b.player(func() { b.replays[id] = key })
}

func (b *Book) player(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

func (b *Book) change(id int64, change func(*scores.Score)) (userID int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.scores[id]
	change(&s)
	b.scores[id] = s
	return s.UserID
}

func (b *Book) write(t testing.TB, kind scores.EntryKind, userID int32, scoreID int64) int64 {
	t.Helper()
	b.mu.Lock()
	b.lines = append(b.lines, line{kind, time.Now().UTC(), userID, scoreID})
	seq := int64(len(b.lines))
	b.mu.Unlock()
	if b.topics != nil {
		if err := b.topics.Publish(t.Context(), scores.Topic, nil); err != nil {
			t.Error(err)
		}
	}
	return seq
}

// Entries implements scores.Log. Entries have no Bests.
func (b *Book) Entries(_ context.Context, after int64, limit int) ([]scores.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var entries []scores.Entry
	for i := max(0, int(after)); i < len(b.lines) && len(entries) < limit; i++ {
		l := b.lines[i]
		e := scores.Entry{
			Seq: int64(i + 1), Kind: l.kind, At: l.at, UserID: l.userID, Country: b.country[l.userID], Hidden: b.hidden[l.userID],
		}
		if l.scoreID != 0 {
			s := clone(b.scores[l.scoreID])
			e.Score = &s
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Latest implements scores.Log.
func (b *Book) Latest(context.Context) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(len(b.lines)), nil
}

// Scores is that of scores.Boards.
func (b *Book) Scores(_ context.Context, ids []int64) ([]scores.Score, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []scores.Score
	for _, id := range ids {
		if s, ok := b.scores[id]; ok && !s.Removed {
			found = append(found, clone(s))
		}
	}
	return found, nil
}

// Replay is that of scores.Boards.
func (b *Book) Replay(_ context.Context, id int64, viewer int32) (scores.Replay, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.scores[id]
	if !ok || s.Removed {
		return scores.Replay{}, scores.ErrNotFound
	}
	key, ok := b.replays[id]
	if !ok {
		return scores.Replay{}, scores.ErrNoReplay
	}
	if viewer != s.UserID {
		s.Views++
		b.scores[id] = s
	}
	return scores.Replay{Score: clone(s), Key: key}, nil
}

func clone(s scores.Score) scores.Score {
	s.Mods, s.Doubts, s.Pauses = slices.Clone(s.Mods), slices.Clone(s.Doubts), slices.Clone(s.Pauses)
	s.Statistics, s.Maximum = maps.Clone(s.Statistics), maps.Clone(s.Maximum)
	return s
}

package spectatortest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

// World is what a spectator module asks beatmaps, scores, rankings and chat about, in memory. Give its parts to the implementation
// under test.
type World struct {
	State state.Service

	mu       sync.Mutex
	statuses map[int32]osu.Status
	tokens   map[int64]scores.Token
	results  map[string]scores.Result
	faults   map[string]error // of Submitted, by key
	replays  map[string]string
	counted  map[int64]bool // scores that rankings has counted
	serial   int64
	channels map[string]bool
}

// NewWorld returns a world whose events and channel tags go to store.
func NewWorld(store state.Service) *World {
	return &World{
		State: store, statuses: map[int32]osu.Status{}, tokens: map[int64]scores.Token{}, results: map[string]scores.Result{},
		faults: map[string]error{}, replays: map[string]string{}, counted: map[int64]bool{}, channels: map[string]bool{},
	}
}

// Beatmap makes a beatmap and returns its id.
func (w *World) Beatmap(status osu.Status) int32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	id := int32(w.serial) + 100
	w.statuses[id] = status
	return id
}

// MD5 returns the hash of the beatmap with an id.
func MD5(id int32) string { return fmt.Sprintf("%032x", id) }

// Token issues a token for a play.
func (w *World) Token(userID, beatmapID int32) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	w.tokens[w.serial] = scores.Token{ID: w.serial, UserID: userID, BeatmapID: beatmapID, BeatmapMD5: MD5(beatmapID)}
	return w.serial
}

// Submit makes the score of a token, counted by rankings or not yet, and tells of it. It returns its id.
func (w *World) Submit(t testing.TB, token int64, passed, counted bool) int64 {
	t.Helper()
	w.mu.Lock()
	issued := w.tokens[token]
	w.serial++
	id := w.serial
	result := scores.Result{Seq: id, Score: scores.Score{
		ID: id, Key: scores.TokenKey(token), UserID: issued.UserID, BeatmapID: issued.BeatmapID, Client: scores.Lazer, Passed: passed,
	}}
	w.results[result.Score.Key], w.counted[id] = result, counted
	delete(w.faults, result.Score.Key)
	w.mu.Unlock()
	event := wire.Pack(scorespb.FromRecorded(scores.Recorded{Result: result}))
	if err := w.State.Publish(t.Context(), scores.Topic, event); err != nil {
		t.Fatal(err)
	}
	return id
}

// Fail makes questions about the score of a token end with err.
func (w *World) Fail(token int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[scores.TokenKey(token)] = err
}

// Count lets rankings have counted a score.
func (w *World) Count(scoreID int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counted[scoreID] = true
}

// Replay returns the replay that was attached to the score of a token, "" for none.
func (w *World) Replay(token int64) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.replays[scores.TokenKey(token)]
}

// Beatmaps returns the world's beatmaps module.
func (w *World) Beatmaps() Library { return Library{w} }

// Library finds beatmaps.
type Library struct{ world *World }

// Beatmaps is that of beatmaps.Service.
func (l Library) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	l.world.mu.Lock()
	defer l.world.mu.Unlock()
	var found []beatmaps.Found
	for _, key := range keys {
		if status, ok := l.world.statuses[key.ID]; ok {
			found = append(found, beatmaps.Found{Key: key, Beatmap: beatmaps.Beatmap{ID: key.ID, MD5: MD5(key.ID), Status: status}})
		}
	}
	return found, nil
}

// Scores returns the world's scores module.
func (w *World) Scores() Book { return Book{w} }

// Book keeps scores.
type Book struct{ world *World }

// Token is that of scores.Intake.
func (b Book) Token(_ context.Context, id int64) (scores.Token, error) {
	b.world.mu.Lock()
	defer b.world.mu.Unlock()
	if token, ok := b.world.tokens[id]; ok {
		return token, nil
	}
	return scores.Token{}, scores.ErrNoToken
}

// Submitted is that of scores.Intake.
func (b Book) Submitted(_ context.Context, userID int32, key string) (scores.Result, error) {
	b.world.mu.Lock()
	defer b.world.mu.Unlock()
	if err := b.world.faults[key]; err != nil {
		return scores.Result{}, err
	}
	if result, ok := b.world.results[key]; ok && result.Score.UserID == userID {
		return result, nil
	}
	return scores.Result{}, scores.ErrNotFound
}

// Attach is that of scores.Intake.
func (b Book) Attach(_ context.Context, key, replay string) error {
	b.world.mu.Lock()
	defer b.world.mu.Unlock()
	if _, ok := b.world.results[key]; !ok {
		return scores.ErrNotFound
	}
	if old := b.world.replays[key]; old != "" && old != replay {
		return scores.ErrTaken
	}
	b.world.replays[key] = replay
	return nil
}

// Rankings returns the world's rankings module.
func (w *World) Rankings() Counter { return Counter{w} }

// Counter counts scores.
type Counter struct{ world *World }

// Effect is that of rankings.Service.
func (c Counter) Effect(_ context.Context, _, scoreID int64) (rankings.Effect, error) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	if !c.world.counted[scoreID] {
		return rankings.Effect{}, rankings.ErrPending
	}
	return rankings.Effect{}, nil
}

// Chat returns the world's chat.
func (w *World) Chat() Rooms { return Rooms{w} }

// Rooms are temporary channels.
type Rooms struct{ world *World }

// Open is that of chat.Channels.
func (r Rooms) Open(_ context.Context, channel chat.Channel) (chat.Channel, error) {
	r.world.mu.Lock()
	defer r.world.mu.Unlock()
	r.world.channels[channel.Name] = true
	return channel, nil
}

// Close is that of chat.Channels.
func (r Rooms) Close(ctx context.Context, name string) error {
	r.world.mu.Lock()
	delete(r.world.channels, name)
	r.world.mu.Unlock()
	records, err := r.world.State.List(ctx, sessions.Space, sessions.ChannelTag(name), "", state.MaxPage)
	for _, record := range records {
		err = r.Part(ctx, record.Key, name)
	}
	return err
}

// Join is that of chat.Talk.
func (r Rooms) Join(ctx context.Context, sessionID, name string) (chat.Channel, error) {
	r.world.mu.Lock()
	known := r.world.channels[name]
	r.world.mu.Unlock()
	if !known {
		return chat.Channel{}, chat.ErrNoChannel
	}
	return chat.Channel{Name: name, Temporary: true}, r.tag(ctx, state.Tag{Key: sessionID, Add: []string{sessions.ChannelTag(name)}})
}

// Part is that of chat.Talk.
func (r Rooms) Part(ctx context.Context, sessionID, name string) error {
	return r.tag(ctx, state.Tag{Key: sessionID, Remove: []string{sessions.ChannelTag(name)}})
}

func (r Rooms) tag(ctx context.Context, tag state.Tag) error {
	tag.Space = sessions.Space
	_, err := r.world.State.Apply(ctx, []state.Change{{Tag: &tag}})
	return err
}

// in reports whether a session is in a channel, and whether the channel is there.
func (w *World) in(t *testing.T, sessionID, name string) (in, open bool) {
	t.Helper()
	records, err := w.State.Get(t.Context(), sessions.Space, []string{sessionID})
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(records) == 1 && slices.Contains(records[0].Tags, sessions.ChannelTag(name)), w.channels[name]
}

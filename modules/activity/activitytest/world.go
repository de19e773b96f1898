package activitytest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow/followtest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/osu"
)

// World is what the implementation has to be connected to: logs of scores and of beatmaps that the suite writes, accounts and
// medals. It is safe for concurrent use.
type World struct {
	*followtest.Book
	topics state.Topics

	mu       sync.Mutex
	last     int32
	accounts map[int32]users.User
	former   map[int32][]string
	sets     map[int32]beatmaps.Set
	changes  map[int32]int64 // by set
	seq      int64
	results  map[string]scores.Result
	medals   map[int64][]achievements.Achievement
	fail     error
}

// NewWorld returns an empty world, which tells of what happens on topics.
func NewWorld(topics state.Topics) *World {
	return &World{
		Book: followtest.New(topics), topics: topics, last: 1000, accounts: map[int32]users.User{}, former: map[int32][]string{},
		sets: map[int32]beatmaps.Set{}, changes: map[int32]int64{}, results: map[string]scores.Result{},
		medals: map[int64][]achievements.Achievement{},
	}
}

// Fail makes every question about scores fail, or with nil succeed again.
func (w *World) Fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = err
}

// NewUser makes an account.
func (w *World) NewUser() users.User {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	u := users.User{ID: w.last, Name: fmt.Sprintf("player %d", w.last)}
	w.accounts[u.ID] = u
	return u
}

// Restrict restricts an account, and with on false lifts that.
func (w *World) Restrict(t testing.TB, id int32, on bool) {
	t.Helper()
	w.mu.Lock()
	u := w.accounts[id]
	u.Restricted = on
	w.accounts[id] = u
	w.mu.Unlock()
	if on {
		w.Hide(t, id)
	} else {
		w.Show(t, id)
	}
}

// Rename gives an account another name.
func (w *World) Rename(t testing.TB, id int32, name string) {
	t.Helper()
	w.mu.Lock()
	u := w.accounts[id]
	w.former[id] = append(w.former[id], u.Name)
	u.Name = name
	w.accounts[id] = u
	w.mu.Unlock()
	payload, err := proto.Marshal(userspb.FromChanged(users.Changed{User: u, Name: true}))
	if err == nil {
		err = w.topics.Publish(t.Context(), users.Topic, payload)
	}
	if err != nil {
		t.Error(err)
	}
}

// NewSet makes a set of one beatmap of the official server or of this one, which no log tells of.
func (w *World) NewSet(local bool, status osu.Status) beatmaps.Set {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	id, long := w.last, time.Now().UTC().AddDate(-1, 0, 0)
	if local {
		id += beatmaps.FirstLocalID
	}
	set := beatmaps.Set{
		ID: id, Artist: "Artist", Title: fmt.Sprintf("Title %d", id), Creator: "mapper", CreatorID: 77, Status: status, SubmittedAt: long, RankedAt: long,
		Beatmaps: []beatmaps.Beatmap{{ID: id, SetID: id, MD5: fmt.Sprintf("%032d", id), Name: "Hard", Ruleset: osu.Taiko, Status: status}},
	}
	w.sets[id] = set
	return set
}

// ChangeSet changes a set, and tells of it.
func (w *World) ChangeSet(t testing.TB, id int32, edit func(*beatmaps.Set)) {
	t.Helper()
	w.mu.Lock()
	set := clone(w.sets[id])
	edit(&set)
	w.sets[id] = set
	w.seq++
	w.changes[id] = w.seq
	w.mu.Unlock()
	if err := w.topics.Publish(t.Context(), beatmaps.Topic, nil); err != nil {
		t.Error(err)
	}
}

func clone(set beatmaps.Set) beatmaps.Set {
	set.Beatmaps = slices.Clone(set.Beatmaps)
	return set
}

// Play records a ranked pass of a set's first beatmap, with its result, and the medals that it earns.
func (w *World) Play(
	t testing.TB, user int32, set beatmaps.Set, result scores.Result, medals []achievements.Achievement, edits ...func(*scores.Score),
) int64 {
	t.Helper()
	w.mu.Lock()
	w.last++
	id := int64(w.last)
	m := set.Beatmaps[0]
	score := scores.Score{
		ID: id, Key: fmt.Sprintf("key %d", id), UserID: user, BeatmapID: m.ID, BeatmapMD5: m.MD5, Ruleset: m.Ruleset, Client: scores.Stable,
		Grade: osu.GradeSH, Passed: true, Ranked: true, EndedAt: time.Now().UTC().Truncate(time.Second),
	}
	for _, edit := range edits {
		edit(&score)
	}
	result.Score = score
	w.results[score.Key] = result
	w.medals[id] = medals
	w.mu.Unlock()
	w.Record(t, score)
	return id
}

// Submitted is that of scores.Intake.
func (w *World) Submitted(_ context.Context, userID int32, key string) (scores.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	result, ok := w.results[key]
	if !ok || result.Score.UserID != userID {
		return scores.Result{}, cmp.Or(w.fail, error(scores.ErrNotFound))
	}
	return result, w.fail
}

// Earned is that of achievements.Service.
func (w *World) Earned(_ context.Context, _, scoreID int64) ([]achievements.Achievement, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.medals[scoreID], w.fail
}

// Get is that of users.Accounts.
func (w *World) Get(_ context.Context, ids []int32) ([]users.User, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []users.User
	for _, id := range ids {
		if u, ok := w.accounts[id]; ok {
			found = append(found, u)
		}
	}
	return found, nil
}

// Profiles is that of users.Accounts. It knows former names only.
func (w *World) Profiles(_ context.Context, ids []int32) ([]users.Profile, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []users.Profile
	for _, id := range ids {
		if _, ok := w.accounts[id]; ok {
			found = append(found, users.Profile{UserID: id, FormerNames: slices.Clone(w.former[id])})
		}
	}
	return found, nil
}

// Beatmaps is that of beatmaps.Library. It knows ids only.
func (w *World) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []beatmaps.Found
	for _, key := range keys {
		if set, ok := w.sets[key.ID]; ok {
			found = append(found, beatmaps.Found{Key: key, Beatmap: set.Beatmaps[0], Set: set})
		}
	}
	return found, nil
}

// Sets is that of beatmaps.Library.
func (w *World) Sets(_ context.Context, ids []int32) ([]beatmaps.Set, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []beatmaps.Set
	for _, id := range ids {
		if set, ok := w.sets[id]; ok {
			found = append(found, clone(set))
		}
	}
	return found, nil
}

// Changes is that of beatmaps.Library.
func (w *World) Changes(_ context.Context, after int64, limit int) ([]beatmaps.Change, int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []beatmaps.Change
	for _, id := range slices.SortedFunc(maps.Keys(w.changes), func(a, b int32) int { return cmp.Compare(w.changes[a], w.changes[b]) }) {
		if seq := w.changes[id]; seq > after && len(found) < limit {
			found = append(found, beatmaps.Change{Seq: seq, SetID: id})
		}
	}
	return found, w.seq, nil
}

package local

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

// mortal lets a process make so many calls that change something, and then nothing more: it has been killed. The last one happens,
// and its answer is lost.
type mortal struct{ left atomic.Int64 }

var errDead = fault.New(fault.Unavailable, "test", "dead", "this process was killed")

func (m *mortal) dead() bool { return m.left.Load() < 0 }

// call makes a call, unless the process is dead or dies of it.
func (m *mortal) call(do func() error) error {
	switch left := m.left.Add(-1); {
	case left < -1:
		return errDead
	case left == -1:
		_ = do()
		return errDead
	}
	return do()
}

type mortalState struct {
	state.Service
	*mortal
}

func (s mortalState) Apply(ctx context.Context, changes []state.Change) (out []state.Outcome, err error) {
	err = s.call(func() error {
		out, err = s.Service.Apply(ctx, changes)
		return err
	})
	return out, err
}

func (s mortalState) Get(ctx context.Context, space string, keys []string) ([]state.Record, error) {
	if s.dead() {
		return nil, errDead
	}
	return s.Service.Get(ctx, space, keys)
}

func (s mortalState) List(ctx context.Context, space, tag, after string, limit int) ([]state.Record, error) {
	if s.dead() {
		return nil, errDead
	}
	return s.Service.List(ctx, space, tag, after, limit)
}

func (s mortalState) Watch(ctx context.Context, _ string) iter.Seq2[state.Event, error] {
	return func(yield func(state.Event, error) bool) {
		<-ctx.Done()
		yield(state.Event{}, ctx.Err())
	}
}

type mortalFiles struct {
	files.Service
	*mortal
}

func (f mortalFiles) Put(ctx context.Context, key string, data []byte) (b files.Blob, err error) {
	err = f.call(func() error {
		b, err = f.Service.Put(ctx, key, data)
		return err
	})
	return b, err
}

func (f mortalFiles) Delete(ctx context.Context, keys []string) error {
	return f.call(func() error { return f.Service.Delete(ctx, keys) })
}

type mortalScores struct {
	Scores
	*mortal
}

func (s mortalScores) Attach(ctx context.Context, key, replay string) error {
	return s.call(func() error { return s.Scores.Attach(ctx, key, replay) })
}

// TestDieAnywhere kills the process at each of the calls by which a play comes to its replay. The client goes on with another one:
// it takes its play up again, and sends once more what was not answered.
func TestDieAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("a second for each ten calls")
	}
	for calls := int64(0); ; calls++ {
		if dieAfter(t, calls) {
			t.Logf("a play takes %d calls", calls)
			return
		}
		if t.Failed() {
			t.Fatalf("when it dies after %d calls", calls)
		}
	}
}

// dieAfter reports whether the first process lived to the end.
func dieAfter(t *testing.T, calls int64) (lived bool) {
	const bundles = 40
	store := newState(t, memory.Config{})
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	blobs, world := newFiles(t, t.TempDir()), spectatortest.NewWorld(store)
	beatmap := world.Beatmap(osu.StatusRanked)
	token := world.Token(1000, beatmap)
	play := spectator.Play{Player: spectator.Player{UserID: 1000, Client: "c", Token: token}, Format: spectator.Lazer, BeatmapID: beatmap}

	m := new(mortal)
	m.left.Store(calls)
	s := newService(t, mortalState{store, m}, mortalFiles{blobs, m}, world, mortalScores{world.Scores(), m})
	stop := running(t, s)
	ctx := t.Context()
	do := func(step func() error) {
		t.Helper()
		err := step()
		if !errors.Is(err, errDead) {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		stop()
		s = newService(t, store, blobs, world, world.Scores())
		stop = running(t, s)
		if err := s.Begin(ctx, play); err != nil {
			t.Fatal(err)
		}
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	do(func() error { return s.Begin(ctx, play) })
	for n := range bundles {
		do(func() error { return s.Send(ctx, play.Player, bundle(n)) })
	}
	do(func() error { return s.End(ctx, play.Player, spectator.Passed) })
	world.Submit(t, token, true, true)

	eventually(t, "the play is finished, or its process dead", func() bool { return m.dead() || finished(t, store) })
	lived = !m.dead()
	stop()
	s = newService(t, store, blobs, world, world.Scores())
	stop = running(t, s)
	defer stop()
	eventually(t, "the replay is attached, and nothing left over", func() bool { return world.Replay(token) != "" && finished(t, store) })
	data, err := files.Load(ctx, blobs, world.Replay(token), scores.MaxReplay)
	if err != nil {
		t.Fatal(err)
	}
	wantFrames(t, data, bundles)
	if blobs, err := blobs.List(ctx, "spectator/", "", 10); err != nil || len(blobs) > 0 {
		t.Errorf("left over: %v, %v", blobs, err)
	}
	return lived
}

// finished reports whether nothing is left of any play but the memory of its token.
func finished(t *testing.T, store state.Service) bool {
	records, err := store.List(t.Context(), Space, "", "", state.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if j, err := decode[job](r); r.Key[0] != 'e' || err != nil || !j.Finished {
			return false
		}
	}
	return len(records) > 0
}

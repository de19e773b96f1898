package local

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/files"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everybody is accounts: every id has one.
type everybody struct{}

func (everybody) Get(_ context.Context, ids []int32) ([]users.User, error) {
	list := make([]users.User, len(ids))
	for i, id := range ids {
		list[i] = users.User{ID: id, Name: "u" + decimal(id)}
	}
	return list, nil
}

// here are sessions: those that it lists, by user.
type here map[int32]sessions.Session

func (h here) Get(_ context.Context, id string) (sessions.Session, error) {
	for _, s := range h {
		if s.ID == id {
			return s, nil
		}
	}
	return sessions.Session{}, sessions.ErrNoSession
}

func (h here) Of(_ context.Context, ids []int32) (list []sessions.Session, err error) {
	for _, id := range ids {
		if s, ok := h[id]; ok {
			list = append(list, s)
		}
	}
	return list, nil
}

func (h here) Presences(_ context.Context, ids []int32) (list []sessions.Presence, err error) {
	for _, id := range ids {
		if s, ok := h[id]; ok {
			list = append(list, sessions.Presence{UserID: id, Kind: s.Kind})
		}
	}
	return list, nil
}

func (h here) Update(context.Context, string, sessions.Update) (sessions.Session, error) {
	return sessions.Session{}, nil
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func newState(t testing.TB, config memory.Config) *memory.Service {
	t.Helper()
	store, err := memory.New(t.Context(), config, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func newFiles(t testing.TB, dir string) files.Service {
	t.Helper()
	cfg := filesLocal.DefaultConfig()
	cfg.Dir = dir
	blobs, err := filesLocal.New(t.Context(), cfg, filesLocal.Deps{Log: quietLog()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := blobs.Close(); err != nil {
			t.Error(err)
		}
	})
	return blobs
}

// newService returns a process that makes small chunks and works on jobs at once.
func newService(t testing.TB, store state.Service, blobs files.Service, world *spectatortest.World, book Scores) *Service {
	t.Helper()
	s, err := New(t.Context(), DefaultConfig(), Deps{
		State: store, Users: everybody{}, Sessions: here{}, Beatmaps: world.Beatmaps(), Scores: book, Rankings: world.Rankings(),
		Files: blobs, Log: quietLog(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.chunkBytes, s.leaseTime, s.jobsEvery = 2000, 100*time.Millisecond, 5*time.Millisecond
	return s
}

// running runs a service until stop is called or the test ends.
func running(t testing.TB, s *Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// bundle returns the nth bundle of a play: three frames, at the times 30n, 30n+10 and 30n+20.
func bundle(n int) spectator.Bundle {
	b := hubs.FrameDataBundle{Header: hubs.FrameHeader{TotalScore: int64(n), ReceivedTime: time.Unix(1, 0).UTC()}}
	for i := range 3 {
		b.Frames = append(b.Frames, hubs.LegacyReplayFrame{Time: float64(30*n + 10*i), MouseX: hubs.Some(float32(n))})
	}
	return spectator.Bundle{Format: spectator.Lazer, Data: b.AppendMsg(nil)}
}

// wantFrames compares a replay with the first n bundles.
func wantFrames(t testing.TB, data []byte, n int) {
	t.Helper()
	rec, err := replay.Data(data).Recording(0)
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Frames) != 3*n {
		t.Fatalf("%d frames, want %d", len(rec.Frames), 3*n)
	}
	for i, f := range rec.Frames {
		if f.Time != int32(10*i) || f.X != float32(i/3) {
			t.Fatalf("frame %d is %+v", i, f)
		}
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("never happens: " + what)
		}
	}
}

// wantReplay compares the replay of a token's score with the first n bundles.
func wantReplay(s *scene, token int64, n int) {
	s.Helper()
	data, err := files.Load(s.Context(), s.deps.Files, s.world.Replay(token), scores.MaxReplay)
	if err != nil {
		s.Fatal(err)
	}
	wantFrames(s, data, n)
}

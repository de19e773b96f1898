package local

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// scene is a process in a bubble whose time passes at once.
type scene struct {
	*testing.T
	*Service
	world  *spectatortest.World
	store  *memory.Service
	here   here
	banned *banned
}

// inTime runs a test in a bubble.
func inTime(t *testing.T, test func(s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		store := newState(t, memory.Config{})
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		world, online, accounts := spectatortest.NewWorld(store), here{}, &banned{}
		s, err := New(t.Context(), DefaultConfig(), Deps{
			State: store, Users: accounts, Sessions: online, Beatmaps: world.Beatmaps(), Scores: world.Scores(),
			Rankings: world.Rankings(), Files: newFiles(t, t.TempDir()), Log: quietLog(),
		})
		if err != nil {
			t.Fatal(err)
		}
		running(t, s)
		test(&scene{t, s, world, store, online, accounts})
	})
}

// play begins a play of a user with a token, and sends a bundle.
func (s *scene) play(user int32) spectator.Player {
	s.Helper()
	beatmap := s.world.Beatmap(osu.StatusRanked)
	p := spectator.Player{UserID: user, Client: "c" + decimal(user), Token: s.world.Token(user, beatmap)}
	s.must(s.Begin(s.Context(), spectator.Play{Player: p, Format: spectator.Lazer, BeatmapID: beatmap}))
	s.must(s.Send(s.Context(), p, bundle(0)))
	return p
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *scene) after(d time.Duration) {
	time.Sleep(d) // of the bubble
	synctest.Wait()
}

// TestLostClient loses a client for good: its play ends some minutes later, and gets its replay.
func TestLostClient(t *testing.T) {
	inTime(t, func(s *scene) {
		p := s.play(1000)
		s.must(s.Drop(s.Context(), p.UserID, p.Client))
		s.world.Submit(s, p.Token, true, true)
		s.after(s.cfg.Return - time.Second)
		if s.world.Replay(p.Token) != "" {
			s.Error("its play ended too early")
		}
		s.after(s.cfg.Patrol + 10*time.Second)
		if s.world.Replay(p.Token) == "" {
			s.Error("its play did not end")
		}
		if err := s.Send(s.Context(), p, bundle(1)); !errors.Is(err, spectator.ErrBadToken) {
			s.Errorf("frames of a play that ended: %v", err)
		}
	})
}

// TestLateDrop drops a client that is there: the news of its old connection came late. Its frames show that it lives.
func TestLateDrop(t *testing.T) {
	inTime(t, func(s *scene) {
		p := s.play(1000)
		s.must(s.Drop(s.Context(), p.UserID, p.Client))
		for n := range 60 {
			s.must(s.Send(s.Context(), p, bundle(n+1)))
			s.after(10 * time.Second)
		}
		s.must(s.End(s.Context(), p, spectator.Passed))
	})
}

// TestSilentClient hears nothing of two clients: of one that has a session, for it pauses, and of one that has none.
func TestSilentClient(t *testing.T) {
	inTime(t, func(s *scene) {
		s.here[1000] = sessions.Session{ID: "s", User: users.User{ID: 1000}, Kind: sessions.Lazer, Instance: "c1000"}
		pauses, gone := s.play(1000), s.play(1001)
		s.after(quiet + s.cfg.Return + 3*s.cfg.Patrol)
		if err := s.Send(s.Context(), gone, bundle(1)); !errors.Is(err, spectator.ErrBadToken) {
			s.Errorf("the play of a client that is gone: %v", err)
		}
		s.after(48 * time.Hour)
		s.must(s.Send(s.Context(), pauses, bundle(1)))
		s.must(s.End(s.Context(), pauses, spectator.Passed))
		s.world.Submit(s, pauses.Token, true, true)
		s.after(5 * time.Second)
		if s.world.Replay(pauses.Token) == "" {
			s.Error("a long pause costs the replay")
		}
	})
}

// TestPatience waits for scores as long as it should.
func TestPatience(t *testing.T) {
	inTime(t, func(s *scene) {
		for token, wait := range map[int64]struct {
			fault error
			late  time.Duration
			gets  bool
		}{
			1: {nil, s.cfg.Score - 2*time.Second, true},
			2: {nil, s.cfg.Score + 5*time.Second, false},
			3: {scores.ErrPending, s.cfg.Pending - time.Minute, true},
			4: {scores.ErrPending, s.cfg.Pending + time.Minute, false},
			5: {errDead, time.Hour, true},
		} {
			p := s.play(1000 + int32(token))
			s.world.Fail(p.Token, wait.fault)
			s.must(s.End(s.Context(), p, spectator.Passed))
			s.after(wait.late)
			s.world.Submit(s, p.Token, true, true)
			s.after(time.Minute)
			if got := s.world.Replay(p.Token) != ""; got != wait.gets {
				s.Errorf("a score that is late by %v, %v: replay %v", wait.late, wait.fault, got)
			}
		}
	})
}

// TestSweptWatchers finds watchers whose session ended unheard of.
func TestSweptWatchers(t *testing.T) {
	inTime(t, func(s *scene) {
		for id, kind := range map[int32]sessions.Kind{1000: sessions.Stable, 1001: sessions.Lazer, 1002: sessions.Stable} {
			s.here[id] = sessions.Session{ID: "s" + decimal(id), Instance: "i" + decimal(id), User: users.User{ID: id}, Kind: kind}
		}
		for id, client := range map[int32]string{1001: "i1001", 1002: "s1002", 1003: "s1003"} {
			_, err := s.Watch(s.Context(), spectator.Watcher{UserID: id, Client: client, Format: spectator.Lazer}, 1000)
			s.must(err)
		}
		s.after((sweepEvery + 1) * s.cfg.Patrol)
		list, err := s.Watchers(s.Context(), 1000)
		if err != nil || len(list) != 2 || list[0].UserID != 1001 || list[1].UserID != 1002 {
			s.Errorf("%+v, %v", list, err)
		}
	})
}

// TestTwoProcesses plays through two processes that take turns, as behind a balancer.
func TestTwoProcesses(t *testing.T) {
	inTime(t, func(s *scene) {
		s.here[1000] = sessions.Session{ID: "s", User: users.User{ID: 1000}, Kind: sessions.Lazer, Instance: "c1000"}
		other, err := New(s.Context(), DefaultConfig(), s.deps)
		s.must(err)
		p := s.play(1000)
		for n := 1; n < 50; n++ {
			to := []*Service{s.Service, other}[n%2]
			s.must(to.Send(s.Context(), p, bundle(n)))
			if n == 25 {
				s.after(time.Hour) // both forget and look again
			}
		}
		s.must(other.End(s.Context(), p, spectator.Passed))
		if err := s.Send(s.Context(), p, bundle(50)); !errors.Is(err, spectator.ErrBadToken) {
			s.Errorf("frames of a play that another process ended: %v", err)
		}
		s.world.Submit(s, p.Token, true, true)
		s.after(5 * time.Second)
		wantReplay(s, p.Token, 50)
	})
}

// TestLargestReplay sends more than is kept: what is beyond is lost, and nothing else.
func TestLargestReplay(t *testing.T) {
	inTime(t, func(s *scene) {
		p := s.play(1000)
		it := s.live.get(p)
		it.chunk.total = spectator.MaxReplay - 2*len(bundle(1).Data)
		it.mu.Unlock()
		for n := 1; n < 10; n++ {
			s.must(s.Send(s.Context(), p, bundle(n)))
		}
		s.must(s.End(s.Context(), p, spectator.Passed))
		s.world.Submit(s, p.Token, true, true)
		s.after(5 * time.Second)
		wantReplay(s, p.Token, 3)
	})
}

// TestManyReturns loses and finds a client again and again, in the middle of full chunks.
func TestManyReturns(t *testing.T) {
	inTime(t, func(s *scene) {
		s.chunkBytes = 500
		p := s.play(1000)
		for n := 1; n < 200; n++ {
			if n%30 == 0 {
				s.must(s.Drop(s.Context(), p.UserID, p.Client))
				s.must(s.Begin(s.Context(), spectator.Play{Player: p, Format: spectator.Lazer}))
			}
			s.must(s.Send(s.Context(), p, bundle(n)))
		}
		s.must(s.End(s.Context(), p, spectator.Passed))
		s.world.Submit(s, p.Token, true, true)
		s.after(5 * time.Second)
		wantReplay(s, p.Token, 200)
	})
}

// TestNoMemoryForNothing sends frames of plays that are none.
func TestNoMemoryForNothing(t *testing.T) {
	inTime(t, func(s *scene) {
		for token := range int64(100) {
			p := spectator.Player{UserID: 1000, Client: "c", Token: token}
			if err := s.Send(s.Context(), p, bundle(0)); err == nil {
				s.Error("frames of nothing are taken")
			}
			if err := s.End(s.Context(), p, spectator.Passed); !errors.Is(err, spectator.ErrNotPlaying) {
				s.Error(err)
			}
		}
		if n := len(s.live.plays); n > 0 {
			s.Errorf("%d plays are remembered", n)
		}
	})
}

// TestBeginsAnew begins the same play over and over: what is kept of it has a bound, and what is seen of it has none.
func TestBeginsAnew(t *testing.T) {
	inTime(t, func(s *scene) {
		p := s.play(1)
		beatmap := s.world.Beatmap(osu.StatusRanked)
		for n := range maxChunks + 20 {
			s.must(s.Begin(s.Context(), spectator.Play{Player: p, Format: spectator.Lazer, BeatmapID: beatmap}))
			s.must(s.Send(s.Context(), p, bundle(n)))
			s.must(s.Send(s.Context(), p, bundle(n)))
		}
		if n, err := s.countChunks(s.Context(), p); err != nil || n != maxChunks {
			s.Errorf("%d chunks, %v", n, err)
		}
		s.must(s.End(s.Context(), p, spectator.Passed))
	})
}

// TestIllegible has records that nobody can read: the others are looked after all the same.
func TestIllegible(t *testing.T) {
	inTime(t, func(s *scene) {
		broken := []state.Change{}
		for key, tag := range map[string]string{"u0": rosterTag, "w0/c": watchTag} {
			broken = append(broken, state.Change{Put: &state.Put{Space: Space, Key: key, Value: []byte("?"), AddTags: []string{tag}}})
		}
		_, err := s.store.Apply(s.Context(), broken)
		s.must(err)
		p := s.play(1)
		s.must(s.endAbandoned(s.Context()))
		s.must(s.sweepWatchers(s.Context()))
		s.banned.add(1)
		s.must(s.reviewAccounts(s.Context()))
		if plays, err := s.Playing(s.Context(), []int32{1}); err != nil || len(plays) != 0 {
			s.Errorf("%v, %v", plays, err)
		}
		s.must(s.End(s.Context(), p, spectator.Passed))
	})
}

// Package spectatortest is the conformance suite of the spectator contract: what it asks, every implementation must answer, in this
// process or behind a peer. Accounts, sessions, state and files are real; its World stands in for the other modules.
package spectatortest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/mods"
)

// Subject is what is examined, with the neighbours that it uses. It runs.
type Subject struct {
	Spectator spectator.Service
	State     state.Service
	Sessions  sessions.Service
	Users     users.Service
	Files     files.Service
	World     *World
	ScoreTime time.Duration // how long it waits for a score
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Play", testPlay},
		{"BadPlays", testBadPlays},
		{"Tokens", testTokens},
		{"Latest", testLatest},
		{"Unknown", testUnknown},
		{"Restricted", testRestricted},
		{"Return", testReturn},
		{"Together", testTogether},
		{"Stable", testStable},
		{"StableMiddle", testStableMiddle},
		{"Status", testStatus},
		{"Watch", testWatch},
		{"Fellows", testFellows},
		{"Clients", testClients},
		{"Missing", testMissing},
		{"Nobody", testNobody},
		{"Waiting", testWaiting},
		{"TooMany", testTooMany},
		{"Drop", testDrop},
		{"SessionEnds", testSessionEnds},
		{"Channel", testChannel},
		{"Outboxes", testOutboxes},
		{"Replay", testReplay},
		{"LongReplay", testLongReplay},
		{"LateScore", testLateScore},
		{"NoScore", testNoScore},
		{"NoReplay", testNoReplay},
		{"Evicted", testEvicted},
		{"Uncounted", testUncounted},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

const patience = 20 * time.Second

// user makes an account.
func (s Subject) user(t *testing.T) users.User {
	t.Helper()
	name := "p" + strings.ToLower(rand.Text()[:13])
	u, err := s.Users.Register(t.Context(), users.Registration{Name: name, Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// open starts a session of a kind.
func (s Subject) open(t *testing.T, u users.User, kind sessions.Kind, status sessions.Status) sessions.Session {
	t.Helper()
	opening := sessions.Opening{User: u, Kind: kind, Status: status}
	if kind == sessions.Lazer {
		opening.Instance = instance(u)
	}
	opened, err := s.Sessions.Open(t.Context(), opening)
	if err != nil {
		t.Fatal(err)
	}
	return opened.Session
}

// instance is the lazer client of a user.
func instance(u users.User) string { return "lazer-" + u.Name }

// lazer makes somebody who is online with lazer.
func (s Subject) lazer(t *testing.T) users.User {
	t.Helper()
	u := s.user(t)
	s.open(t, u, sessions.Lazer, sessions.Status{})
	return u
}

// stable makes somebody who is online with stable, and returns his session.
func (s Subject) stable(t *testing.T) sessions.Session {
	t.Helper()
	return s.open(t, s.user(t), sessions.Stable, sessions.Status{})
}

// play returns a play of lazer.
func (s Subject) play(u users.User, beatmapID int32, token int64) spectator.Play {
	return spectator.Play{
		Player: spectator.Player{UserID: u.ID, Client: instance(u), Token: token}, Format: spectator.Lazer, BeatmapID: beatmapID,
		Mods: mods.Of(mods.DoubleTime), Maximum: map[string]int32{"great": 100},
	}
}

// frames returns a bundle of lazer with frames at these times.
func frames(times ...float64) spectator.Bundle {
	b := hubs.FrameDataBundle{Header: hubs.FrameHeader{TotalScore: 1000, Accuracy: 1, ReceivedTime: time.Unix(1, 0).UTC()}}
	for _, at := range times {
		b.Frames = append(b.Frames, hubs.LegacyReplayFrame{
			Time: at, MouseX: hubs.Some(float32(at / 10)), MouseY: hubs.Some(float32(2)), ButtonState: hubs.Left1,
		})
	}
	return spectator.Bundle{Format: spectator.Lazer, Data: b.AppendMsg(nil)}
}

// must fails the test when there is an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func equal[T any](t *testing.T, got, expected T) {
	t.Helper()
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("never happens: " + what)
		}
	}
}

// ear hears the events of topics, in a form that can be compared.
type ear struct {
	t    *testing.T
	next func() (state.Notice, error, bool)
}

// listen subscribes to what is published of a player's play, and to him.
func (s Subject) listen(t *testing.T, topics ...string) *ear {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	next, stop := iter.Pull2(s.State.Subscribe(ctx, topics))
	t.Cleanup(func() {
		stop()
		cancel()
	})
	if n, err, ok := next(); !ok || err != nil || n.Topic != "" {
		t.Fatalf("subscribe: %v, %v", err, ok)
	}
	return &ear{t, next}
}

// hear returns the next event that concerns the users.
func (e *ear) hear(users ...int32) string {
	e.t.Helper()
	for {
		n, err, ok := e.next()
		if !ok || err != nil {
			e.t.Fatalf("no event comes: %v", err)
		}
		event, err := wire.Unpack(n.Payload)
		if err != nil {
			e.t.Fatal(err)
		}
		text, about := describe(event)
		for _, id := range users {
			if about == id {
				return text
			}
		}
		if len(users) == 0 {
			return text
		}
	}
}

// wants compares the next events.
func (e *ear) wants(about int32, events ...string) {
	e.t.Helper()
	for _, event := range events {
		if got := e.hear(about); got != event {
			e.t.Errorf("event is %q, want %q", got, event)
		}
	}
}

// outbox returns what lies in the outbox of a session, of events of this module and of channels.
func (s Subject) outbox(t *testing.T, id string) (texts []string) {
	t.Helper()
	mail, err := s.State.Drain(t.Context(), sessions.Space, id, state.Take{})
	must(t, err)
	for _, item := range mail.Items {
		event, err := wire.Unpack(item.Data)
		must(t, err)
		if text, _ := describe(event); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

func (s Subject) watch(t *testing.T, session sessions.Session, target int32) *spectator.Play {
	t.Helper()
	format, name := spectator.Stable, session.ID
	if session.Kind == sessions.Lazer {
		format, name = spectator.Lazer, session.Instance
	}
	play, err := s.Spectator.Watch(t.Context(), spectator.Watcher{UserID: session.User.ID, Client: name, Format: format}, target)
	must(t, err)
	return play
}

func (s Subject) watchers(t *testing.T, target int32) (list []string) {
	t.Helper()
	all, err := s.Spectator.Watchers(t.Context(), target)
	must(t, err)
	for _, w := range all {
		list = append(list, fmt.Sprintf("%s %d %v", w.Name, w.Format, w.Missing))
	}
	return list
}

func (s Subject) playing(t *testing.T, ids ...int32) []spectator.Play {
	t.Helper()
	plays, err := s.Spectator.Playing(t.Context(), ids)
	must(t, err)
	return plays
}

package metadata_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/transport/lazer/metadata"
)

var errOutage = errors.New("an outage of the test")

// broken is a part of the server that fails as often as it is told to.
type broken struct {
	state.Service
	metadata.Registry
	left atomic.Int32
}

func (b *broken) fails() error {
	if b.left.Add(-1) >= 0 {
		return errOutage
	}
	return nil
}

func (b *broken) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	if err := b.fails(); err != nil {
		return state.Mail{}, err
	}
	return b.Service.Drain(ctx, space, key, take)
}

func (b *broken) Presences(ctx context.Context, ids []int32) ([]sessions.Presence, error) {
	if err := b.fails(); err != nil {
		return nil, err
	}
	return b.Registry.Presences(ctx, ids)
}

func (b *broken) Statistics(context.Context, []int32, rankings.Board) ([]rankings.Statistics, error) {
	return nil, errOutage
}

func (b *broken) Beatmaps(context.Context, []beatmaps.Key) ([]beatmaps.Found, error) {
	return nil, errOutage
}

func (b *broken) Changes(context.Context, int64, int) ([]beatmaps.Change, int64, error) {
	return nil, 0, errOutage
}

// TestDrainFails loses state for a moment: the connection stays, and misses nothing.
func TestDrainFails(t *testing.T) {
	w := newWorld(t)
	b := &broken{Service: w.State}
	b.left.Store(1)
	e := w.edge(t, func(d *metadata.Deps) { d.State = b })
	g := e.connect(w.id(t, "patient"), "p")
	g.invoke("BeginWatchingUserPresence", "90")
	stable := w.Player(t, "newcomer")
	g.expect(presence("User", stable.ID(), "92 c0 02"))
}

// TestNoSession does not let in whom no session can be opened for, and leaves none behind when what follows fails.
func TestNoSession(t *testing.T) {
	w := newWorld(t)
	nobody := w.edge(t).dial("999", "n")
	<-nobody.ended

	id, friend := w.id(t, "unlucky"), w.id(t, "friend")
	w.befriend(t, id, friend)
	b := &broken{Registry: w.Sessions}
	b.left.Store(1)
	g := w.edge(t, func(d *metadata.Deps) { d.Sessions = b }).dial(id, "u")
	<-g.ended
	if s, ok := w.session(t, id); ok {
		t.Errorf("there is the session %+v", s)
	}
}

// TestWithoutFigures shows what a user does although nobody knows what he has achieved, and on what.
func TestWithoutFigures(t *testing.T) {
	w := newWorld(t)
	b := new(broken)
	g := w.edge(t, func(d *metadata.Deps) { d.Rankings, d.Beatmaps = b, b }).connect(w.id(t, "unknown"), "u")
	g.appear()
	playing := "92 0c 94 4b a1 78 03 a1 79"
	g.invoke("UpdateActivity", "91"+playing, presence("User", g.id, "92"+playing+"02"))
	if s, _ := w.session(t, g.id); s.Status.BeatmapMD5 != "" || s.Stats != (sessions.Stats{}) || s.Status.BeatmapID != 75 {
		t.Errorf("session is %+v", s)
	}
	if text := g.refused("GetChangesSince", "91 05"); text != "An unexpected error occurred invoking 'GetChangesSince' on the server." {
		t.Errorf("fails with %q", text)
	}
	bare := w.edge(t, func(d *metadata.Deps) { d.Rankings, d.Beatmaps = nil, nil }).connect(w.id(t, "bare"), "b")
	bare.appear()
	bare.invoke("UpdateActivity", "91"+playing, presence("User", bare.id, "92"+playing+"02"))
}

func TestDeps(t *testing.T) {
	if _, err := metadata.New(metadata.Deps{}); err == nil {
		t.Error("a hub was made of nothing")
	}
}

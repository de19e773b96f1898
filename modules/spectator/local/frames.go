package local

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

const (
	// seenEvery is how often the record of a play says that its client was heard of.
	seenEvery = 30 * time.Second
	// maxLive bounds the plays that a process remembers. Those beyond are looked up for every bundle.
	maxLive = 100_000
)

// live is what a process remembers of the plays whose frames it gets, so that most bundles cost one call of state. All of it can be
// found out again.
type live struct {
	process string       // part of the names of its chunks, so that no two processes write into one
	chunks  atomic.Int64 // likewise: how many chunks it has begun

	mu    sync.Mutex
	plays map[spectator.Player]*stream
}

// stream is one play in a process. Its bundles come one after the other.
type stream struct {
	mu       sync.Mutex
	dead     bool // looked up again by whoever gets here next
	known    bool // looked up
	kept     bool
	shown    bool
	seenAt   time.Time // when its record was last told
	ruleset  osu.Ruleset
	objects  int32 // of a perfect play of lazer
	sequence int32
	chunk    chunk
	stable   stableStream
}

// nameOf returns what a play is remembered by: its token if it has one, for then its client may change.
func nameOf(p spectator.Player) spectator.Player {
	if p.Token != 0 {
		p.Client = ""
	}
	return p
}

// get returns a play that is locked for the caller.
func (l *live) get(p spectator.Player) *stream {
	for {
		l.mu.Lock()
		it := l.plays[nameOf(p)]
		if it == nil {
			it = new(stream)
			if len(l.plays) < maxLive {
				l.plays[nameOf(p)] = it
			}
		}
		l.mu.Unlock()
		it.mu.Lock()
		if !it.dead {
			return it
		}
		it.mu.Unlock()
	}
}

// drop forgets a play that the caller has locked.
func (l *live) drop(p spectator.Player, it *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.plays[nameOf(p)] == it {
		delete(l.plays, nameOf(p))
	}
	it.dead = true
}

// forget makes the next bundle of a play look it up.
func (l *live) forget(p spectator.Player) {
	l.mu.Lock()
	it := l.plays[nameOf(p)]
	delete(l.plays, nameOf(p))
	l.mu.Unlock()
	if it != nil {
		it.mu.Lock()
		it.dead = true
		it.mu.Unlock()
	}
}

// next returns the number of the bundle that would come next.
func (l *live) next(p spectator.Player) int32 {
	it := l.get(p)
	defer it.mu.Unlock()
	it.sequence++
	return it.sequence
}

// objectsOf returns how many objects a perfect play has.
func objectsOf(maximum map[string]int32) int32 {
	most, err := score.FromMap(maximum)
	if err != nil {
		return 0
	}
	return int32(min(most.Objects(), math.MaxInt32))
}

// sweep forgets plays that were not heard of for some time.
func (l *live) sweep(before time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, it := range l.plays {
		if it.mu.TryLock() {
			if it.seenAt.Before(before) {
				it.dead = true
				delete(l.plays, name)
			}
			it.mu.Unlock()
		}
	}
}

// Send implements spectator.Service.
func (s *Service) Send(ctx context.Context, player spectator.Player, bundle spectator.Bundle) error {
	switch {
	case player.UserID <= 0, !client(player.Client), player.Token < 0, len(bundle.Data) == 0,
		bundle.Format != spectator.Stable && bundle.Format != spectator.Lazer,
		bundle.Format == spectator.Stable && player.Token != 0:
		return spectator.ErrBadPlay
	case len(bundle.Data) > spectator.MaxBundle:
		return spectator.ErrTooLarge
	}
	it := s.live.get(player)
	defer it.mu.Unlock()
	if bundle.Format == spectator.Stable {
		return s.sendStable(ctx, it, player, bundle)
	}
	err := s.look(ctx, it, player)
	if err == nil && it.kept {
		err = s.keep(ctx, it, player, bundle.Data)
	}
	if !it.known { // nobody shall fill the memory with plays that are none
		s.live.drop(player, it)
	}
	if err != nil || !it.shown {
		return err
	}
	return s.relay(ctx, it, player, bundle)
}

// relay shows a bundle to those who watch.
func (s *Service) relay(ctx context.Context, it *stream, player spectator.Player, bundle spectator.Bundle) error {
	it.sequence++
	event := wire.Pack(spectatorpb.FromSent(spectator.Sent{
		UserID: player.UserID, Bundle: bundle, Sequence: it.sequence, Ruleset: it.ruleset, Objects: it.objects,
	}))
	_, err := s.deps.State.Apply(ctx, []state.Change{
		{Publish: &state.Publish{Topic: spectator.TopicOf(player.UserID), Payload: event}},
		toOutboxes(player.UserID, event),
	})
	return err
}

// look finds out about a play that is new to this process, and from time to time tells its record that it goes on.
func (s *Service) look(ctx context.Context, it *stream, player spectator.Player) error {
	now := time.Now().UTC()
	if it.known && now.Sub(it.seenAt) < seenEvery {
		return nil
	}
	err := s.change(ctx, player.UserID, func(r *roster) ([]state.Change, error) {
		i := r.find(player)
		switch {
		case i < 0 && player.Token != 0:
			return nil, spectator.ErrBadToken
		case i < 0:
			return nil, spectator.ErrNotPlaying
		}
		e := r.Plays[i]
		it.known, it.kept, it.shown = true, e.Kept, e.Shown
		it.ruleset, it.objects = e.Play.Ruleset, objectsOf(e.Play.Maximum)
		if e.DroppedAt.IsZero() && now.Sub(e.SeenAt) < seenEvery {
			return nil, errUnchanged
		}
		e.SeenAt, e.DroppedAt = now, time.Time{}
		return nil, nil
	})
	if err != nil {
		it.known = false
		return err
	}
	it.seenAt = now
	return nil
}

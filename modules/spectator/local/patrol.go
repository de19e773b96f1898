package local

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
)

const (
	// quiet is how long a client that plays may not be heard of before it is looked for: a pause sends no frames.
	quiet = 5 * time.Minute
	// forgetful is after what time a process forgets a play that it has no frames of.
	forgetful = 15 * time.Minute
	// sweepEvery is how often all who watch are looked for, in patrols: those whose session ended unheard of.
	sweepEvery = 20
)

// patrol looks for plays and watchers whose client is gone until ctx ends.
func (s *Service) patrol(ctx context.Context) {
	ticker := time.NewTicker(s.cfg.Patrol)
	defer ticker.Stop()
	for round := 1; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s.live.sweep(time.Now().Add(-forgetful))
		err := s.endAbandoned(ctx)
		if round%sweepEvery == 0 {
			err = errors.Join(err, s.sweepWatchers(ctx))
		}
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "plays of clients that are gone are not ended", "error", err)
		}
	}
}

// endAbandoned ends the plays whose client did not come back in time, and drops clients that went without a word.
func (s *Service) endAbandoned(ctx context.Context) error {
	var ended, silent []spectator.Player
	now := time.Now()
	err := s.all(ctx, rosterTag, func(record state.Record) error {
		r, ok := legible[roster](ctx, s, record)
		if !ok {
			return nil
		}
		for _, e := range r.Plays {
			switch {
			case e.DroppedAt.IsZero() && now.Sub(e.SeenAt) > quiet:
				silent = append(silent, e.Play.Player)
			case !e.DroppedAt.IsZero() && now.Sub(e.DroppedAt) > s.cfg.Return:
				ended = append(ended, e.Play.Player)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range ended {
		back := func(e *entry) bool { return e.DroppedAt.IsZero() || time.Since(e.DroppedAt) <= s.cfg.Return }
		err := s.end(ctx, p, spectator.Quit, s.live.next(p), back)
		s.live.forget(p)
		if err != nil && !errors.Is(err, spectator.ErrNotPlaying) {
			return err
		}
	}
	return s.withoutSession(ctx, silent, s.Drop)
}

// withoutSession calls end for the clients that have no session any more.
func (s *Service) withoutSession(
	ctx context.Context, players []spectator.Player, end func(ctx context.Context, userID int32, client string) error,
) error {
	for len(players) > 0 {
		part := players[:min(len(players), sessions.MaxBatch)]
		players = players[len(part):]
		ids := make([]int32, len(part))
		for i, p := range part {
			ids[i] = p.UserID
		}
		here, err := s.clientsOf(ctx, ids)
		if err != nil {
			return err
		}
		for _, p := range part {
			if here[owned{p.UserID, p.Client}] {
				continue
			}
			if err := end(ctx, p.UserID, p.Client); err != nil {
				return err
			}
		}
	}
	return nil
}

// owned names a client of a user.
type owned struct {
	userID int32
	client string
}

// clientsOf returns the clients that users have sessions of.
func (s *Service) clientsOf(ctx context.Context, ids []int32) (map[owned]bool, error) {
	list, err := s.deps.Sessions.Of(ctx, ids)
	here := make(map[owned]bool, 2*len(list))
	for i := range list {
		here[owned{list[i].User.ID, list[i].ID}] = true
		here[owned{list[i].User.ID, list[i].Instance}] = true
	}
	return here, err
}

// sweepWatchers ends the watching of clients that have no session.
func (s *Service) sweepWatchers(ctx context.Context) error {
	var watching []spectator.Player
	err := s.all(ctx, watchTag, func(record state.Record) error {
		if w, ok := legible[watch](ctx, s, record); ok {
			watching = append(watching, spectator.Player{UserID: w.Watcher.UserID, Client: w.Watcher.Client})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.withoutSession(ctx, watching, s.unwatchAll)
}

// watchSessions drops stable clients whose session ends, until ctx ends. Those of lazer say so themselves, and patrols find those
// that cannot.
func (s *Service) watchSessions(ctx context.Context) {
	const firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second
	pause := firstPause
	for ctx.Err() == nil {
		for event, err := range s.deps.State.Watch(ctx, sessions.Space) {
			if err != nil {
				if ctx.Err() == nil {
					s.log.WarnContext(ctx, "sessions are watched again", "error", err)
				}
				break
			}
			switch event.Type {
			case state.EventSynced:
				pause = firstPause
			case state.EventDelete, state.EventExpire:
				s.sessionEnded(ctx, event.Record)
			}
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		case <-ctx.Done():
		}
	}
}

func (s *Service) sessionEnded(ctx context.Context, record state.Record) {
	var m sessionspb.Session
	if err := proto.Unmarshal(record.Value, &m); err != nil {
		s.log.ErrorContext(ctx, "a session that ended cannot be read", "session", record.Key, "error", err)
		return
	}
	switch sessions.Kind(m.GetKind()) {
	case sessions.Stable, sessions.Tournament:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	if err := s.Drop(ctx, m.GetUser().GetId(), record.Key); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a session that ended still plays or watches", "session", record.Key, "error", err)
	}
}

package local

import (
	"context"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
)

// hearAccounts hides players as soon as they are restricted, until ctx ends. Who is restricted already is found out when a play begins,
// and when somebody wants to watch.
func (s *Service) hearAccounts(ctx context.Context) {
	view.Listen(ctx, s.deps.State, []string{users.Topic}, s.log, s.reviewAccounts, func(ctx context.Context, n state.Notice) error {
		var m userspb.Changed
		if err := proto.Unmarshal(n.Payload, &m); err != nil {
			s.log.ErrorContext(ctx, "event of an account does not parse", "error", err)
			return nil // it would be as broken the next time
		}
		if m.GetRestricted() && m.GetUser().GetRestricted() {
			return s.hide(ctx, m.GetUser().GetId())
		}
		return nil
	})
}

// reviewAccounts hides those who were restricted while nobody listened.
func (s *Service) reviewAccounts(ctx context.Context) error {
	seen := map[int32]bool{}
	err := s.all(ctx, rosterTag, func(record state.Record) error {
		if r, ok := legible[roster](ctx, s, record); ok && r.shown() != nil {
			seen[r.shown().Play.Player.UserID] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.all(ctx, watchTag, func(record state.Record) error {
		if w, ok := legible[watch](ctx, s, record); ok {
			seen[w.Watcher.UserID] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(seen)), users.MaxBatch) {
		accounts, err := s.deps.Users.Get(ctx, some)
		if err != nil {
			return err
		}
		for _, account := range accounts {
			if !account.Restricted {
				continue
			}
			if err := s.hide(ctx, account.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// hide ends what others see of a player: his plays, which go on for himself, and his watching. Stable watchers, who get whatever his
// client sends, watch him no more; those of lazer wait.
func (s *Service) hide(ctx context.Context, userID int32) error {
	var plays []spectator.Player
	err := s.change(ctx, userID, func(r *roster) ([]state.Change, error) {
		plays = plays[:0]
		var also []state.Change
		changed := false
		for _, e := range r.Plays {
			plays = append(plays, e.Play.Player)
			if e.Shown {
				told := e.Play
				told.State = spectator.Quit
				finished := spectator.Finished{Play: told, Sequence: s.live.next(told.Player)}
				also = append(also, tellWatchers(&told, spectatorpb.FromFinished(finished))...)
			}
			changed = changed || e.Known || e.Shown
			e.Known, e.Shown = false, false
		}
		if !changed {
			return nil, errUnchanged
		}
		return also, nil
	})
	if err != nil {
		return err
	}
	for _, p := range plays { // in each process, whichever of them has changed the record
		s.live.forget(p)
	}
	type pair struct {
		userID int32
		client string
		target int32 // 0 for all
	}
	var ends []pair
	err = s.all(ctx, watchTag, func(record state.Record) error {
		w, ok := legible[watch](ctx, s, record)
		switch {
		case !ok:
		case w.Watcher.UserID == userID:
			ends = append(ends, pair{userID, w.Watcher.Client, 0})
		case w.Watcher.Format == spectator.Stable && slices.ContainsFunc(w.Targets, func(t target) bool { return t.UserID == userID }):
			ends = append(ends, pair{w.Watcher.UserID, w.Watcher.Client, userID})
		}
		return nil
	})
	for _, end := range ends {
		if err == nil {
			err = s.unwatch(ctx, end.userID, end.client, func(t target) bool { return end.target == 0 || t.UserID == end.target })
		}
	}
	return err
}

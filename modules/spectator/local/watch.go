package local

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// Watch implements spectator.Service.
func (s *Service) Watch(ctx context.Context, watcher spectator.Watcher, playerID int32) (*spectator.Play, error) {
	if watcher.UserID <= 0 || !client(watcher.Client) || watcher.Format != spectator.Stable && watcher.Format != spectator.Lazer {
		return nil, spectator.ErrBadPlay
	}
	if playerID <= 0 || playerID == watcher.UserID {
		return nil, spectator.ErrNobody
	}
	if err := s.admit(ctx, &watcher, playerID); err != nil {
		return nil, err
	}
	news := false
	err := s.changeWatch(ctx, watcher.UserID, watcher.Client, func(w *watch) ([]state.Change, error) {
		w.Watcher = watcher
		i := slices.IndexFunc(w.Targets, func(t target) bool { return t.UserID == playerID })
		switch {
		case i >= 0 && !w.Targets[i].Missing:
			return nil, errUnchanged
		case i >= 0:
			w.Targets[i].Missing = false
			return s.joined(watcher, playerID), nil
		}
		counts, err := s.deps.State.Count(ctx, Space, []string{watchedTag(playerID), watchedByTag(playerID, watcher.UserID)})
		if err != nil {
			return nil, err
		}
		if len(w.Targets) >= spectator.MaxWatching || counts[0] >= spectator.MaxWatchers {
			return nil, spectator.ErrTooMany
		}
		w.Targets = append(w.Targets, target{UserID: playerID})
		news = true
		var also []state.Change
		if watcher.Format == spectator.Stable {
			also = append(also, state.Change{Tag: &state.Tag{
				Space: sessions.Space, Key: watcher.Client, Add: []string{spectator.WatchTag(playerID)},
			}})
		}
		if counts[1] == 0 { // his first client that watches this player
			also = append(also, s.joined(watcher, playerID)...)
		}
		return also, nil
	})
	if err != nil {
		return nil, err
	}
	if news && watcher.Format == spectator.Stable {
		s.enterChannel(ctx, watcher.Client, playerID)
	}
	plays, err := s.Playing(ctx, []int32{playerID})
	if err != nil || len(plays) == 0 {
		return nil, err
	}
	return &plays[0], nil
}

// admit reports whether somebody may watch a player, and fills in the watcher's name. lazer waits for players who are not there, and
// is not told whether they are (ppy/osu-server-spectator Hubs/Spectator/SpectatorHub.cs); the stable client takes an answer for
// somebody who can be watched.
func (s *Service) admit(ctx context.Context, watcher *spectator.Watcher, playerID int32) error {
	accounts, err := s.deps.Users.Get(ctx, []int32{watcher.UserID, playerID})
	if err != nil {
		return err
	}
	var self, player *users.User
	for i := range accounts {
		switch accounts[i].ID {
		case watcher.UserID:
			self = &accounts[i]
		case playerID:
			player = &accounts[i]
		}
	}
	switch {
	case self == nil || self.Restricted:
		return spectator.ErrRestricted
	case player == nil || player.Restricted || player.Bot:
		return spectator.ErrNobody
	}
	watcher.Name, watcher.Missing = self.Name, false
	if watcher.Format == spectator.Lazer {
		return nil
	}
	online, err := s.deps.Sessions.Presences(ctx, []int32{playerID})
	switch {
	case err != nil:
		return err
	case len(online) == 0 || online[0].Kind == sessions.Bot:
		return spectator.ErrNobody
	}
	return nil
}

// joined returns the changes that tell of a watcher.
func (s *Service) joined(watcher spectator.Watcher, playerID int32) []state.Change {
	event := spectator.Joined{Target: playerID, Watcher: watcher}
	player := wire.Pack(spectatorpb.FromJoined(event))
	event.Fellow = true
	return tellOfWatcher(playerID, watcher.Client, player, wire.Pack(spectatorpb.FromJoined(event)))
}

// left returns the changes that tell that somebody watches no more.
func left(userID int32, name string, playerID int32) []state.Change {
	event := spectator.Left{Target: playerID, UserID: userID}
	player := wire.Pack(spectatorpb.FromLeft(event))
	event.Fellow = true
	return tellOfWatcher(playerID, name, player, wire.Pack(spectatorpb.FromLeft(event)))
}

// tellOfWatcher returns the changes that tell a player, on all his clients, and the stable clients that watch with the watcher.
func tellOfWatcher(playerID int32, except string, player, fellows []byte) []state.Change {
	changes := toPlayer(playerID, player)
	fellow := toOutboxes(playerID, fellows)
	fellow.Append.ExceptKeys = []string{except}
	return append(changes, fellow)
}

// toPlayer returns the changes that bring an event to a player himself.
func toPlayer(playerID int32, item []byte) []state.Change {
	return []state.Change{
		{Publish: &state.Publish{Topic: spectator.ToPlayers, Payload: item}},
		{Append: &state.Append{
			Space: sessions.Space, Tags: []string{sessions.UserTag(playerID)}, ExceptTags: notStable, Item: item,
		}},
	}
}

// notStable are the kinds of sessions whose outboxes have no use for the events of this module.
var notStable = []string{
	sessions.KindTag(sessions.Lazer), sessions.KindTag(sessions.IRC), sessions.KindTag(sessions.Bot),
	sessions.KindTag(sessions.Tournament), sessions.KindTag(sessions.API),
}

// changeWatch changes whom a client watches. The record carries the tags of its targets, and goes with the last one.
func (s *Service) changeWatch(ctx context.Context, userID int32, name string, edit func(*watch) ([]state.Change, error)) error {
	key := watchKey(userID, name)
	for range swaps {
		w, version, err := read[watch](ctx, s, key)
		if err != nil {
			return err
		}
		if w == nil {
			w = new(watch)
		}
		before := tagsOf(userID, w.Targets)
		also, err := edit(w)
		if errors.Is(err, errUnchanged) {
			return nil
		}
		if err != nil {
			return err
		}
		after := tagsOf(userID, w.Targets)
		gone := slices.DeleteFunc(before, func(tag string) bool { return slices.Contains(after, tag) })
		step := state.Change{Put: &state.Put{
			Space: Space, Key: key, Value: encode(w), IfVersion: &version, AddTags: append(after, watchTag), RemoveTags: gone,
		}}
		if len(w.Targets) == 0 {
			step = state.Change{Delete: &state.Delete{Space: Space, Key: key, IfVersion: &version}}
		}
		_, err = s.deps.State.Apply(ctx, append([]state.Change{step}, also...))
		if !errors.Is(err, state.ErrConflict) {
			return err
		}
	}
	return state.ErrConflict
}

func tagsOf(userID int32, targets []target) []string {
	tags := make([]string, 0, 2*len(targets)+1)
	for _, t := range targets {
		tags = append(tags, watchedTag(t.UserID), watchedByTag(t.UserID, userID))
	}
	return tags
}

// Unwatch implements spectator.Service.
func (s *Service) Unwatch(ctx context.Context, userID int32, name string, playerID int32) error {
	return s.unwatch(ctx, userID, name, func(t target) bool { return t.UserID == playerID })
}

// unwatchAll ends all watching of a client.
func (s *Service) unwatchAll(ctx context.Context, userID int32, name string) error {
	return s.unwatch(ctx, userID, name, func(target) bool { return true })
}

func (s *Service) unwatch(ctx context.Context, userID int32, name string, which func(target) bool) error {
	if !client(name) {
		return nil
	}
	var gone, alone []int32 // alone: whom no other client of this user watches
	stable := false
	err := s.changeWatch(ctx, userID, name, func(w *watch) ([]state.Change, error) {
		gone, alone, stable = gone[:0], alone[:0], w.Watcher.Format == spectator.Stable
		w.Targets = slices.DeleteFunc(w.Targets, func(t target) bool {
			if which(t) {
				gone = append(gone, t.UserID)
				return true
			}
			return false
		})
		if len(gone) == 0 {
			return nil, errUnchanged
		}
		tags := make([]string, len(gone))
		watching := make([]string, len(gone))
		for i, id := range gone {
			tags[i], watching[i] = watchedByTag(id, userID), spectator.WatchTag(id)
		}
		counts, err := s.deps.State.Count(ctx, Space, tags)
		if err != nil {
			return nil, err
		}
		for i, id := range gone {
			if counts[i] == 1 {
				alone = append(alone, id)
			}
		}
		if !stable {
			return nil, nil
		}
		return []state.Change{{Tag: &state.Tag{Space: sessions.Space, Key: name, Remove: watching}}}, nil
	})
	if err != nil {
		return err
	}
	for _, id := range alone {
		if _, err := s.deps.State.Apply(ctx, left(userID, name, id)); err != nil {
			return err
		}
	}
	if stable {
		for _, id := range gone {
			s.leaveChannel(ctx, name, id)
		}
	}
	return nil
}

// Missing implements spectator.Service.
func (s *Service) Missing(ctx context.Context, userID, playerID int32) error {
	var clients []string
	err := s.all(ctx, watchedByTag(playerID, userID), func(r state.Record) error {
		w, err := decode[watch](r)
		if err == nil {
			clients = append(clients, w.Watcher.Client)
		}
		return err
	})
	if err != nil || len(clients) == 0 {
		return err
	}
	event := wire.Pack(spectatorpb.FromCannotWatch(spectator.CannotWatch{Target: playerID, UserID: userID}))
	for i, name := range clients {
		err := s.changeWatch(ctx, userID, name, func(w *watch) ([]state.Change, error) {
			at := slices.IndexFunc(w.Targets, func(t target) bool { return t.UserID == playerID })
			if at < 0 {
				return nil, errUnchanged
			}
			w.Targets[at].Missing = true
			if i > 0 {
				return nil, nil
			}
			return append(toPlayer(playerID, event), toOutboxes(playerID, event)), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Watchers implements spectator.Service.
func (s *Service) Watchers(ctx context.Context, playerID int32) ([]spectator.Watcher, error) {
	var list []spectator.Watcher
	err := s.all(ctx, watchedTag(playerID), func(r state.Record) error {
		w, err := decode[watch](r)
		if err != nil {
			return err
		}
		for _, t := range w.Targets {
			if t.UserID == playerID {
				w.Watcher.Missing = t.Missing
			}
		}
		list = append(list, w.Watcher)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b spectator.Watcher) int {
		return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Client, b.Client))
	})
	list = slices.CompactFunc(list, func(a, b spectator.Watcher) bool { return a.UserID == b.UserID })
	return list[:min(len(list), spectator.MaxWatchers)], nil
}

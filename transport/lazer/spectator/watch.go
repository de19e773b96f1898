package spectator

import (
	"context"
	"errors"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr"
)

// errRestricted is the official server's text.
var errRestricted = lazer.InvalidState("Can't spectate a user when restricted.")

// watch begins to watch a player.
func (h *Hub) watch(ctx context.Context, c *signalr.Conn, player int32) error {
	who, g := c.Identity(), guestOf(c)
	if who.Pending {
		return lazer.InvalidState("Prove who you are first.")
	}
	if err := g.paced.Wait(ctx); err != nil {
		return err
	}
	f := g.watching[player]
	if f == nil {
		var err error
		if f, err = h.feeds.acquire(ctx, player); err != nil {
			return err
		}
	}
	watcher := spectator.Watcher{UserID: who.UserID, Client: clientOf(c), Format: spectator.Lazer}
	if _, err := h.deps.Spectator.Watch(ctx, watcher, player); err != nil {
		if g.watching[player] == nil {
			h.feeds.release(f)
		}
		if errors.Is(err, spectator.ErrRestricted) {
			return errRestricted
		}
		return err
	}
	if g.watching == nil {
		g.watching = make(map[int32]*feed)
	}
	g.watching[player] = f
	f.join(c)
	if h.seats.of(who.UserID) != c {
		c.Leave(f.name) // it has lost its seat meanwhile, and is told nothing more
	}
	return nil
}

// unwatch ends it.
func (h *Hub) unwatch(ctx context.Context, c *signalr.Conn, player int32) error {
	g := guestOf(c)
	f := g.watching[player]
	if f == nil {
		return nil
	}
	delete(g.watching, player)
	c.Leave(f.name)
	h.feeds.release(f)
	return h.deps.Spectator.Unwatch(ctx, c.Identity().UserID, clientOf(c), player)
}

// stateOf returns a play as the game's classes have it.
func stateOf(play *spectator.Play) hubs.SpectatorState {
	s := hubs.SpectatorState{
		BeatmapID: hubs.Some(play.BeatmapID), RulesetID: hubs.Some(int32(play.Ruleset)), Mods: hubs.ModsOf(play.Mods),
		State: hubs.SpectatedUserState(play.State),
	}
	for name, count := range play.Maximum {
		if result, err := score.ParseResult(name); err == nil && result.Valid() {
			s.MaximumStatistics[result] = count
		}
	}
	return s
}

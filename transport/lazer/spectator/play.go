package spectator

import (
	"context"
	"errors"
	"sync"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr"
)

var (
	errState = lazer.InvalidState("There is no such state of a play.")
	errMods  = lazer.InvalidState("These are no mods.")
	errToken = lazer.InvalidState("Incorrect score token supplied.")
)

// begin starts a play. An error here costs the player his replay, although his score is still submitted: so a play that nobody else
// could make sense of, as one of a ruleset that is not known here, is accepted and comes to nothing.
func (h *Hub) begin(ctx context.Context, c *signalr.Conn, token hubs.Optional[int64], s hubs.SpectatorState) error {
	if s.State < hubs.Idle || s.State > hubs.Quit {
		return errState
	}
	if !s.BeatmapID.Valid || !s.RulesetID.Valid || s.RulesetID.Value < 0 || s.RulesetID.Value >= int32(osu.Rulesets) || c.Identity().Pending {
		return nil
	}
	set, err := hubs.SetOf(s.Mods)
	if err != nil {
		return errMods
	}
	play := spectator.Play{
		Player: h.player(c, token), Format: spectator.Lazer, BeatmapID: s.BeatmapID.Value, Ruleset: osu.Ruleset(s.RulesetID.Value),
		Mods: set, State: spectator.State(s.State), Maximum: make(map[string]int32),
	}
	for result, count := range s.MaximumStatistics {
		if count != 0 {
			play.Maximum[score.Result(result).String()] = count
		}
	}
	if err := guestOf(c).paced.Wait(ctx); err != nil {
		return err
	}
	if err := h.deps.Spectator.Begin(ctx, play); err != nil {
		return told(err)
	}
	c.Hold() // frames of which the game finds its connection gone are not sent again, and would be missing in the replay
	return nil
}

func (h *Hub) player(c *signalr.Conn, token hubs.Optional[int64]) spectator.Player {
	return spectator.Player{UserID: c.Identity().UserID, Client: clientOf(c), Token: token.Value}
}

// send relays frames.
func (h *Hub) send(ctx context.Context, c *signalr.Conn, token hubs.Optional[int64], bundle signalr.Raw) error {
	if c.Identity().Pending {
		return nil
	}
	return told(h.deps.Spectator.Send(ctx, h.player(c, token), spectator.Bundle{Format: spectator.Lazer, Data: bundle}))
}

// end ends a play. One that goes on when it ends has been quit.
func (h *Hub) end(ctx context.Context, c *signalr.Conn, token hubs.Optional[int64], final hubs.SpectatedUserState) error {
	switch {
	case final < hubs.Idle || final > hubs.Quit:
		return errState
	case c.Identity().Pending:
		return nil
	case final == hubs.Playing:
		final = hubs.Quit
	}
	c.Release()
	if err := guestOf(c).paced.Wait(ctx); err != nil {
		return err
	}
	err := h.deps.Spectator.End(ctx, h.player(c, token), spectator.State(final))
	if !token.Valid && errors.Is(err, spectator.ErrNotPlaying) {
		return nil // it was never shown: begin accepts more plays than there are
	}
	return told(err)
}

// told says in the words of the official server what is wrong with a token.
func told(err error) error {
	if errors.Is(err, spectator.ErrBadToken) || errors.Is(err, spectator.ErrNotPlaying) {
		return errToken
	}
	return err
}

func (h *Hub) beginFirst(ctx context.Context, c *signalr.Conn, token hubs.Optional[int64], s hubs.SpectatorState) error {
	err := h.begin(ctx, c, token, s)
	if err == nil {
		g := guestOf(c)
		g.token, g.began = token, true
	}
	return err
}

func (h *Hub) sendFirst(ctx context.Context, c *signalr.Conn, bundle signalr.Raw) error {
	if g := guestOf(c); g.began {
		return h.send(ctx, c, g.token, bundle)
	}
	return errToken
}

func (h *Hub) endFirst(ctx context.Context, c *signalr.Conn, s hubs.SpectatorState) error {
	g := guestOf(c)
	if !g.began {
		return nil
	}
	token := g.token
	g.token, g.began = hubs.Optional[int64]{}, false
	return h.end(ctx, c, token, s.State)
}

// bundles are there to be read into, and hold no more than the memory of some frames.
var bundles = sync.Pool{New: func() any { return new(hubs.FrameDataBundle) }}

// readBundle finds the end of a bundle. It must be read for that, for mods with settings have a form that nobody can pass over; and
// what is not a bundle would be lost on all who watch.
func readBundle(b []byte) (signalr.Raw, []byte, error) {
	bundle := bundles.Get().(*hubs.FrameDataBundle)
	defer bundles.Put(bundle)
	rest, err := bundle.ReadMsg(b)
	if err != nil {
		return nil, b, err
	}
	return signalr.Raw(b[:len(b)-len(rest)]), rest, nil
}

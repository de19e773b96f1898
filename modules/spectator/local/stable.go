package local

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
)

// stableStream is how far a stable play has got: its client says so only in the frames.
type stableStream struct {
	begun bool
	over  bool // there will be no frames before a new song
}

// actionOf returns what a payload of packet 18 says happened, and false for one that ends too early.
func actionOf(payload []byte) (packets.ReplayAction, bool) {
	const header, frame = 6, 14
	if len(payload) < header {
		return 0, false
	}
	at := header + frame*int(binary.LittleEndian.Uint16(payload[4:]))
	if at >= len(payload) {
		return 0, false
	}
	return packets.ReplayAction(payload[at]), true
}

// sendStable relays a bundle of a stable client, whatever it plays, and makes a play of what the bundles tell, for those who watch
// with lazer.
func (s *Service) sendStable(ctx context.Context, it *stream, player spectator.Player, bundle spectator.Bundle) error {
	action, ok := actionOf(bundle.Data)
	if !ok {
		return spectator.ErrBadPlay
	}
	it.seenAt = time.Now()
	final, ends := map[packets.ReplayAction]spectator.State{
		packets.ReplayCompletion: spectator.Passed, packets.ReplayFail: spectator.Failed, packets.ReplaySongSelect: spectator.Quit,
		packets.ReplayWatchingOther: spectator.Quit,
	}[action]
	if action == packets.ReplayNewSong || !ends && !it.stable.begun && !it.stable.over {
		if err := s.beginStable(ctx, player, action == packets.ReplayNewSong); err != nil {
			return err
		}
		it.stable = stableStream{begun: true}
	}
	if err := s.relay(ctx, it, player, bundle); err != nil {
		return err
	}
	if ends && !it.stable.over {
		it.stable = stableStream{over: true}
		if err := s.end(ctx, player, final, 0, nil); err != nil && !errors.Is(err, spectator.ErrNotPlaying) {
			return err
		}
	}
	return nil
}

// beginStable begins a play of what the client's status says that it plays. A process that sees the frames of a play from its middle
// takes it up, unless the record has it already.
func (s *Service) beginStable(ctx context.Context, player spectator.Player, anew bool) error {
	if !anew {
		r, _, err := read[roster](ctx, s, rosterKey(player.UserID))
		if err != nil || r != nil && r.find(player) >= 0 {
			return err
		}
	}
	session, err := s.deps.Sessions.Get(ctx, player.Client)
	switch {
	case errors.Is(err, sessions.ErrNoSession), err == nil && session.User.ID != player.UserID:
		return spectator.ErrNotPlaying
	case err != nil:
		return err
	}
	status := session.Status
	playing := status.Action == osu.ActionPlaying || status.Action == osu.ActionMultiplaying
	if status.BeatmapMD5 == "" || !status.Ruleset.Valid() || !anew && !playing {
		return nil
	}
	set := append(mods.FromLegacy(status.Mods, status.Ruleset), mods.Mod{Acronym: mods.Classic})
	_, err = s.begin(ctx, spectator.Play{
		Player: player, Format: spectator.Stable, BeatmapID: status.BeatmapID, BeatmapMD5: status.BeatmapMD5,
		Ruleset: status.Ruleset, Mods: set,
	})
	return err
}

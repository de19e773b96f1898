package client

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
	signalr "github.com/pure-peace/peace/transport/signalr/client"
	web "github.com/pure-peace/peace/transport/web/client"
)

// bundleMost is how many frames the game puts into a bundle, and bundleEvery how often it sends one
// (ppy/osu osu.Game/Online/Spectator/SpectatorClient.cs).
const (
	bundleMost  = 30
	bundleEvery = 200 * time.Millisecond
)

// Play plays a song online, as the game does: it looks the song up, asks for a token, shows its play to those who watch, submits the
// score and ends the play. With live it takes as long as the song, otherwise it is done at once. Without hubs nobody sees it.
func (c *Client) Play(ctx context.Context, h *Hubs, song web.Song, a Attempt, live bool) (*Performance, Submitted, error) {
	p, err := Perform(ctx, song, a)
	if err != nil {
		return nil, Submitted{}, err
	}
	b, err := c.Lookup(ctx, song)
	if err != nil {
		return p, Submitted{}, err
	}
	token, err := c.ScoreToken(ctx, b.ID, song, a.Ruleset)
	if err != nil {
		return p, Submitted{}, err
	}
	if h != nil {
		if err := h.Show(ctx, b.ID, token, p, live); err != nil {
			return p, Submitted{}, err
		}
	}
	submitted, err := c.Submit(ctx, b.ID, token, p)
	if err == nil && h != nil {
		err = h.Finish(ctx, token, p.Passed)
	}
	return p, submitted, err
}

// Show begins a play and sends its frames.
func (h *Hubs) Show(ctx context.Context, beatmapID int32, token int64, p *Performance, live bool) error {
	if err := h.Begin(ctx, beatmapID, token, p); err != nil {
		return err
	}
	for chunk := range slices.Chunk(p.Frames, bundleMost) {
		if err := h.SendFrames(ctx, token, p, chunk); err != nil {
			return err
		}
		if !live {
			continue
		}
		select {
		case <-time.After(bundleEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Begin says that a play begins.
func (h *Hubs) Begin(ctx context.Context, beatmapID int32, token int64, p *Performance) error {
	state := p.state(beatmapID, hubs.Playing)
	return h.spectator.Invoke(ctx, "BeginPlaySessionV2", tokenArgument(token), signalr.Arg(hubs.Append[hubs.SpectatorState], state))
}

// SendFrames sends a bundle. The figures in it are those at the end of the play.
func (h *Hubs) SendFrames(ctx context.Context, token int64, p *Performance, frames []replay.Frame) error {
	bundle := hubs.FrameDataBundle{Header: hubs.FrameHeader{
		TotalScore: p.Total, Accuracy: p.Accuracy, Combo: int32(p.MaxCombo), MaxCombo: int32(p.MaxCombo), Statistics: p.Statistics,
		ReceivedTime: time.Now().UTC(), Mods: p.mods(), TotalScoreWithoutMods: hubs.Some(p.Without),
	}}
	for _, f := range frames {
		bundle.Frames = append(bundle.Frames, hubs.LegacyReplayFrame{
			Time: float64(f.Time), MouseX: hubs.Some(f.X), MouseY: hubs.Some(f.Y), ButtonState: hubs.ReplayButtonState(f.Keys),
		})
	}
	return h.spectator.Send(ctx, "SendFrameDataV2", tokenArgument(token), signalr.Arg(hubs.Append[hubs.FrameDataBundle], bundle))
}

// Finish says that a play has ended.
func (h *Hubs) Finish(ctx context.Context, token int64, passed bool) error {
	state := hubs.Passed
	if !passed {
		state = hubs.Quit
	}
	return h.spectator.Invoke(ctx, "EndPlaySessionV2", tokenArgument(token), signalr.Arg(hubs.AppendInt[hubs.SpectatedUserState], state))
}

func tokenArgument(token int64) signalr.Argument {
	return signalr.Arg(hubs.AppendOptionalInt[int64], hubs.Optional[int64]{Value: token, Valid: token != 0})
}

func (p *Performance) state(beatmapID int32, state hubs.SpectatedUserState) hubs.SpectatorState {
	return hubs.SpectatorState{
		BeatmapID: hubs.Some(beatmapID), RulesetID: hubs.Some(int32(p.Ruleset)), Mods: p.mods(), State: state, MaximumStatistics: p.Maximum,
	}
}

func (p *Performance) mods() []hubs.Mod { return hubs.ModsOf(p.Mods) }

// PP returns what the play is worth, by this library and not by the server.
func (p *Performance) PP(ctx context.Context) (float64, error) {
	attributes, err := p.attributes(ctx)
	if err != nil {
		return 0, fmt.Errorf("client: %w", err)
	}
	return attributes.PP(score.Play{Mods: p.Mods, Statistics: p.Statistics, MaxCombo: p.MaxCombo, Accuracy: p.Accuracy}), nil
}

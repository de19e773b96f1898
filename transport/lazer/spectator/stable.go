package spectator

import (
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/score"
)

// header is the score of a play of the stable client, as it was told last: not all of its bundles have one.
type header struct{ hubs.FrameHeader }

// translate makes a bundle of lazer of one of the stable client, the payload of packet 18. nil when there is nothing in it. Positions
// and buttons are the same: lazer's frames for the wire are those of stable's replays
// (ppy/osu osu.Game/Replays/Legacy/LegacyReplayFrame.cs).
func (h *header) translate(payload []byte, ruleset osu.Ruleset) []byte {
	var stable packets.SpectatorFrames
	if err := stable.Decode(payload); err != nil {
		return nil
	}
	if s := stable.Score; s != nil {
		h.set(s, ruleset)
	}
	if len(stable.Frames) == 0 {
		return nil
	}
	h.ReceivedTime = time.Now().UTC()
	bundle := hubs.FrameDataBundle{Header: h.FrameHeader, Frames: make([]hubs.LegacyReplayFrame, len(stable.Frames))}
	for i, f := range stable.Frames {
		bundle.Frames[i] = hubs.LegacyReplayFrame{
			Time: float64(f.Time), MouseX: hubs.Some(f.X), MouseY: hubs.Some(f.Y), ButtonState: hubs.ReplayButtonState(f.Buttons),
		}
	}
	return bundle.AppendMsg(nil)
}

func (h *header) set(s *packets.ScoreFrame, ruleset osu.Ruleset) {
	counts := score.Counts{
		Count300: int32(s.Count300), Count100: int32(s.Count100), Count50: int32(s.Count50),
		CountGeki: int32(s.CountGeki), CountKatu: int32(s.CountKatu), CountMiss: int32(s.CountMiss),
	}
	h.FrameHeader = hubs.FrameHeader{
		TotalScore: int64(s.Score), Accuracy: counts.Accuracy(ruleset, 0), Combo: int32(s.Combo), MaxCombo: int32(s.MaxCombo),
		Statistics: counts.Statistics(ruleset),
	}
}

package spectator

import (
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
)

// Whatever a stable client sends, what is made of it is a bundle that lazer can read.
func FuzzTranslate(f *testing.F) {
	for _, b := range []packets.FrameBundle{
		{},
		{Frames: []packets.ReplayFrame{{X: 1, Y: 2, Time: 3, Buttons: packets.ButtonM1}}},
		{Frames: []packets.ReplayFrame{{Time: -1}}, Score: &packets.ScoreFrame{Count300: 1, CountKatu: 2, Score: -5, ScoreV2: true}},
	} {
		f.Add(packets.SpectatorFrames(b).Append(nil)[7:], uint8(0))
	}
	f.Fuzz(func(t *testing.T, payload []byte, ruleset uint8) {
		var h header
		data := h.translate(payload, osu.Ruleset(ruleset%uint8(osu.Rulesets)))
		if data == nil {
			return
		}
		if _, rest, err := hubs.Read[hubs.FrameDataBundle](data); err != nil || len(rest) > 0 {
			t.Fatalf("%x was made of %x: %v, %d bytes are left", data, payload, err, len(rest))
		}
	})
}

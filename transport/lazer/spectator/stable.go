package spectator

import (
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/relay"
)

// header is the score of a play of the stable client, as it was told last: not all of its bundles have one.
type header struct{ hubs.FrameHeader }

// translate makes a bundle of lazer of one of the stable client, the payload of packet 18. nil when there is nothing in it.
func (h *header) translate(payload []byte, ruleset osu.Ruleset) []byte {
	var stable packets.SpectatorFrames
	if err := stable.Decode(payload); err != nil {
		return nil
	}
	if stable.Score != nil {
		h.FrameHeader = relay.Header(stable.Score, ruleset, 0)
	}
	bundle, ok := relay.Lazer((*packets.FrameBundle)(&stable), h.FrameHeader, time.Now().UTC())
	if !ok {
		return nil
	}
	return bundle.AppendMsg(nil)
}

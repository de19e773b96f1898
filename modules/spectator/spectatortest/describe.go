package spectatortest

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/wire"
)

// describe returns an event in few words, and which player it is about. It returns "" for events of other modules.
func describe(event proto.Message) (text string, about int32) {
	switch m := event.(type) {
	case *spectatorpb.Began:
		p := m.GetPlay()
		return fmt.Sprintf("began %d %s", p.GetBeatmapId(), p.GetMods()), p.GetPlayer().GetUserId()
	case *spectatorpb.Finished:
		p := m.GetPlay()
		return fmt.Sprintf("finished %d %s", p.GetBeatmapId(), stateName(p.GetState())), p.GetPlayer().GetUserId()
	case *spectatorpb.Sent:
		return fmt.Sprintf("sent %d bytes as %d", len(m.GetBundle().GetData()), m.GetBundle().GetFormat()), m.GetUserId()
	case *spectatorpb.Joined:
		return fmt.Sprintf("joined %s%s", m.GetWatcher().GetName(), fellow(m.GetFellow())), m.GetTarget()
	case *spectatorpb.Left:
		return fmt.Sprintf("left %d%s", m.GetUserId(), fellow(m.GetFellow())), m.GetTarget()
	case *spectatorpb.CannotWatch:
		return fmt.Sprintf("cannot %d", m.GetUserId()), m.GetTarget()
	case *spectatorpb.Processed:
		return fmt.Sprintf("processed %d", m.GetScoreId()), m.GetUserId()
	case *chatpb.Joined:
		return "channel " + m.GetChannel().GetName(), 0
	case *chatpb.Parted:
		return "no channel " + m.GetChannel(), 0
	}
	return "", 0
}

func fellow(yes bool) string {
	if yes {
		return " with you"
	}
	return ""
}

func stateName(s spectatorpb.State) string {
	return map[spectator.State]string{
		spectator.Idle: "idle", spectator.Playing: "playing", spectator.Paused: "paused", spectator.Passed: "passed",
		spectator.Failed: "failed", spectator.Quit: "quit",
	}[spectator.State(s)]
}

// processed is an event as it is published.
func processed(userID int32, scoreID int64) []byte {
	return wire.Pack(spectatorpb.FromProcessed(spectator.Processed{UserID: userID, ScoreID: scoreID}))
}

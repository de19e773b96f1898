package local

import (
	"log/slog"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
)

// FuzzEvent encodes what an outbox may hold, which other processes wrote, of other versions perhaps: an event is skipped or
// becomes whole packets.
func FuzzEvent(f *testing.F) {
	bundle := hubs.FrameDataBundle{Frames: make([]hubs.LegacyReplayFrame, 3)}
	presence := sessions.Presence{UserID: 1000, Name: "Ann", Location: sessions.Location{Country: "NZ"}}
	for _, event := range []proto.Message{
		sessionspb.FromArrived(sessions.Arrived{Presence: presence}),
		sessionspb.FromMoved(sessions.Moved{UserID: 1000}),
		sessionspb.FromLeft(sessions.Left{UserID: 1000}),
		sessionspb.FromRenamed(sessions.Renamed{OldName: "Bob", Presence: presence}),
		sessionspb.FromNotice(sessions.Notice{Text: "hello"}),
		sessionspb.FromAccountChanged(sessions.AccountChanged{User: users.User{ID: 1000}, Restricted: true}),
		sessionspb.FromRestarting(sessions.Restarting{After: time.Minute}),
		sessionspb.FromClosed(sessions.Closed{Reason: sessions.ReasonKicked}),
		chatpb.FromSaid(chat.Said{Message: chat.Message{Channel: "#osu", Text: "hi", Action: true}}),
		chatpb.FromJoined(chat.Joined{Channel: chat.Channel{Name: "#multi_1", Members: 1 << 20}}),
		spectatorpb.FromJoined(spectator.Joined{Target: 1, Watcher: spectator.Watcher{UserID: 2}, Fellow: true}),
		spectatorpb.FromLeft(spectator.Left{Target: 1, UserID: 2}),
		spectatorpb.FromCannotWatch(spectator.CannotWatch{Target: 1, UserID: 2}),
		spectatorpb.FromBegan(spectator.Began{Play: spectator.Play{Format: spectator.Lazer}}),
		spectatorpb.FromFinished(spectator.Finished{Play: spectator.Play{Format: spectator.Lazer, State: spectator.Failed}, Sequence: 9}),
		spectatorpb.FromSent(spectator.Sent{Bundle: spectator.Bundle{Format: spectator.Lazer, Data: bundle.AppendMsg(nil)}, Ruleset: 250, Objects: -1}),
		spectatorpb.FromSent(spectator.Sent{Bundle: spectator.Bundle{Format: spectator.Stable, Data: []byte{1, 2, 3}}}),
		spectatorpb.FromProcessed(spectator.Processed{UserID: 1, ScoreID: 2}),
	} {
		f.Add(wire.Pack(event))
	}
	s, err := New(f.Context(), DefaultConfig(), Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	before := packets.Ping{}.Append(nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, how := s.encode(before, data)
		if how == skipped && len(b) != len(before) {
			t.Errorf("a skipped event leaves %d bytes", len(b)-len(before))
		}
		for _, err := range packets.Split(b, packets.ServerLimit) {
			if err != nil {
				t.Fatalf("%x: %v", b, err)
			}
		}
	})
}

package packets

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/pure-peace/peace/osu"
)

// TestRoundTrip writes random values of every packet type and reads them back.
func TestRoundTrip(t *testing.T) {
	done := map[ID]bool{}
	for _, golden := range [][]goldenPacket{goldenClient, goldenServer} {
		decode := DecodeClient
		if golden[0].packet.PacketID().FromServer() {
			decode = DecodeServer
		}
		for _, g := range golden {
			id := g.packet.PacketID()
			if done[id] {
				continue
			}
			done[id] = true
			t.Run(id.String(), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					p := draw(t, g.packet)
					raw := splitRapid(t, p.Append(nil))
					got, err := decode(raw)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(p, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
						t.Fatalf("(-written +read):\n%s", diff)
					}
				})
			})
		}
	}
}

func splitRapid(t *rapid.T, body []byte) (raw Raw) {
	for p, err := range Split(body, ServerLimit) {
		if err != nil {
			t.Fatal(err)
		}
		raw = p
	}
	return raw
}

// draw returns a random packet of the type of p, within what the type can hold on the wire.
func draw(t *rapid.T, p Packet) Packet {
	match, score, frames := drawMatch(t), drawScore(t), FrameBundle{}
	switch p.(type) {
	case SpectateFrames, SpectatorFrames:
		frames = rapid.Make[FrameBundle]().Draw(t, "frames")
		if frames.Score != nil {
			frames.Score = &score
		}
	case UserPresence:
		v := rapid.Make[UserPresence]().Draw(t, "presence")
		v.Country = osu.CountryByID(rapid.Byte().Draw(t, "country"))
		v.Privileges &= osu.PresencePrivileges
		v.Ruleset %= osu.Rulesets
		return v
	case Privileges:
		return Privileges(rapid.Uint8().Draw(t, "privileges")) & Privileges(osu.AllClientPrivileges)
	case BeatmapInfoRequest:
		return rapid.Make[BeatmapInfoRequest]().Draw(t, "request")
	case BeatmapInfoReply:
		return rapid.Make[BeatmapInfoReply]().Draw(t, "reply")
	case ChangeAction:
		return rapid.Make[ChangeAction]().Draw(t, "action")
	case UserStats:
		return rapid.Make[UserStats]().Draw(t, "stats")
	case UserLogout:
		return rapid.Make[UserLogout]().Draw(t, "logout")
	case JoinMatch:
		return rapid.Make[JoinMatch]().Draw(t, "join")
	}

	// The kinds: their instances share everything but the tag, so a value of one converts to each other.
	values := []any{
		int32(0), "", []int32(nil), struct{}{}, match, score, frames,
		rapid.Make[Message]().Draw(t, "message"), rapid.Make[ChannelInfo]().Draw(t, "channel"),
	}
	values[0] = rapid.Int32().Draw(t, "int")
	values[1] = rapid.String().Draw(t, "text")
	values[2] = rapid.SliceOf(rapid.Int32()).Draw(t, "ids")
	want := reflect.TypeOf(p)
	for _, v := range values {
		v := reflect.ValueOf(v)
		if v.Kind() == want.Kind() && v.CanConvert(want) {
			return v.Convert(want).Interface().(Packet)
		}
	}
	t.Fatalf("no generator makes a %v", want)
	return nil
}

// drawMatch returns a room whose parts that do not travel are zero.
func drawMatch(t *rapid.T) Match {
	m := rapid.Make[Match]().Draw(t, "match")
	for i := range m.Slots {
		if !m.Slots[i].Status.HasPlayer() {
			m.Slots[i].UserID = 0
		}
		if !m.FreeMods {
			m.Slots[i].Mods = 0
		}
	}
	if m.Password.Hidden {
		m.Password.Text = ""
	}
	return m
}

func drawScore(t *rapid.T) ScoreFrame {
	f := rapid.Make[ScoreFrame]().Draw(t, "score")
	if !f.ScoreV2 {
		f.ComboPortion, f.BonusPortion = 0, 0
	}
	return f
}

// TestSplitRoundTrip: packets written one after another are split into the same.
func TestSplitRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			body []byte
			want []Raw
		)
		for range rapid.IntRange(0, 20).Draw(t, "packets") {
			p := Raw{ID(rapid.Uint16().Draw(t, "id")), rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "payload")}
			body, want = p.Append(body), append(want, p)
		}
		var got []Raw
		for p, err := range Split(body, ClientLimit) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-written +split):\n%s", diff)
		}
	})
}

// TestKindsConvert: what one packet carries, another of its kind can carry on.
func TestKindsConvert(t *testing.T) {
	said := PublicMessage{Text: "hi", Target: "#osu"}
	heard := Message(said)
	heard.Sender, heard.SenderID = "Ann", 1000
	if want := (Message{"Ann", "hi", "#osu", 1000}); heard != want {
		t.Errorf("heard %+v, want %+v", heard, want)
	}
	create := CreateMatch(goldenMatch)
	if !bytes.Equal(UpdateMatch(create).Append(nil)[headerSize:], create.Append(nil)[headerSize:]) {
		t.Error("a room changes with the packet that carries it")
	}
}

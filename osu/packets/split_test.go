package packets

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// splitOne returns the only packet in body.
func splitOne(t testing.TB, body []byte, limit Limit) Raw {
	t.Helper()
	var all []Raw
	for p, err := range Split(body, limit) {
		if err != nil {
			t.Fatalf("split: %v", err)
		}
		all = append(all, p)
	}
	if len(all) != 1 {
		t.Fatalf("split into %d packets, want 1", len(all))
	}
	return all[0]
}

func TestSplit(t *testing.T) {
	good := FriendAdd(7).Append(Ping{}.Append(nil))
	good = Raw{ID: 777, Payload: []byte("skip me")}.Append(good)
	good = ChannelJoin("#osu").Append(good)
	const packets = 4

	header := func(id ID, flag byte, length uint32) []byte {
		b := appendHeader(nil, id, int(length))
		b[2] = flag
		return b
	}
	for _, tt := range []struct {
		name string
		tail []byte
		want error
		id   ID
		text string
	}{
		{"nothing", nil, nil, 0, ""},
		{"a byte", []byte{4}, ErrTruncated, 0, "1 bytes of a header"},
		{"most of a header", make([]byte, 6), ErrTruncated, 0, "6 bytes of a header"},
		{"header only", header(IDFriendAdd, 0, 4), ErrTruncated, IDFriendAdd, "0 of 4 bytes of FriendAdd"},
		{"half a payload", append(header(IDFriendAdd, 0, 4), 1, 2), ErrTruncated, IDFriendAdd, "2 of 4 bytes of FriendAdd"},
		{"compressed", header(IDPing, 1, 0), ErrCompressed, IDPing, "flag 1 of Ping"},
		{"at the limit", append(header(999, 0, 1<<14), make([]byte, 1<<14-1)...), ErrTruncated, 999, "packet(999)"},
		{"over the limit", append(header(IDPublicMessage, 0, 1<<14+1), make([]byte, 1<<15)...), ErrTooLarge, IDPublicMessage, "16385"},
		{"far over the limit", header(IDPublicMessage, 0, 1<<32-1), ErrTooLarge, IDPublicMessage, "4294967295"},
		{"the large packet", header(IDBeatmapInfoRequest, 0, 1<<18), ErrTruncated, IDBeatmapInfoRequest, "262144"},
		{"over the large limit", header(IDBeatmapInfoRequest, 0, 1<<18+1), ErrTooLarge, IDBeatmapInfoRequest, "262145"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var (
				again  []byte
				n      int
				failed error
			)
			for p, err := range Split(append(bytes.Clone(good), tt.tail...), ClientLimit) {
				if failed != nil {
					t.Fatal("Split goes on after an error")
				}
				if failed = err; err != nil {
					if p.ID != tt.id || p.Payload != nil {
						t.Errorf("the error comes with %v and %d bytes, want %v and none", p.ID, len(p.Payload), tt.id)
					}
					continue
				}
				n++
				again = p.Append(again)
			}
			if n != packets || !bytes.Equal(again, good) {
				t.Errorf("%d packets come before the tail, want %d: % x", n, packets, again)
			}
			if !errors.Is(failed, tt.want) {
				t.Errorf("error %v, want %v", failed, tt.want)
			}
			if failed != nil && !strings.Contains(failed.Error(), tt.text) {
				t.Errorf("error %q does not say %q", failed, tt.text)
			}
		})
	}
}

func TestSplitStops(t *testing.T) {
	body := Ping{}.Append(Ping{}.Append(nil))
	n := 0
	for range Split(body, ClientLimit) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d packets after a break", n)
	}
}

// TestSplitAliases: payloads are parts of the body, and appending to one does not reach the next packet.
func TestSplitAliases(t *testing.T) {
	body := FriendAdd(2).Append(FriendAdd(1).Append(nil))
	for p, err := range Split(body, ClientLimit) {
		if err != nil {
			t.Fatal(err)
		}
		_ = append(p.Payload, 0xff, 0xff)
		p.Payload[0] = 9
	}
	if want := FriendAdd(9).Append(FriendAdd(9).Append(nil)); !bytes.Equal(body, want) {
		t.Errorf("body is % x, want % x", body, want)
	}
}

// TestAllocations is the promise that what a server does with every packet of every request costs it no memory.
func TestAllocations(t *testing.T) {
	body, route := routedBody(t)
	buf := make([]byte, 0, 4096)
	frames := splitOne(t, SpectateFrames(goldenFrames).Append(nil), ClientLimit)
	presence := UserPresence{UserID: 1000, Name: "Ann", Country: "JP"}
	message := Message{"Ann", "hi", "#osu", 1000}
	match := goldenMatch
	ids := []int32{1, 2, 3}
	score := splitOne(t, MatchScoreUpdate(goldenScore).Append(nil), ClientLimit)
	slotPayload := []byte{1, 0, 0, 0}
	statusPayload := splitOne(t, ChangeAction{}.Append(nil), ClientLimit).Payload
	var (
		action ChangeAction
		slot   MatchChangeSlot
		update MatchScoreUpdate
	)
	for _, tt := range []struct {
		name string
		run  func()
	}{
		{"split and route", func() { route(body) }},
		{"skip", func() {
			for _, err := range Split(body, ClientLimit) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"relay frames", func() { buf = Raw{IDSpectatorFrames, frames.Payload}.Append(buf[:0]) }},
		{"relay a score", func() {
			SetScoreSlot(score.Payload, 3)
			buf = Raw{IDMatchScore, score.Payload}.Append(buf[:0])
		}},
		{"append the kinds", func() {
			buf = UserID(-1).Append(buf[:0])
			buf = ChannelInfoEnd{}.Append(buf)
			buf = Notification("Welcome!").Append(buf)
			buf = FriendsList(ids).Append(buf)
			buf = ChannelInfo{"#osu", "", 1}.Append(buf)
		}},
		{"append a presence", func() { buf = presence.Append(buf[:0]) }},
		{"append a message", func() { buf = message.Append(buf[:0]) }},
		{"append a match", func() { buf = UpdateMatch(match).Append(buf[:0]) }},
		{"decode an int", func() { _ = slot.Decode(slotPayload) }},
		{"decode a score", func() { _ = update.Decode(score.Payload) }},
		{"decode an idle status", func() { _ = action.Decode(statusPayload) }},
	} {
		if n := testing.AllocsPerRun(100, tt.run); n != 0 {
			t.Errorf("%s: %v allocations, want none", tt.name, n)
		}
	}
}

package packets

import (
	"testing"

	"github.com/pure-peace/peace/osu"
)

// routedBody returns a body of 50 packets as a busy client sends them, and a function that routes it as a server does: through a
// table by id.
func routedBody(tb testing.TB) (body []byte, route func(body []byte)) {
	for range 10 {
		body = SpectateFrames(goldenFrames).Append(body)
		body = MatchScoreUpdate(goldenScore).Append(body)
		body = PublicMessage{Text: "hello", Target: "#osu"}.Append(body)
		body = Ping{}.Append(body)
		body = Raw{ID: 5000, Payload: make([]byte, 40)}.Append(body)
	}
	var (
		bytes    int
		handlers [256]func(payload []byte)
	)
	count := func(payload []byte) { bytes += len(payload) }
	handlers[IDSpectateFrames], handlers[IDMatchScoreUpdate] = count, count
	handlers[IDPublicMessage], handlers[IDPing] = count, count
	return body, func(body []byte) {
		bytes = 0
		for p, err := range Split(body, ClientLimit) {
			if err != nil {
				tb.Fatal(err)
			}
			if int(p.ID) < len(handlers) && handlers[p.ID] != nil {
				handlers[p.ID](p.Payload)
			}
		}
		if bytes == 0 {
			tb.Fatal("nothing was routed")
		}
	}
}

func BenchmarkSplitAndRoute50(b *testing.B) {
	body, route := routedBody(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		route(body)
	}
}

// BenchmarkCopyBody is what copying the same body costs.
func BenchmarkCopyBody(b *testing.B) {
	body, _ := routedBody(b)
	benchmarkCopy(b, body)
}

// bundle is the payload of a usual bundle of frames.
func bundle() []byte {
	f := goldenFrames
	f.Frames = make([]ReplayFrame, 30)
	return SpectateFrames(f).Append(nil)[headerSize:]
}

func BenchmarkRelayFrames(b *testing.B) {
	payload := bundle()
	buf := make([]byte, 0, 2*len(payload))
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		buf = Raw{IDSpectatorFrames, payload}.Append(buf[:0])
	}
}

// BenchmarkCopyFrames is what copying the same payload costs.
func BenchmarkCopyFrames(b *testing.B) { benchmarkCopy(b, bundle()) }

func benchmarkCopy(b *testing.B, src []byte) {
	buf := make([]byte, 0, 2*len(src))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		buf = append(buf[:0], src...)
	}
}

func benchmarkAppend(b *testing.B, p Packet, add func(dst []byte) []byte) {
	buf := make([]byte, 0, 1024)
	b.SetBytes(int64(len(p.Append(nil))))
	b.ReportAllocs()
	for b.Loop() {
		buf = add(buf[:0])
	}
}

func BenchmarkAppendPresence(b *testing.B) {
	p := UserPresence{UserID: 1000, Name: "Peace Tester", UTCOffset: 8, Country: "CN", Privileges: 5, Rank: 7}
	benchmarkAppend(b, p, func(dst []byte) []byte { return p.Append(dst) })
}

func BenchmarkCopyPresence(b *testing.B) {
	benchmarkCopy(b, UserPresence{Name: "Peace Tester"}.Append(nil))
}

func BenchmarkAppendMessage(b *testing.B) {
	p := Message{"Peace Tester", "hello, how is everybody today?", "#osu", 1000}
	benchmarkAppend(b, p, func(dst []byte) []byte { return p.Append(dst) })
}

func BenchmarkCopyMessage(b *testing.B) {
	benchmarkCopy(b, Message{"Peace Tester", "hello, how is everybody today?", "#osu", 1000}.Append(nil))
}

func BenchmarkAppendMatch(b *testing.B) {
	p := UpdateMatch(goldenMatch)
	benchmarkAppend(b, p, func(dst []byte) []byte { return p.Append(dst) })
}

func BenchmarkAppendInt(b *testing.B) {
	benchmarkAppend(b, UserID(1), func(dst []byte) []byte { return UserID(1).Append(dst) })
}

func BenchmarkDecodeStatus(b *testing.B) {
	payload := ChangeAction{
		Action: osu.ActionPlaying, Info: "A - B [C]", BeatmapMD5: goldenMatch.BeatmapMD5, BeatmapID: 75,
	}.Append(nil)[headerSize:]
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	var p ChangeAction
	for b.Loop() {
		if err := p.Decode(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeMatch(b *testing.B) {
	payload := CreateMatch(goldenMatch).Append(nil)[headerSize:]
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	var p CreateMatch
	for b.Loop() {
		if err := p.Decode(payload); err != nil {
			b.Fatal(err)
		}
	}
}

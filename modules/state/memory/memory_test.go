package memory

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, journal string) *Service {
	t.Helper()
	s, err := New(t.Context(), Config{Journal: journal, Interval: 10 * time.Millisecond}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func fill(b testing.TB, s *Service, n int) {
	b.Helper()
	for i := range n {
		_, err := s.Apply(context.Background(), []state.Change{{Put: &state.Put{
			Space: "sessions", Key: fmt.Sprintf("session-%08d", i), Value: make([]byte, 200), TTL: time.Minute,
			AddTags: []string{fmt.Sprintf("u%d", i), "kind:stable", "updates:all", "c:#osu", "c:#lobby", "c:#announce"},
		}}})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDrainEmpty(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	fill(b, s, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Drain(context.Background(), "sessions", "session-00000500", state.Take{Keep: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDrainEmptyParallel(b *testing.B) {
	s := open(b, "")
	fill(b, s, 1000)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Drain(context.Background(), "sessions", "session-00000500", state.Take{Keep: true}); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkAppend50000(b *testing.B) {
	for _, journal := range []string{"", filepath.Join(b.TempDir(), "state.db")} {
		b.Run(fmt.Sprintf("journal=%t", journal != ""), func(b *testing.B) {
			s := open(b, journal)
			fill(b, s, 50_000)
			item := make([]byte, 200)
			b.ReportAllocs()
			for b.Loop() {
				n, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"c:#osu"}, Item: item})
				if err != nil || n != 50_000 {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkPush8Drain(b *testing.B) {
	s := open(b, "")
	fill(b, s, 1000)
	item := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		for range 8 {
			if _, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"u500"}, Item: item}); err != nil {
				b.Fatal(err)
			}
		}
		if m, err := s.Drain(context.Background(), "sessions", "session-00000500", state.Take{}); err != nil || len(m.Items) != 8 {
			b.Fatal(m, err)
		}
	}
}

// BenchmarkPush8Keep is BenchmarkPush8Drain with a consumer that acknowledges by its next drain.
func BenchmarkPush8Keep(b *testing.B) {
	s := open(b, "")
	fill(b, s, 1000)
	item := make([]byte, 100)
	var arrived uint64
	b.ReportAllocs()
	for b.Loop() {
		for range 8 {
			if _, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"u500"}, Item: item}); err != nil {
				b.Fatal(err)
			}
		}
		m, err := s.Drain(context.Background(), "sessions", "session-00000500", state.Take{Acknowledge: arrived, Keep: true})
		if err != nil || len(m.Items) != 8 {
			b.Fatal(m, err)
		}
		arrived = m.Items[7].ID
	}
}

// BenchmarkAcknowledge1000 forgets an item in 1000 mailboxes, which an append has put there.
func BenchmarkAcknowledge1000(b *testing.B) {
	s := open(b, "")
	fill(b, s, 1000)
	receipts := make([]state.Receipt, 1000)
	for i := range receipts {
		receipts[i] = state.Receipt{Key: fmt.Sprintf("session-%08d", i), ID: 1 << 63}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"c:#osu"}, Item: make([]byte, 100)}); err != nil {
			b.Fatal(err)
		}
		if err := s.Acknowledge(context.Background(), "sessions", receipts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, "")
	fill(b, s, 10_000)
	put := &state.Put{Space: "sessions", Key: "session-00000500", Value: make([]byte, 200), TTL: time.Minute}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Apply(context.Background(), []state.Change{{Put: put}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s := open(b, "")
	fill(b, s, 10_000)
	keys := []string{"session-00000500"}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := s.Get(context.Background(), "sessions", keys); err != nil || len(r) != 1 {
			b.Fatal(err)
		}
	}
}

func BenchmarkList10000(b *testing.B) {
	s := open(b, "")
	fill(b, s, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		after, n := "", 0
		for {
			page, err := s.List(context.Background(), "sessions", "", after, state.MaxPage)
			if err != nil {
				b.Fatal(err)
			}
			if n += len(page); len(page) < state.MaxPage {
				break
			}
			after = page[len(page)-1].Key
		}
		if n != 10_000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkBoardOfAMillion(b *testing.B) {
	s := open(b, "")
	const n = 1_000_000
	scores := make([]state.Score, 0, state.MaxScores)
	for i := range int64(n) {
		scores = append(scores, state.Score{Member: i, Value: float64(i * 7919 % n)})
		if len(scores) == state.MaxScores {
			if err := s.SetScores(context.Background(), "pp", scores); err != nil {
				b.Fatal(err)
			}
			scores = scores[:0]
		}
	}
	member := []int64{0}
	b.Run("Positions", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			member[0] = (member[0] + 104729) % n
			if p, err := s.Positions(context.Background(), "pp", member); err != nil || p[0] == 0 {
				b.Fatal(p, err)
			}
		}
	})
	b.Run("SetScores", func(b *testing.B) {
		b.ReportAllocs()
		score := []state.Score{{}}
		for b.Loop() {
			score[0].Member = (score[0].Member + 104729) % n
			score[0].Value += 17
			if err := s.SetScores(context.Background(), "pp", score); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Range50", func(b *testing.B) {
		from := 1
		for b.Loop() {
			from = (from+104729)%(n-50) + 1
			if got, err := s.Range(context.Background(), "pp", from, 50); err != nil || len(got) != 50 {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRecordMemory reports what a session's record costs: a value of 200 bytes, six tags of which one is its own, and a mailbox
// that has been used.
func BenchmarkRecordMemory(b *testing.B) {
	const n = 50_000
	for b.Loop() {
		s := open(b, "")
		before := heapInUse()
		fill(b, s, n)
		if _, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"c:#osu"}, Item: make([]byte, 200)}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(heapInUse()-before)/n, "B/record")
		runtime.KeepAlive(s)
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func BenchmarkDurableAppend(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	fill(b, s, 1000)
	if err := s.flush(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"u500"}, Item: make([]byte, 200), Durable: true}); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Drain(context.Background(), "sessions", "session-00000500", state.Take{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFlush50000 writes a mailbox each for 50,000 records, and forgets them again.
func BenchmarkFlush50000(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	fill(b, s, 50_000)
	if err := s.flush(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Append(context.Background(), state.Append{Space: "sessions", Tags: []string{"c:#osu"}, Item: make([]byte, 200)}); err != nil {
			b.Fatal(err)
		}
		if err := s.flush(); err != nil {
			b.Fatal(err)
		}
	}
}

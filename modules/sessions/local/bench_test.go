package local_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// crowd fills a registry with sessions as stable clients make them, all of which hear of everybody's presence.
func crowd(b *testing.B, n int32) (*local.Service, state.Service, []sessions.Session) {
	b.Helper()
	store, err := memory.New(b.Context(), memory.Config{}, newLogger(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	start(b, store)
	s := newRegistry(b, store, newAccounts(n))
	start(b, s)
	all := make([]sessions.Session, n)
	for i := range all {
		opening := stable(int32(1000 + i))
		opening.Interest = sessions.InterestNobody
		opened, err := s.Open(b.Context(), opening)
		if err != nil {
			b.Fatal(err)
		}
		all[i] = opened.Session
	}
	// While the crowd gathers nobody hears of the others: that would take the square of its size.
	for _, session := range all {
		_, err := store.Apply(b.Context(), []state.Change{{Tag: &state.Tag{
			Space: sessions.Space, Key: session.ID, Add: []string{sessions.PresenceTag},
		}}})
		if err != nil {
			b.Fatal(err)
		}
	}
	return s, store, all
}

func stable(id int32) sessions.Opening {
	return sessions.Opening{
		User:          users.User{ID: id, Name: fmt.Sprint("player ", id), Email: fmt.Sprintf("player%d@example.com", id), Country: "DE"},
		Kind:          sessions.Stable,
		ClientVersion: "b20250815",
		ClientHashes:  strings.Repeat(strings.Repeat("0a", 16)+":", 5),
		Address:       netip.MustParseAddr("192.0.2.1"),
		Location:      sessions.Location{Country: "DE", Latitude: 52, Longitude: 13},
		Status:        sessions.Status{Text: "artist - title [difficulty]", BeatmapMD5: strings.Repeat("0a", 16)},
		Interest:      sessions.InterestEveryone,
		Channels:      []string{"#osu", "#announce"},
		Presences:     256,
	}
}

// BenchmarkLogin opens a session that 10,000 others are told of, and closes it.
func BenchmarkLogin(b *testing.B) {
	s, _, _ := crowd(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		opened, err := s.Open(b.Context(), stable(1))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Close(b.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkUpdate changes a status that 10,000 are told of.
func BenchmarkUpdate(b *testing.B) {
	s, _, all := crowd(b, 10_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		status := sessions.Status{Action: osu.ActionPlaying, BeatmapID: int32(i)}
		if _, err := s.Update(b.Context(), all[i%len(all)].ID, sessions.Update{Status: &status}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPresences(b *testing.B) {
	s, _, all := crowd(b, 10_000)
	ids := make([]int32, 256)
	for i := range ids {
		ids[i] = all[i*37%len(all)].User.ID
	}
	b.ReportAllocs()
	for b.Loop() {
		if found, err := s.Presences(b.Context(), ids); err != nil || len(found) != len(ids) {
			b.Fatal(len(found), err)
		}
	}
}

func BenchmarkOnline(b *testing.B) {
	s, _, _ := crowd(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Online(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChannel says something to 50,000 sessions, and reports what one of them takes, the store's share included.
func BenchmarkChannel(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const n = 50_000
	s, store, _ := crowd(b, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	item := make([]byte, 200)
	for b.Loop() {
		reached, err := store.Append(b.Context(), state.Append{
			Space: sessions.Space, Tags: []string{sessions.ChannelTag("#osu")}, Item: item,
		})
		if err != nil || reached != n {
			b.Fatal(reached, err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/session")
	runtime.KeepAlive(s)
}

package local

import (
	"fmt"
	"testing"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

// BenchmarkSend relays bundles that nobody watches, of a play that is kept and one that is not. Without a journal, keeping waits for
// no disk.
func BenchmarkSend(b *testing.B) {
	for _, kept := range []bool{false, true} {
		b.Run(fmt.Sprintf("kept=%v", kept), func(b *testing.B) {
			store := newState(b, memory.Config{})
			b.Cleanup(func() { _ = store.Close() })
			world := spectatortest.NewWorld(store)
			s := newService(b, store, newFiles(b, b.TempDir()), world, world.Scores())
			s.chunkBytes = chunkBytes
			beatmap := world.Beatmap(osu.StatusRanked)
			p := spectator.Player{UserID: 1000, Client: "c"}
			if kept {
				p.Token = world.Token(p.UserID, beatmap)
			}
			if err := s.Begin(b.Context(), spectator.Play{Player: p, Format: spectator.Lazer, BeatmapID: beatmap}); err != nil {
				b.Fatal(err)
			}
			data := bundle(1)
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Send(b.Context(), p, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAssemble makes the replay of a play of five minutes.
func BenchmarkAssemble(b *testing.B) {
	var all [][]byte
	for n := range 6000 { // of three frames each
		all = append(all, bundle(n).Data)
	}
	for b.Loop() {
		if data, err := assemble(all, func(error) {}); err != nil || len(data) == 0 {
			b.Fatal(err)
		}
	}
}

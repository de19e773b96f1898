package local

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/files"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	performanceLocal "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/state"
)

// quiet publishes nothing.
type quiet struct{ state.Topics }

func (quiet) Publish(context.Context, string, []byte) error { return nil }

// BenchmarkImport imports archives of 8 MiB with five beatmaps of a thousand objects, each of another set, and says how much
// memory that took at the most.
func BenchmarkImport(b *testing.B) {
	s := newService(b, databasetest.Open(b, database.SQLite))
	blobs := filesLocal.DefaultConfig()
	blobs.Dir, blobs.Sync = b.TempDir(), false
	store, err := filesLocal.New(b.Context(), blobs, filesLocal.Deps{Log: s.log})
	if err != nil {
		b.Fatal(err)
	}
	teacher := performanceLocal.DefaultConfig()
	teacher.Beatmaps = b.TempDir()
	calculator, err := performanceLocal.New(b.Context(), teacher, performanceLocal.Deps{DB: s.deps.DB, Log: s.log})
	if err != nil {
		b.Fatal(err)
	}
	s.deps.Files, s.deps.Performance, s.deps.Topics = store, calculator, quiet{}
	noise := make([]byte, 8<<20)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	var peak uint64
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		data := benchmarkArchive(b, n, noise)
		if _, err := files.Write(b.Context(), store, "incoming.osz", bytes.NewReader(data), files.MaxBlob); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
		b.StartTimer()
		out, err := s.Import(b.Context(), "incoming.osz", beatmaps.Import{})
		if err != nil || out.New != 5 {
			b.Fatalf("%+v, %v", out, err)
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		peak = max(peak, memory.HeapSys-memory.HeapReleased)
	}
	b.ReportMetric(float64(peak>>20), "peak-MiB")
}

func benchmarkArchive(b *testing.B, n int, noise []byte) []byte {
	b.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "song.mp3"})
	if err == nil {
		_, err = w.Write(noise)
	}
	for i := range 5 {
		if err == nil {
			w, err = z.Create(fmt.Sprintf("%d.osu", i))
		}
		if err != nil {
			b.Fatal(err)
		}
		text := strings.Replace(song(int32(n*5+i+1), fmt.Sprint(i)), "BeatmapSetID:5", fmt.Sprintf("BeatmapSetID:%d", n+1), 1)
		var objects strings.Builder
		for o := range 1000 {
			fmt.Fprintf(&objects, "%d,%d,%d,1,0,0:0:0:0:\n", o*37%512, o*53%384, 5000+o*200)
		}
		_, err = w.Write([]byte(text + objects.String()))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

package replay

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/osu"
)

// longPlay moves a cursor about for five minutes.
func longPlay() *Recording {
	r := rand.New(rand.NewPCG(1, 2))
	rec := &Recording{Frames: make([]Frame, 18_000), Seeded: true, Seed: 1}
	at := 0.0
	for i := range rec.Frames {
		at += r.Float64() / 8
		f := &rec.Frames[i]
		f.Time = int32(i)*50/3 + int32(r.IntN(2))
		f.X, f.Y = float32(math.Round(2560+2000*math.Sin(at))/10), float32(math.Round(1920+1500*math.Cos(at*1.1))/10)
		if r.IntN(8) == 0 {
			f.Keys = Keys(r.IntN(16))
		} else if i > 0 {
			f.Keys = rec.Frames[i-1].Keys
		}
	}
	return rec
}

func BenchmarkParse(b *testing.B) {
	file := example(b, Latest).Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	r := example(b, Latest)
	var file []byte
	b.ReportAllocs()
	for b.Loop() {
		file = r.Append(file[:0])
	}
}

func BenchmarkRecording(b *testing.B) {
	data, err := Compress(longPlay())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	frames := 0
	for b.Loop() {
		rec, err := data.Recording(osu.Standard)
		if err != nil {
			b.Fatal(err)
		}
		frames = len(rec.Frames)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(frames), "ns/frame")
	b.ReportMetric(float64(len(data)), "bytes")
}

func BenchmarkAll(b *testing.B) {
	data, err := Compress(longPlay())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range data.All(osu.Standard) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkCompress(b *testing.B) {
	rec := longPlay()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compress(rec); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rec.Frames)), "ns/frame")
}

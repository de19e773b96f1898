package beatmap_test

import (
	"io"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
)

func BenchmarkParse(b *testing.B) {
	synthetic := osutest.Sources(b)[0]
	for _, name := range []string{"osu-mixed", "osu-curves", "taiko-scroll", "catch-streams", "mania-7k-holds"} {
		data := synthetic.Map(b, name)
		m, err := beatmap.Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := beatmap.Parse(data); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(m.HitObjects)), "ns/object")
		})
	}
}

// BenchmarkParseAll decodes all maps there are, one after the other.
func BenchmarkParseAll(b *testing.B) {
	for _, source := range osutest.Sources(b) {
		var maps [][]byte
		objects, size := 0, 0
		for name, data := range source.Maps(b) {
			m, err := beatmap.Parse(data)
			if err != nil {
				b.Fatal(name, err)
			}
			maps = append(maps, data)
			objects += len(m.HitObjects)
			size += len(data)
		}
		b.Run(source.Name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, data := range maps {
					if _, err := beatmap.Parse(data); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*objects), "ns/object")
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	m := osutest.Sources(b)[0].Beatmap(b, "osu-mixed")
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Encode(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(m.HitObjects)), "ns/object")
}

func BenchmarkFigures(b *testing.B) {
	m := osutest.Sources(b)[0].Beatmap(b, "osu-mixed")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Figures(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(m.HitObjects)), "ns/object")
}

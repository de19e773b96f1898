package osutest

import (
	"embed"
	"io/fs"
	"iter"
	"os"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

//go:embed testdata
var synthetic embed.FS

// Source is a set of maps with the official values computed from them.
type Source struct {
	Name   string
	maps   []fs.FS // looked through in order
	tables fs.FS
}

// Sources returns the synthetic maps and, when PEACE_TEST_PP names the folder of the reference data, the real ones.
func Sources(tb testing.TB) []Source {
	tb.Helper()
	sub := func(fsys fs.FS, dir string) fs.FS {
		s, err := fs.Sub(fsys, dir)
		if err != nil {
			tb.Fatal(err)
		}
		return s
	}
	sources := []Source{{"synthetic", []fs.FS{sub(synthetic, "testdata/maps")}, sub(synthetic, "testdata/expected")}}
	if dir := os.Getenv("PEACE_TEST_PP"); dir != "" {
		root := os.DirFS(dir)
		sources = append(sources, Source{"head", []fs.FS{sub(root, "maps/official"), sub(root, "maps/real")}, sub(root, "golden/head")})
	}
	return sources
}

// Map returns the bytes of the .osu file that rows call name.
func (s Source) Map(tb testing.TB, name string) []byte {
	tb.Helper()
	for _, dir := range s.maps {
		if b, err := fs.ReadFile(dir, name+".osu"); err == nil {
			return b
		}
	}
	tb.Fatalf("%s has no map %s", s.Name, name)
	return nil
}

// Maps yields the name and bytes of every map.
func (s Source) Maps(tb testing.TB) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		tb.Helper()
		for _, dir := range s.maps {
			names, err := fs.Glob(dir, "*.osu")
			if err != nil {
				tb.Fatal(err)
			}
			for _, name := range names {
				b, err := fs.ReadFile(dir, name)
				if err != nil {
					tb.Fatal(err)
				}
				if !yield(name[:len(name)-len(".osu")], b) {
					return
				}
			}
		}
	}
}

// Beatmap decodes the map that rows call name.
func (s Source) Beatmap(tb testing.TB, name string) *beatmap.Beatmap {
	tb.Helper()
	m, err := beatmap.Parse(s.Map(tb, name))
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return m
}

// Mods decodes mods as tables write them.
func Mods(tb testing.TB, text string) mods.Set {
	tb.Helper()
	set, err := mods.Parse(text)
	if err != nil {
		tb.Fatalf("%q: %v", text, err)
	}
	return set
}

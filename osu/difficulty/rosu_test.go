package difficulty_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/osutest"
)

// BenchmarkRosu compares parsing and difficulty with rosu-pp's WebAssembly build on Node.js, on the same beatmaps, one thread
// each. PEACE_BENCH_ROSU names the folder of the npm package rosu-pp-js; without it only Peace is measured.
//
// The two do not calculate the same: rosu-pp-js 3.1.0 has the algorithms of February 2025, Peace those of July 2026, which
// do more for each object.
func BenchmarkRosu(b *testing.B) {
	source := osutest.Sources(b)[0]
	for _, c := range []struct {
		ruleset osu.Ruleset
		file    string
	}{
		{osu.Standard, "osu-aim"}, {osu.Standard, "osu-mixed"}, {osu.Standard, "osu-speed"},
		{osu.Taiko, "taiko-speed"}, {osu.Taiko, "osu-speed"},
		{osu.Catch, "catch-fruits"}, {osu.Catch, "osu-mixed"},
		{osu.Mania, "mania-4k"}, {osu.Mania, "mania-7k-holds"}, {osu.Mania, "osu-mixed"},
	} {
		file := source.Map(b, c.file)
		m, err := beatmap.Parse(file)
		if err != nil {
			b.Fatal(err)
		}
		objects := float64(len(m.HitObjects))
		name := fmt.Sprintf("%s/%s", c.ruleset, c.file)
		b.Run(name+"/peace", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m, err := beatmap.Parse(file)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := difficulty.Calculate(b.Context(), m, c.ruleset, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/objects, "ns/object")
		})
		b.Run(name+"/rosu", func(b *testing.B) {
			r := startRosu(b)
			path := filepath.Join(b.TempDir(), "map.osu")
			if err := os.WriteFile(path, file, 0o600); err != nil {
				b.Fatal(err)
			}
			r.run(b, c.ruleset, 200, path) // let the machine code be made
			b.ResetTimer()
			took := r.run(b, c.ruleset, b.N, path)
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/objects, "ns/object")
		})
	}
}

// BenchmarkRosuReal is BenchmarkRosu over all real beatmaps of the reference data, native and converted, each once.
func BenchmarkRosuReal(b *testing.B) {
	sources := osutest.Sources(b)
	if len(sources) < 2 {
		b.Skip("PEACE_TEST_PP does not name the folder of the reference data")
	}
	var files [osu.Rulesets][][]byte // made for each ruleset
	for _, file := range sources[1].Maps(b) {
		if m, err := beatmap.Parse(file); err == nil && len(m.HitObjects) > 50 {
			files[m.Mode] = append(files[m.Mode], file)
		}
	}
	for r := range osu.Rulesets {
		natives := []osu.Ruleset{osu.Standard, r}
		if r == osu.Standard {
			natives = natives[:1]
		}
		for _, native := range natives {
			name := r.String()
			if native != r {
				name += "-converts"
			}
			objects := 0.0
			var paths []string
			for i, file := range files[native] {
				m, err := beatmap.Parse(file)
				if err != nil {
					b.Fatal(err)
				}
				objects += float64(len(m.HitObjects))
				paths = append(paths, filepath.Join(b.TempDir(), strconv.Itoa(i)+".osu"))
				if err := os.WriteFile(paths[i], file, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			b.Run(name+"/peace", func(b *testing.B) {
				for b.Loop() {
					for _, file := range files[native] {
						m, err := beatmap.Parse(file)
						if err != nil {
							b.Fatal(err)
						}
						if _, err := difficulty.Calculate(b.Context(), m, r, nil); err != nil {
							b.Fatal(err)
						}
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/objects, "ns/object")
			})
			b.Run(name+"/rosu", func(b *testing.B) {
				p := startRosu(b)
				p.run(b, r, 50, paths[0])
				var took time.Duration
				for range b.N {
					for _, path := range paths {
						took += p.run(b, r, 1, path)
					}
				}
				b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/objects, "ns/object")
			})
		}
	}
}

// rosu is a Node.js process with rosu-pp-js.
type rosu struct {
	ask    *bufio.Writer
	answer *bufio.Scanner
}

func startRosu(b *testing.B) *rosu {
	b.Helper()
	dir := os.Getenv("PEACE_BENCH_ROSU")
	if dir == "" {
		b.Skip("PEACE_BENCH_ROSU does not name the folder of rosu-pp-js")
	}
	cmd := exec.CommandContext(b.Context(), "node", "testdata/rosu.js", dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &rosu{bufio.NewWriter(in), bufio.NewScanner(out)}
}

func (r *rosu) run(b *testing.B, ruleset osu.Ruleset, n int, path string) time.Duration {
	b.Helper()
	fmt.Fprintln(r.ask, int(ruleset), n, path)
	if err := r.ask.Flush(); err != nil {
		b.Fatal(err)
	}
	if !r.answer.Scan() {
		b.Fatal("rosu-pp-js has ended")
	}
	var took, stars string
	if _, err := fmt.Sscan(r.answer.Text(), &took, &stars); err != nil {
		b.Fatal(err)
	}
	ns, err := strconv.ParseInt(took, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(ns)
}

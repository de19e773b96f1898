package local_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/files"
)

// The size of a replay of a few minutes.
var replay = make([]byte, 60<<10)

func BenchmarkPut(b *testing.B) {
	for _, sync := range []bool{false, true} {
		b.Run(fmt.Sprintf("sync=%v", sync), func(b *testing.B) {
			cfg := directory(b)
			cfg.Sync = sync
			s := open(b, cfg)
			i := 0
			for b.Loop() {
				i++
				if _, err := s.Put(b.Context(), fmt.Sprint("replays/", i), replay); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("sync=true,8 at once", func(b *testing.B) {
		s := open(b, directory(b))
		var count atomic.Int64
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := s.Put(b.Context(), fmt.Sprint("replays/", count.Add(1)), replay); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkPlainFile is what Put is measured against: a file without a name of its own until it is complete.
func BenchmarkPlainFile(b *testing.B) {
	for _, sync := range []bool{false, true} {
		b.Run(fmt.Sprintf("write,sync=%v", sync), func(b *testing.B) {
			dir := b.TempDir()
			i := 0
			for b.Loop() {
				i++
				name := filepath.Join(dir, fmt.Sprint(i))
				if !sync {
					if err := os.WriteFile(name, replay, 0o600); err != nil {
						b.Fatal(err)
					}
					continue
				}
				file, err := os.Create(name)
				if err != nil {
					b.Fatal(err)
				}
				_, err = file.Write(replay)
				if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("read", func(b *testing.B) {
		name := filepath.Join(b.TempDir(), "a")
		if err := os.WriteFile(name, replay, 0o600); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := os.ReadFile(name); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	s := open(b, directory(b))
	if _, err := s.Put(b.Context(), "replays/1", replay); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := files.Load(b.Context(), s, "replays/1", files.MaxPiece); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStat(b *testing.B) {
	s := open(b, directory(b))
	if _, err := s.Put(b.Context(), "replays/1", replay); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Stat(b.Context(), []string{"replays/1"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList asks for a page out of the middle of a folder of 100,000 blobs.
func BenchmarkList(b *testing.B) {
	cfg := directory(b)
	cfg.Sync = false
	s := open(b, cfg)
	for i := range 100_000 {
		if _, err := s.Put(b.Context(), fmt.Sprintf("replays/%06d", i), nil); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		page, err := s.List(b.Context(), "replays/", "replays/050000", files.MaxBatch)
		if err != nil || len(page) != files.MaxBatch {
			b.Fatal(len(page), err)
		}
	}
}

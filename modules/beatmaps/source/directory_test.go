package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
)

// osuFile is a beatmap with three circles.
func osuFile(id int32, name string) []byte {
	return fmt.Appendf(nil, `osu file format v14

[General]
AudioFilename: a.mp3
PreviewTime: 1000
Mode: 0

[Metadata]
Title:Song
Artist:Singer
Creator:Mapper
Version:%s
BeatmapID:%d
BeatmapSetID:5

[Difficulty]
HPDrainRate:5
CircleSize:4
OverallDifficulty:7
ApproachRate:9
SliderMultiplier:1.4
SliderTickRate:1

[Events]
Video,0,"v.mp4"

[TimingPoints]
0,500,4,2,0,100,1,0

[HitObjects]
100,100,1000,1,0,0:0:0:0:
200,200,2000,1,0,0:0:0:0:
300,300,4000,1,0,0:0:0:0:
`, name, id)
}

func writeArchive(t *testing.T, path string, contents map[string][]byte) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range contents {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	easy, hard := osuFile(10, "Easy"), osuFile(11, "Hard")
	writeArchive(t, filepath.Join(dir, "5 Singer - Song.osz"), map[string][]byte{"easy.osu": easy, "sub/hard.osu": hard, "a.mp3": {1}})
	writeArchive(t, filepath.Join(dir, "7 no beatmap.osz"), map[string][]byte{"x.txt": {1}})
	for name, data := range map[string]string{
		"8.osz": "not an archive", "12.osu": string(osuFile(12, "Alone")), "13.osu": "<html>", "x 9.osz": "", "9": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := DefaultConfig()
	cfg.Order, cfg.Directory = []string{DirectoryName}, dir
	c, err := New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	parsed, err := beatmap.Parse(hard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.File(ctx, 11); !errors.Is(err, ErrNone) {
		t.Errorf("a file in an archive that nobody has asked for: %v", err)
	}
	c.Forget(Key{BeatmapID: 11})
	for _, key := range []Key{{SetID: 5}, {BeatmapID: 11}, {MD5: parsed.MD5}} {
		set, origin, err := c.Set(ctx, key)
		if err != nil || origin != DirectoryName || set.ID != 5 || set.Title != "Song" || !set.Video || len(set.Beatmaps) != 2 || set.BPM != 120 {
			t.Fatalf("%v: %+v, %v", key, set, err)
		}
		for _, b := range set.Beatmaps {
			if b.Status != osu.StatusPending || b.Circles != 3 || b.Length.Seconds() != 3 || b.Approach != 9 || strings.Contains(b.File, "/") {
				t.Errorf("%+v", b)
			}
		}
	}
	for _, key := range []Key{{SetID: 6}, {SetID: 7}, {BeatmapID: 99}, {MD5: strings.Repeat("0", 32)}} {
		if _, _, err := c.Set(ctx, key); !errors.Is(err, ErrNone) {
			t.Errorf("%v: %v", key, err)
		}
	}
	for id, want := range map[int32][]byte{11: hard, 12: osuFile(12, "Alone")} {
		if data, err := c.File(ctx, id); err != nil || !bytes.Equal(data, want) {
			t.Errorf("file %d: %d bytes, %v", id, len(data), err)
		}
	}
	if _, err := c.File(ctx, 14); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
	a, err := c.Archive(ctx, 5, true)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(a)
	if err != nil || int64(len(data)) != a.Size || a.WithoutVideo {
		t.Errorf("%d bytes of %d, %v", len(data), a.Size, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	for _, id := range []int32{8, 6} { // one is broken, one is not there
		if _, err := c.Archive(ctx, id, false); !errors.Is(err, ErrNone) {
			t.Errorf("archive %d: %v", id, err)
		}
	}
	// A directory never speaks for the sources that know more.
	chain := Of(cfg, slog.New(slog.DiscardHandler), newDirectory(dir, 1<<20), &fake{name: "other"})
	if _, origin, err := chain.Set(ctx, Key{SetID: 5}); err != nil || origin != "other" {
		t.Errorf("%s, %v", origin, err)
	}
}

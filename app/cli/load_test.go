package cli

import (
	"archive/zip"
	"os"
	"path/filepath"
	"testing"

	"github.com/pure-peace/peace/osu/osutest"
)

func TestLoadReadsSongs(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	maps := osutest.Sources(t)[0]
	put("1 A - B/easy.osu", maps.Map(t, "osu-mixed"))
	put("1 A - B/audio.mp3", []byte("no beatmap"))
	put("broken.osz", []byte("no archive"))
	file, err := os.Create(filepath.Join(dir, "2 C - D.osz"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(file)
	for _, name := range []string{"taiko-patterns", "mania-4k"} {
		w, err := z.Create(name + ".osu")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(maps.Map(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	songs, err := loadTest{Beatmaps: dir, Plays: 1}.songs()
	if err != nil || len(songs) != 3 {
		t.Errorf("%d songs are read, %v", len(songs), err)
	}
	for name, c := range map[string]loadTest{
		"an empty folder": {Beatmaps: t.TempDir(), Plays: 1}, "no plays": {Beatmaps: dir}, "no folder": {Beatmaps: filepath.Join(dir, "x"), Plays: 1},
	} {
		if songs, err := c.songs(); err == nil {
			t.Errorf("%s: %d songs are read", name, len(songs))
		}
	}
	if songs, err := (loadTest{Plays: 1}).songs(); songs != nil || err != nil {
		t.Errorf("without a folder: %d songs, %v", len(songs), err)
	}
}

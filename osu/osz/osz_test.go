package osz_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osz"
)

func archive(tb testing.TB, files ...osz.File) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.Name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func open(tb testing.TB, b []byte) *osz.Reader {
	tb.Helper()
	r, err := osz.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestBeatmaps(t *testing.T) {
	r := open(t, archive(t,
		osz.File{Name: "a [Easy].osu", Data: []byte("one")},
		osz.File{Name: "audio.mp3", Data: []byte("noise")},
		osz.File{Name: "sub/b [Hard].OSU", Data: []byte("two")},
	))
	got := ""
	for f, err := range r.Beatmaps() {
		got += fmt.Sprintf("%s=%s %v;", f.Name, f.Data, err)
	}
	if want := "a [Easy].osu=one <nil>;sub/b [Hard].OSU=two <nil>;"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLargeFileIsSkipped(t *testing.T) {
	r := open(t, archive(t,
		osz.File{Name: "bomb.osu", Data: make([]byte, beatmap.MaxSize+1)},
		osz.File{Name: "fine.osu", Data: []byte("fine")},
	))
	var errs []error
	var last osz.File
	for f, err := range r.Beatmaps() {
		errs = append(errs, err)
		last = f
	}
	if len(errs) != 2 || !errors.Is(errs[0], osz.ErrTooLarge) || errs[1] != nil || string(last.Data) != "fine" {
		t.Errorf("got %v and at last %q", errs, last.Name)
	}
}

func TestBounds(t *testing.T) {
	many := make([]osz.File, osz.MaxBeatmaps+1)
	for i := range many {
		many[i].Name = fmt.Sprintf("%d.osu", i)
	}
	b := archive(t, many...)
	if _, err := osz.NewReader(bytes.NewReader(b), int64(len(b))); !errors.Is(err, osz.ErrTooMany) {
		t.Errorf("an archive of %d beatmaps: %v", len(many), err)
	}
	if _, err := osz.NewReader(bytes.NewReader([]byte("PK")), 2); !errors.Is(err, osz.ErrNoArchive) {
		t.Errorf("no archive: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	whole := archive(f, osz.File{Name: "a.osu", Data: []byte("osu file format v14\n")}, osz.File{Name: "b.png", Data: []byte{1}})
	f.Add(whole)
	f.Add(whole[:len(whole)-7])
	f.Add(whole[12:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := osz.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		total := 0
		for file, err := range r.Beatmaps() {
			if err != nil && file.Data != nil {
				t.Error("a file that failed has data")
			}
			total += len(file.Data)
		}
		if total > osz.MaxUnpacked {
			t.Errorf("unpacked %d bytes", total)
		}
	})
}

package osz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
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

func TestOutside(t *testing.T) {
	for _, name := range []string{"../a.osu", "a/../../b.png", `..\a.osu`, `a\..\b`, "/etc/passwd", `\a`, `C:\a.osu`, "a\x00.osu"} {
		b := archive(t, osz.File{Name: name})
		if _, err := osz.NewReader(bytes.NewReader(b), int64(len(b))); !errors.Is(err, osz.ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	open(t, archive(t, osz.File{Name: "a..b/..c.png"}, osz.File{Name: "..."}))
}

func TestManyEntries(t *testing.T) {
	for n, name := range map[int]string{
		osz.MaxFiles + 1: "%d",
		9000:             strings.Repeat("x", 1000) + "%d", // a directory that is too large to be read
	} {
		many := make([]osz.File, n)
		for i := range many {
			many[i].Name = fmt.Sprintf(name, i)
		}
		b := archive(t, many...)
		if _, err := osz.NewReader(bytes.NewReader(b), int64(len(b))); !errors.Is(err, osz.ErrTooMany) {
			t.Errorf("an archive of %d files: %v", n, err)
		}
	}
}

func TestOpen(t *testing.T) {
	r := open(t, archive(t, osz.File{Name: `SB\Star.png`, Data: []byte("12345")}, osz.File{Name: "a.mp4", Data: []byte("film")}))
	if got := r.Entries(); len(got) != 2 || got[0].Name != `SB\Star.png` || got[0].Size != 5 || !osz.IsVideo(got[1].Name) || osz.IsVideo(got[0].Name) {
		t.Errorf("entries %+v", got)
	}
	for limit, want := range map[int64]error{4: osz.ErrTooLarge, 5: nil, 6: nil} {
		in, err := r.Open("sb/STAR.png", limit)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if !errors.Is(err, want) || string(data) != "12345"[:min(limit, 5)] {
			t.Errorf("at most %d bytes: %q, %v", limit, data, err)
		}
		if n, err := in.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("behind the end: %d, %v", n, err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Open("star.png", 1); !errors.Is(err, osz.ErrNoFile) {
		t.Error(err)
	}
}

// TestOverlap gives two files the same bytes, as bombs do.
func TestOverlap(t *testing.T) {
	b := archive(t, osz.File{Name: "a.png", Data: bytes.Repeat([]byte{7}, 5000)}, osz.File{Name: "b.png", Data: bytes.Repeat([]byte{7}, 5000)})
	// The directory's entries lie behind the files; each has the size of its packed bytes at offset 20.
	for at := bytes.Index(b, []byte("PK\x01\x02")); at >= 0; {
		binary.LittleEndian.PutUint32(b[at+20:], uint32(len(b)-10))
		next := bytes.Index(b[at+4:], []byte("PK\x01\x02"))
		if next < 0 {
			break
		}
		at += 4 + next
	}
	if _, err := osz.NewReader(bytes.NewReader(b), int64(len(b))); !errors.Is(err, osz.ErrOverlap) {
		t.Error(err)
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

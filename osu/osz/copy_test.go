package osz_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/pure-peace/peace/osu/osz"
)

func TestCopyKeepsFilesAsTheyArePacked(t *testing.T) {
	original := archive(t,
		osz.File{Name: "a.osu", Data: []byte("osu file format v14")}, osz.File{Name: "v.mp4", Data: []byte("video")},
		osz.File{Name: "b.png", Data: []byte("picture")})
	r, err := osz.NewReader(bytes.NewReader(original), int64(len(original)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Copy(&b, func(e osz.Entry) bool { return !osz.IsVideo(e.Name) }); err != nil {
		t.Fatal(err)
	}
	copied, err := osz.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	before, after := r.Entries(), copied.Entries()
	if len(after) != 2 || after[0] != before[0] || after[1] != before[2] {
		t.Errorf("%+v of %+v", after, before)
	}
	broken := errors.New("no room")
	if err := r.Copy(full{broken}, func(osz.Entry) bool { return true }); !errors.Is(err, broken) {
		t.Errorf("to a full disk: %v", err)
	}
}

type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

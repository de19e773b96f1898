package submission_test

import (
	"bytes"
	"testing"

	"github.com/pure-peace/peace/osu/submission"
)

// BenchmarkReceive reads, decrypts and checks a submission with a replay of 40 KiB, and writes its charts.
func BenchmarkReceive(b *testing.B) {
	s := known()
	s.Replay = bytes.Repeat([]byte{1, 2, 3, 4}, 10<<10)
	form, err := s.Seal(iv())
	if err != nil {
		b.Fatal(err)
	}
	sent, contentType := body(b, form.Write)
	l, charts := login(b), response()
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		form, err := submission.ReadForm(contentType, bytes.NewReader(sent))
		if err != nil {
			b.Fatal(err)
		}
		s, err := form.Open()
		if err != nil || s.Check(l) != nil {
			b.Fatal(err)
		}
		out = charts.Append(out[:0])
	}
}

// BenchmarkBoard writes a full board.
func BenchmarkBoard(b *testing.B) {
	full := board()
	for len(full.Lines) < submission.MaxBoard {
		full.Lines = append(full.Lines, full.Lines[0])
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = full.Append(out[:0])
	}
}

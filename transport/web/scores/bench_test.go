package scores_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/scores"
)

// BenchmarkSubmit is what the edge costs, with authentication and sessions: the form, its decryption, the doubts, the charts.
func BenchmarkSubmit(b *testing.B) {
	s := newBench(b, nil, nil)
	s.first()
	template := upload(b, s.play())
	body, err := io.ReadAll(template.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		clear(s.scores.known)
		s.scores.submitted = nil
		r := template.Clone(b.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
		if w := s.serve(r); !strings.HasPrefix(w.Body.String(), "beatmapId:") {
			b.Fatal(w.Body.String())
		}
	}
}

// BenchmarkBoard is a leaderboard of fifty, without what scores and beatmaps cost.
func BenchmarkBoard(b *testing.B) {
	s := newBench(b, nil, nil)
	own := s.placed(99, s.ann.ID(), 51)
	s.scores.board = scores.Leaderboard{Metric: scores.ByClassic, Own: &own, Count: 51}
	for i := range 50 {
		u := s.Register(b, fmt.Sprintf("player %d", i))
		s.scores.board.Scores = append(s.scores.board.Scores, s.placed(int64(i), u.ID, int32(i+1)))
	}
	query := s.query()
	b.ReportAllocs()
	for b.Loop() {
		if w := s.get("/web/osu-osz2-getscores.php", query); strings.Count(w.Body.String(), "\n") != 54 {
			b.Fatal(w.Body.String())
		}
		s.scores.asked = nil
	}
}

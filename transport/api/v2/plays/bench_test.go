package plays_test

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu/mods"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/stacktest"
)

// benchBoard is a server on a socket, with a board of sixty players, and a player who is on it.
func benchBoard(b *testing.B) (*bench, string, string) {
	b.Helper()
	s := newBench(b, nil)
	var token string
	for i := range 60 {
		u, access := s.Player(b, fmt.Sprintf("Player%d", i))
		token = access
		s.lazer(b, u.ID, fmt.Sprint(i), int64(900_000-1000*i), func(sub *scores.Submission) {
			if i%2 == 0 {
				sub.Mods = mods.Of(mods.Hidden)
			}
		})
	}
	return s, "http://" + stacktest.Serve(b, s.API) + v2.Prefix, token
}

func ask(b *testing.B, address, token string) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var size atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("X-Api-Version", "20260821")
			answer, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			n, err := io.Copy(io.Discard, answer.Body)
			if err != nil || answer.StatusCode != http.StatusOK {
				b.Errorf("%d, %v", answer.StatusCode, err)
			}
			_ = answer.Body.Close()
			size.Store(n)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(size.Load()), "bytes")
}

// BenchmarkLeaderboard is what song select asks for: fifty scores with their players, and one's own.
func BenchmarkLeaderboard(b *testing.B) {
	_, address, token := benchBoard(b)
	b.Run("global", func(b *testing.B) { ask(b, address+"/beatmaps/75/scores?type=global&mode=osu&limit=50", token) })
	b.Run("mods", func(b *testing.B) {
		ask(b, address+"/beatmaps/75/scores?type=global&mode=osu&mods[]=HD&limit=100", token)
	})
}

// BenchmarkSubmit is a play of lazer, its token included, with pp and all places.
func BenchmarkSubmit(b *testing.B) {
	s := newBench(b, nil)
	_, token := s.Player(b, "Ann")
	b.ReportAllocs()
	for b.Loop() {
		id := s.token(b, token)
		if a := s.Do(b, http.MethodPut, fmt.Sprintf("/beatmaps/75/solo/scores/%d", id), token, told()); a.Code != http.StatusOK {
			b.Fatalf("%d %s", a.Code, a.Body)
		}
	}
}

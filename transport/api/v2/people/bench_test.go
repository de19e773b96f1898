package people_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
)

// BenchmarkRequests asks what clients ask most, of a server with 1,000 players. The modules that a stack does not have cost
// nothing here.
func BenchmarkRequests(b *testing.B) {
	s := newServer(b)
	var first int32
	for i := range 200 {
		u := s.Register(b, "player"+strconv.Itoa(i))
		if i == 0 {
			first = u.ID
		}
		s.play(b, u.ID, osu.Standard, float64(i+1))
	}
	var ids strings.Builder
	for i := range int32(50) {
		fmt.Fprintf(&ids, "&ids[]=%d", first+i)
	}
	for name, path := range map[string]string{
		"me": "/me/", "user": "/users/" + strconv.Itoa(int(first)) + "/osu?key=id", "lookup of 50": "/users/lookup/?ruleset_id=0" + ids.String(),
		"ranking": "/rankings/osu/performance", "search": "/search?mode=user&query=player1",
	} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if status, body := s.ask("GET", path, first+int32(b.N%100), 20260821); status != 200 {
						b.Error(status, body)
					}
				}
			})
		})
	}
}

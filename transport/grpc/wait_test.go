package peer

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pure-peace/peace/modules/state/statepb"
)

// own is a request with a wait of its own.
type own struct{ wait *durationpb.Duration }

func (o own) GetWait() *durationpb.Duration { return o.wait }

func TestWaitOf(t *testing.T) {
	take := func(wait time.Duration) any {
		return &statepb.DrainRequest{Space: "s", Take: &statepb.Take{Wait: durationpb.New(wait)}}
	}
	for _, test := range []struct {
		name string
		req  any
		want time.Duration
	}{
		{"of the request", own{durationpb.New(time.Second)}, time.Second},
		{"of a message in it", take(3 * time.Second), 3 * time.Second},
		{"no wait", &statepb.DrainRequest{Take: &statepb.Take{Keep: true}}, 0},
		{"no message", &statepb.DrainRequest{}, 0},
		{"neither", &statepb.ApplyRequest{Changes: []*statepb.Change{{}}}, 0},
		{"no request of ours", "text", 0},
		{"an hour", take(time.Hour), maxWait},
		{"negative", take(-time.Hour), 0},
	} {
		if got := waitOf(test.req); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func BenchmarkWaitOf(b *testing.B) {
	req := &statepb.DrainRequest{Space: "s", Take: &statepb.Take{Keep: true}}
	b.ReportAllocs()
	for b.Loop() {
		waitOf(req)
	}
}

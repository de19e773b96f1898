package wiretest_test

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/transport/grpc/internal/echo"
	"github.com/pure-peace/peace/transport/grpc/internal/echo/echopb"
	"github.com/pure-peace/peace/transport/grpc/internal/sample"
	"github.com/pure-peace/peace/transport/grpc/internal/sample/palette"
	"github.com/pure-peace/peace/transport/grpc/internal/sample/palette/palettepb"
	"github.com/pure-peace/peace/transport/grpc/internal/sample/samplepb"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// implementation answers with what it was given.
type implementation struct{}

func (implementation) Parameters(_ context.Context, yes bool, i32 int32, s64 int64, u32 uint32, f64 uint64, ratio float32, share float64, typeValue string, ctxValue []byte) (string, error) {
	return fmt.Sprint(yes, i32, s64, u32, f64, ratio, share, typeValue, ctxValue), nil
}

func (implementation) Named(_ context.Context, id sample.ID, userIDs []sample.ID, limit int, address netip.Addr, mode sample.Mode,
	modes []sample.Mode, parent *sample.ID, at time.Time, wait time.Duration, names map[int32]string,
) (sample.ID, string, error) {
	p := sample.ID(-1)
	if parent != nil {
		p = *parent
	}
	return id + p, fmt.Sprint(userIDs, limit, address, mode, modes, at, wait, names), nil
}

func (implementation) Swap(_ context.Context, thing sample.Thing, colors []palette.Color) (sample.Thing, palette.Color, error) {
	return thing, colors[len(colors)-1], nil
}

func (implementation) Nothing(context.Context) error { return nil }

func (implementation) Follow(_ context.Context, since *time.Time) iter.Seq2[sample.Thing, error] {
	return func(yield func(sample.Thing, error) bool) {
		_ = since == nil && yield(sample.Thing{ID: 1}, nil) && yield(sample.Thing{ID: 2}, nil)
	}
}

func (implementation) Ticks(context.Context) iter.Seq2[sample.ID, error] {
	return func(yield func(sample.ID, error) bool) {
		_ = yield(1, nil) && yield(2, nil)
	}
}

// calls makes one call of each method and returns what came of them.
func calls(t *testing.T, s sample.Service) (results []string) {
	t.Helper()
	add := func(values ...any) { results = append(results, fmt.Sprintf("%+v", values)) }
	text, err := s.Parameters(t.Context(), true, -1, -1<<60, 1<<31, 1<<63, 0.5, 0.25, "type", []byte{1})
	add(text, err)
	parent := sample.ID(40)
	id, text, err := s.Named(t.Context(), 2, []sample.ID{1, 2}, 7, netip.MustParseAddr("::1"), sample.ModeTaiko, []sample.Mode{1}, &parent,
		time.Unix(1, 2).UTC(), time.Hour, map[int32]string{1: "a"})
	add(id, text, err)
	id, text, err = s.Named(t.Context(), 2, nil, 0, netip.Addr{}, 0, nil, nil, time.Time{}, 0, nil)
	add(id, text, err)
	thing, color, err := s.Swap(t.Context(), sample.Thing{ID: 3, Tags: []sample.Label{"x"}}, []palette.Color{{}, {Blue: 255}})
	add(thing, color, err)
	add(s.Nothing(t.Context()))
	since := time.Time{}
	for _, at := range []*time.Time{nil, &since} {
		for thing, err := range s.Follow(t.Context(), at) {
			add(thing, err)
		}
	}
	for id, err := range s.Ticks(t.Context()) {
		add(id, err)
		break
	}
	return results
}

func TestLocalAndRemoteAgree(t *testing.T) {
	remote := wiretest.Loopback(t, samplepb.Register, samplepb.NewClient, sample.Service(implementation{}))
	if diff := cmp.Diff(calls(t, implementation{}), calls(t, remote)); diff != "" {
		t.Errorf("-local +remote:\n%s", diff)
	}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, palettepb.FromColor, palettepb.ToColor)
	oneOf := func(s *sample.Shape) {
		if s.Circle != nil {
			s.Tint = nil
		}
	}
	wiretest.RoundTrip(t, samplepb.FromShape, samplepb.ToShape, oneOf)
	wiretest.RoundTrip(t, samplepb.FromThing, samplepb.ToThing, func(v *sample.Thing) {
		oneOf(&v.Shape)
		v.ByMode = map[sample.ID]sample.Mode{v.ID: v.Mode}
	})
}

// recorder is an Observer that writes down what it sees.
type recorder struct{ seen []string }

func (r *recorder) Start(ctx context.Context, service, method string) (context.Context, func(error)) {
	return ctx, func(err error) { r.seen = append(r.seen, fmt.Sprint(service, ".", method, " ", err)) }
}

func TestObserve(t *testing.T) {
	r := &recorder{}
	want := calls(t, implementation{})
	if diff := cmp.Diff(want, calls(t, samplepb.Observe(implementation{}, r))); diff != "" {
		t.Errorf("the observed service answers otherwise:\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"sample.Parameters <nil>", "sample.Named <nil>", "sample.Named <nil>", "sample.Swap <nil>", "sample.Nothing <nil>",
		"sample.Follow <nil>", "sample.Follow <nil>", "sample.Ticks <nil>",
	}, r.seen); diff != "" {
		t.Errorf("-want +seen:\n%s", diff)
	}
	if next := sample.Service(implementation{}); samplepb.Observe(next, nil) != next {
		t.Error("a decorator without an observer")
	}
	failing := samplepb.ObserveExtras(samplepb.NewExtrasClient(nil), r)
	func() {
		defer func() { _ = recover() }()
		_ = failing.Ping(t.Context(), 1)
	}()
	if len(r.seen) != 9 {
		t.Error("a call that panicked is not reported")
	}
}

func TestMalformed(t *testing.T) {
	for field, m := range map[string]*samplepb.Thing{
		"small":          {Small: 128},
		"mode":           {Mode: -1},
		"modes":          {Modes: []samplepb.Mode{256}},
		"counts":         {Counts: map[string]uint32{"a": 1 << 16}},
		"level":          {Level: new(int32(1 << 15))},
		"ip":             {Ip: "localhost"},
		"ips":            {Ips: []string{"", "999.0.0.1"}},
		"colors.red":     {Colors: []*palettepb.Color{{Red: 256}}},
		"shape.tint.red": {Shape: &samplepb.Shape{Part: &samplepb.Shape_Tint{Tint: &palettepb.Color{Red: 256}}}},
	} {
		_, err := samplepb.ToThing(m)
		if f := fault.As(err); f == nil || !f.Is(wire.ErrMalformed) || f.Kind != fault.Invalid || f.Details["field"] != field {
			t.Errorf("%s: %#v", field, err)
		}
	}
}

func TestExternal(t *testing.T) {
	if _, ok := wiretest.External(t, echopb.NewClient); ok {
		t.Error("a peer that nobody named")
	}
	t.Setenv("PEACE_TEST_PEER", "sample=unix:/nowhere, echo=unix:/nowhere")
	if c, ok := wiretest.External[echo.Service](t, echopb.NewClient); !ok || c == nil {
		t.Error("the peer that was named is not used")
	}
}

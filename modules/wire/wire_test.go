package wire_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/netip"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pure-peace/peace/modules/wire"
)

func TestToInt(t *testing.T) {
	var err error
	var small int8
	var id uint32
	for _, n := range []int64{-128, 0, 127} {
		if wire.Set(&err, "n", &small, n, wire.ToInt); err != nil || int64(small) != n {
			t.Errorf("%d: %d, %v", n, small, err)
		}
	}
	for _, n := range []int64{-129, 128, math.MaxInt64, math.MinInt64, 256} {
		err = nil
		if wire.Set(&err, "n", &small, n, wire.ToInt); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%d fits an int8: %d", n, small)
		}
	}
	for _, n := range []int64{-1, 1 << 32, math.MinInt64} {
		err = nil
		if wire.Set(&err, "n", &id, n, wire.ToInt); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%d fits a uint32: %d", n, id)
		}
	}
	if _, err := wire.ToInt[uint64, int64](math.MaxUint64); !errors.Is(err, wire.ErrMalformed) {
		t.Error("the greatest uint64 fits an int64")
	}
}

func TestTimes(t *testing.T) {
	when := time.Date(2026, 11, 21, 1, 2, 3, 4, time.FixedZone("", 3600))
	if got, err := wire.ToTime(wire.FromTime(when)); err != nil || !got.Equal(when) || got.Location() != time.UTC {
		t.Errorf("%v, %v", got, err)
	}
	if wire.FromTime(time.Time{}) != nil || wire.FromDuration(0) != nil {
		t.Error("zero is not absent")
	}
	if got, err := wire.ToTime(timestamppb.New(time.Time{})); err != nil || !got.IsZero() {
		t.Errorf("zero that is present: %v, %v", got, err)
	}
	for _, s := range []*timestamppb.Timestamp{{Seconds: math.MaxInt64}, {Nanos: -1}, {Seconds: math.MinInt64}} {
		if got, err := wire.ToTime(s); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	for _, d := range []time.Duration{0, 1, -time.Hour, math.MaxInt64, math.MinInt64} {
		if got, err := wire.ToDuration(wire.FromDuration(d)); err != nil || got != d {
			t.Errorf("%v: %v, %v", d, got, err)
		}
	}
	for _, s := range []*durationpb.Duration{{Seconds: math.MaxInt64}, {Seconds: 1, Nanos: -1}, {Seconds: 10_000_000_000}} {
		if got, err := wire.ToDuration(s); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, addr := range []netip.Addr{{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%eth0")} {
		if got, err := wire.ToText[netip.Addr](wire.FromText(addr)); err != nil || got != addr {
			t.Errorf("%v: %v, %v", addr, got, err)
		}
	}
	if _, err := wire.ToText[netip.Addr]("localhost"); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("localhost: %v", err)
	}
	if got := wire.FromString("a\xffb"); got != "a\uFFFDb" {
		t.Errorf("%q", got)
	}
}

func TestMapKeysStayApart(t *testing.T) {
	var err error
	var m map[float32]bool
	wire.Map(&err, "m", &m, map[float64]bool{1: true, 1 + 1e-12: true}, wire.ToFloat, wire.ToBool)
	if !errors.Is(err, wire.ErrMalformed) || m != nil {
		t.Errorf("%v, %v", m, err)
	}
}

// source is a stream of numbers that ends with an error.
type source struct {
	grpc.ClientStream
	left int
	end  error
}

func (s *source) Recv() (*int, error) {
	if s.left == 0 {
		return nil, s.end
	}
	s.left--
	return &s.left, nil
}

func TestStream(t *testing.T) {
	broken := errors.New("broken")
	odd := func(n *int) (int, error) {
		if *n == 7 {
			return 0, broken
		}
		return *n, nil
	}
	for _, test := range []struct {
		name         string
		open         error
		source       source
		values, errs int
	}{
		{"ends", nil, source{left: 3, end: io.EOF}, 3, 0},
		{"fails", nil, source{left: 3, end: broken}, 3, 1},
		{"does not open", broken, source{}, 0, 1},
		{"cannot be read", nil, source{left: 10, end: io.EOF}, 2, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var opened context.Context
			values, errs := 0, 0
			for _, err := range wire.Stream(t.Context(), func(ctx context.Context) (grpc.ServerStreamingClient[int], error) {
				opened = ctx
				return &test.source, test.open
			}, odd) {
				if err != nil {
					errs++
				} else {
					values++
				}
			}
			if values != test.values || errs != test.errs {
				t.Errorf("%d values and %d errors", values, errs)
			}
			if opened.Err() == nil {
				t.Error("the call outlives its loop")
			}
		})
	}
}

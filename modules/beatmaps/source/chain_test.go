package source

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func TestChainFailsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := &fake{name: "first", err: errors.New("down")}, &fake{name: "second"}
		cfg := DefaultConfig()
		cfg.Backoff, cfg.BackoffMax = 10*time.Second, time.Minute
		c := Of(cfg, slog.New(slog.DiscardHandler), first, second)
		ask := func(want string) {
			t.Helper()
			if _, origin, err := c.Set(t.Context(), Key{SetID: 1}); err != nil || origin != want {
				t.Fatalf("%s: %v", origin, err)
			}
		}
		ask("second")
		ask("second") // without another try of the first
		if first.asked != 1 {
			t.Errorf("the first was asked %d times", first.asked)
		}
		// Each failure in a row doubles the rest, give or take a fifth, up to the bound.
		for _, rest := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute} {
			asked := first.asked
			time.Sleep(rest*8/10 - time.Millisecond)
			ask("second")
			if first.asked != asked {
				t.Fatalf("asked before %v were over", rest)
			}
			time.Sleep(rest*4/10 + 2*time.Millisecond)
			ask("second")
			if first.asked != asked+1 {
				t.Fatalf("not asked after %v", rest)
			}
		}
		first.err = nil
		time.Sleep(2 * time.Minute)
		ask("first")
		first.err = errors.New("down")
		ask("second")
		time.Sleep(12*time.Second + time.Millisecond) // counted anew
		first.err = nil
		ask("first")
	})
}

func TestChainRemembersWhatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none, down := &fake{name: "none", err: ErrNone}, &fake{name: "down", err: errors.New("down")}
		cfg := DefaultConfig()
		cfg.Missing = time.Hour
		c := Of(cfg, slog.New(slog.DiscardHandler), none, down)
		key := Key{BeatmapID: 7}
		ask := func(want error) {
			t.Helper()
			if _, _, err := c.Set(t.Context(), key); !errors.Is(err, want) {
				t.Fatalf("%v, want %v", err, want)
			}
		}
		ask(ErrUnavailable) // one who might know was not reached
		time.Sleep(time.Minute)
		down.err = ErrNone
		ask(ErrNone)
		ask(ErrNone)
		if none.asked != 1 || down.asked != 2 {
			t.Errorf("asked %d and %d times", none.asked, down.asked)
		}
		c.Forget(key)
		ask(ErrNone)
		time.Sleep(time.Hour + time.Second)
		none.err = nil
		ask(nil)
		if none.asked != 3 || down.asked != 3 {
			t.Errorf("asked %d and %d times", none.asked, down.asked)
		}
	})
}

func TestChainTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := &fake{name: "slow", err: errStalled}, &fake{name: "quick"}
		c := Of(DefaultConfig(), slog.New(slog.DiscardHandler), slow, quick)
		began := time.Now()
		if _, origin, err := c.Set(t.Context(), Key{SetID: 1}); err != nil || origin != "quick" {
			t.Errorf("%s, %v", origin, err)
		}
		if took := time.Since(began); took != DefaultConfig().Timeout {
			t.Errorf("took %v", took)
		}
		// Who goes away is not the source's fault.
		c = Of(DefaultConfig(), slog.New(slog.DiscardHandler), slow, quick)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := c.Set(ctx, Key{SetID: 1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if h := c.Health()[0]; h.Failures != 0 {
			t.Errorf("%+v", h)
		}
	})
}

func TestChainIgnoresNonsense(t *testing.T) {
	odd, good := &fake{name: "odd", err: errUnusable}, &fake{name: "good"}
	c := Of(DefaultConfig(), slog.New(slog.DiscardHandler), odd, good)
	for range 2 {
		if _, origin, err := c.Set(t.Context(), Key{SetID: 1}); err != nil || origin != "good" {
			t.Errorf("%s, %v", origin, err)
		}
	}
	if odd.asked != 1 || c.Health()[0].Failures != 0 {
		t.Errorf("asked %d times, %+v", odd.asked, c.Health()[0])
	}
	var nobody *Chain
	if !nobody.Empty() || !Of(DefaultConfig(), nil).Empty() {
		t.Error("nobody is somebody")
	}
	if _, _, err := Of(DefaultConfig(), nil).Set(t.Context(), Key{SetID: 1}); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

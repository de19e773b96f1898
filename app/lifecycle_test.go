package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// diary records what happened in which order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) part(name string) part {
	return part{
		name: name,
		run: func(ctx context.Context) error {
			<-ctx.Done()
			d.write(name + " stopped")
			return nil
		},
		drain: func(context.Context) error { d.write(name + " drained"); return nil },
		close: func() error { d.write(name + " closed"); return nil },
	}
}

func TestPartsStopInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		l := lifecycle{log: slog.New(slog.DiscardHandler), timeout: time.Second, parts: []part{d.part("state"), d.part("users"), d.part("http")}}
		ctx, cancel := context.WithCancel(t.Context())
		err := l.run(ctx, func() { d.write("started"); cancel() }, func(context.Context) { d.write("not ready") })
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"started", "not ready",
			"http drained", "users drained", "state drained",
			"http stopped", "users stopped", "state stopped",
			"http closed", "users closed", "state closed",
		}
		if diff := cmp.Diff(want, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFailedPartStopsTheOthers(t *testing.T) {
	for _, tc := range []struct {
		name string
		run  func(context.Context) error
		want string
	}{
		{"with an error", func(context.Context) error { return errors.New("disk full") }, "users: disk full"},
		{"by returning", func(context.Context) error { return nil }, "users: stopped by itself"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var d diary
				l := lifecycle{log: slog.New(slog.DiscardHandler), timeout: time.Second, parts: []part{d.part("state"), {name: "users", run: tc.run}}}
				err := l.run(t.Context(), func() {}, func(context.Context) {})
				if err == nil || err.Error() != tc.want {
					t.Errorf("error is %v, want %q", err, tc.want)
				}
				if !slices.Contains(d.lines, "state closed") {
					t.Errorf("state was not closed: %v", d.lines)
				}
			})
		})
	}
}

func TestADrainThatHangsIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		stuck := part{name: "http", drain: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		l := lifecycle{log: slog.New(slog.DiscardHandler), timeout: 15 * time.Second, parts: []part{d.part("state"), stuck}}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		begin := time.Now()
		if err := l.run(ctx, func() {}, func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 15*time.Second {
			t.Errorf("stopping took %v, want the 15s of the timeout", took)
		}
		if !slices.Contains(d.lines, "state closed") {
			t.Errorf("state was not closed: %v", d.lines)
		}
	})
}

package memory

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

func TestExpiryInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(t.Context(), Config{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = s.Run(t.Context()) }()
		put := func(key string, ttl time.Duration) {
			if _, err := s.Apply(t.Context(), []state.Change{{Put: &state.Put{Space: "s", Key: key, TTL: ttl}}}); err != nil {
				t.Fatal(err)
			}
		}
		alive := func(key string) bool {
			records, err := s.Get(t.Context(), "s", []string{key})
			if err != nil {
				t.Fatal(err)
			}
			return len(records) == 1
		}
		synctest.Wait()
		put("long", time.Hour)
		put("short", time.Minute) // wakes the sleeping loop
		put("ever", 0)
		put("drained", time.Minute)
		put("longer", time.Minute)
		put("longer", 3*time.Minute)
		time.Sleep(59 * time.Second)
		if !alive("short") || !alive("drained") {
			t.Fatal("a record ended early")
		}
		if _, err := s.Drain(t.Context(), "s", "drained", state.Take{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second + expiryPause)
		synctest.Wait()
		if alive("short") || !alive("drained") || !alive("longer") {
			t.Fatalf("short %t, drained %t, longer %t", alive("short"), alive("drained"), alive("longer"))
		}
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if alive("drained") {
			t.Fatal("a drain renewed a record for more than its time")
		}
		// A wait renews when it begins and when it ends.
		put("waited", time.Minute)
		if _, err := s.Drain(t.Context(), "s", "waited", state.Take{Wait: 50 * time.Second}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(55 * time.Second)
		if !alive("waited") {
			t.Fatal("the end of a wait did not renew the record")
		}
		if _, err := s.Drain(t.Context(), "s", "waited", state.Take{Wait: time.Hour}); !errors.Is(err, state.ErrNoRecord) {
			t.Fatalf("error is %v", err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if alive("long") || !alive("ever") {
			t.Fatal("long or ever is wrong")
		}
		if len(s.expiry.records) != 0 {
			t.Fatal("the heap keeps records that are gone")
		}
	})
}

func TestCloseEndsWhatWaits(t *testing.T) {
	s := open(t, "")
	if _, err := s.Apply(t.Context(), []state.Change{{Put: &state.Put{Space: "s", Key: "k"}}}); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	go func() {
		_, err := s.Drain(t.Context(), "s", "k", state.Take{Wait: time.Hour})
		errs <- err
	}()
	go func() {
		for _, err := range s.Watch(t.Context(), "s") {
			if err != nil {
				errs <- err
			}
		}
	}()
	go func() {
		for _, err := range s.Subscribe(t.Context(), []string{"t"}) {
			if err != nil {
				errs <- err
			}
		}
	}()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := <-errs; !errors.Is(err, state.ErrClosed) {
			t.Errorf("error is %v", err)
		}
	}
	if _, err := s.Append(context.Background(), state.Append{Space: "s"}); !errors.Is(err, state.ErrClosed) {
		t.Errorf("error is %v", err)
	}
}

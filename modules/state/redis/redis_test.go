package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// processes opens engines that share one Redis, as several processes do.
func processes(t testing.TB, n int) []*Service {
	t.Helper()
	url := os.Getenv("PEACE_TEST_REDIS")
	if url == "" {
		if os.Getenv("PEACE_TEST_REQUIRE") != "" {
			t.Fatal("PEACE_TEST_REDIS is not set")
		}
		t.Skip("PEACE_TEST_REDIS is not set")
	}
	prefix := "test:" + rand.Text() + ":"
	var all []*Service
	for range n {
		s, err := New(t.Context(), Config{URL: url, Prefix: prefix}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := errors.Join(<-ended, s.Close()); err != nil {
				t.Error(err)
			}
		})
		all = append(all, s)
	}
	return all
}

func apply(t testing.TB, s *Service, changes ...state.Change) {
	t.Helper()
	if _, err := s.Apply(context.Background(), changes); err != nil {
		t.Fatal(err)
	}
}

func TestProcessesExpireOnce(t *testing.T) {
	all := processes(t, 3)
	var watches []func() (state.Event, error, bool)
	for _, s := range all {
		next, stop := iter.Pull2(s.Watch(t.Context(), "s"))
		t.Cleanup(stop)
		if e, err, _ := next(); err != nil || e.Type != state.EventSynced {
			t.Fatal(e, err)
		}
		watches = append(watches, next)
	}
	const n = 20
	for i := range n {
		apply(t, all[i%3], state.Change{Put: &state.Put{Space: "s", Key: fmt.Sprint(i), TTL: time.Duration(i+1) * 10 * time.Millisecond}})
	}
	for _, next := range watches {
		puts, ends := map[string]int{}, map[string]int{}
		for len(ends) < n {
			e, err, ok := next()
			if err != nil || !ok {
				t.Fatal(err)
			}
			if e.Type == state.EventPut {
				puts[e.Record.Key]++
			} else {
				ends[e.Record.Key]++
			}
			if puts[e.Record.Key] != 1 || ends[e.Record.Key] > 1 || e.Type == state.EventDelete {
				t.Fatalf("unexpected %v", e)
			}
		}
	}
}

func TestWaitAcrossProcesses(t *testing.T) {
	all := processes(t, 2)
	apply(t, all[0], state.Change{Put: &state.Put{Space: "s", Key: "k", AddTags: []string{"t"}}})
	for i := range 20 {
		got := make(chan string, 1)
		go func() {
			mail, err := all[0].Drain(t.Context(), "s", "k", state.Take{Wait: time.Minute})
			if err != nil || len(mail.Items) != 1 {
				got <- fmt.Sprint(mail, err)
				return
			}
			got <- string(mail.Items[0].Data)
		}()
		apply(t, all[1], state.Change{Append: &state.Append{Space: "s", Tags: []string{"t"}, Item: []byte(fmt.Sprint(i))}})
		if text := <-got; text != fmt.Sprint(i) {
			t.Fatalf("round %d brought %s", i, text)
		}
	}
}

// TestLostConnection cuts the connection that streams come over: they end, a waiting drain goes on, and new streams work.
func TestLostConnection(t *testing.T) {
	s := processes(t, 1)[0]
	apply(t, s, state.Change{Put: &state.Put{Space: "s", Key: "k"}})
	next, stop := iter.Pull2(s.Subscribe(t.Context(), []string{"t"}))
	defer stop()
	if _, err, _ := next(); err != nil {
		t.Fatal(err)
	}
	drained := make(chan error, 1)
	go func() {
		mail, err := s.Drain(t.Context(), "s", "k", state.Take{Wait: time.Minute})
		if err == nil && len(mail.Items) != 1 {
			err = fmt.Errorf("drained %v", mail)
		}
		drained <- err
	}()
	kill := s.client.B().Arbitrary("CLIENT", "KILL", "TYPE", "pubsub").Build()
	if err := s.client.Do(t.Context(), kill).Error(); err != nil {
		t.Fatal(err)
	}
	if _, err, _ := next(); !errors.Is(err, state.ErrLagged) {
		t.Fatalf("error is %v", err)
	}
	apply(t, s, state.Change{Append: &state.Append{Space: "s", Keys: []string{"k"}}})
	if err := <-drained; err != nil {
		t.Fatal(err)
	}
	again, stopAgain := iter.Pull2(s.Subscribe(t.Context(), []string{"t"}))
	defer stopAgain()
	if _, err, _ := again(); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(t.Context(), "t", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err, _ := again(); err != nil || string(n.Payload) != "x" {
		t.Fatal(n, err)
	}
}

func TestNoRedis(t *testing.T) {
	_, err := New(t.Context(), Config{URL: "redis://127.0.0.1:1/0"}, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("there is nobody at port 1")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("\x00\x00\x00\x011\x00\x00\x00\x017\x00\x00\x00\x010\x00\x00\x00\x01k\x00\x00\x00\x01v\x00\x00\x00\x01t")
	f.Add("\xff\xff\xff\xff")
	f.Fuzz(func(_ *testing.T, blob string) {
		_, _ = decode("s", blob)
	})
}

func BenchmarkAppend(b *testing.B) {
	s := processes(b, 1)[0]
	for _, n := range []int{1, 50_000} {
		space := fmt.Sprint(n)
		for i := 0; i < n; i += 250 {
			var changes []state.Change
			for j := i; j < min(i+250, n); j++ {
				changes = append(changes, state.Change{Put: &state.Put{Space: space, Key: fmt.Sprint(j), AddTags: []string{"t"}}})
			}
			apply(b, s, changes...)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if reached, err := s.Append(context.Background(), state.Append{Space: space, Tags: []string{"t"}, Item: make([]byte, 100)}); err != nil || reached != n {
					b.Fatal(reached, err)
				}
			}
		})
	}
}

func BenchmarkDrainEmpty(b *testing.B) {
	s := processes(b, 1)[0]
	apply(b, s, state.Change{Put: &state.Put{Space: "s", Key: "k", TTL: time.Hour}})
	for b.Loop() {
		if _, err := s.Drain(context.Background(), "s", "k", state.Take{Keep: true}); err != nil {
			b.Fatal(err)
		}
	}
}

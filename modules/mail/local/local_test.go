package local

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var hello = mail.Message{To: "player@example.com", Subject: "A code", Text: "Your code is 12345678."}

// running returns a service that sends with send until the test's bubble ends, and a function that ends it.
func running(t *testing.T, config Config, send func(context.Context, mail.Message) error) (*Service, func()) {
	t.Helper()
	s, err := New(t.Context(), config, Deps{Domain: "example.org", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.send = send
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _ = s.Run(ctx) }()
	return s, cancel
}

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts []time.Duration
		start := time.Now()
		s, stop := running(t, DefaultConfig(), func(context.Context, mail.Message) error {
			attempts = append(attempts, time.Since(start))
			if len(attempts) < 4 {
				return errors.New("away")
			}
			return nil
		})
		defer stop()
		if err := s.Send(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		want := []time.Duration{0, 5 * time.Second, 20 * time.Second, 65 * time.Second}
		if len(attempts) != len(want) {
			t.Fatalf("tried at %v", attempts)
		}
		for i := range want {
			if attempts[i] != want[i] {
				t.Errorf("tried at %v, want %v", attempts, want)
			}
		}
	})
}

func TestGivesUp(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		most int
	}{
		"refused for good": {permanent{errors.New("no such mailbox")}, 1},
		"away for ever":    {errors.New("away"), 20},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				config := DefaultConfig()
				config.Queue = 1
				s, stop := running(t, config, func(context.Context, mail.Message) error { attempts++; return tc.err })
				defer stop()
				if err := s.Send(t.Context(), hello); err != nil {
					t.Fatal(err)
				}
				time.Sleep(config.RetryFor + time.Minute)
				synctest.Wait()
				if attempts < 1 || attempts > tc.most {
					t.Errorf("tried %d times", attempts)
				}
				if err := s.Send(t.Context(), hello); err != nil {
					t.Errorf("the outbox is not free again: %v", err)
				}
			})
		})
	}
}

func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := DefaultConfig()
		config.Queue, config.Connections = 2, 1
		release := make(chan struct{})
		s, stop := running(t, config, func(ctx context.Context, _ mail.Message) error {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return nil
		})
		defer stop()
		for range 2 {
			if err := s.Send(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if err := s.Send(t.Context(), hello); !errors.Is(err, mail.ErrBusy) {
			t.Errorf("error is %v", err)
		}
		close(release)
		synctest.Wait()
		if err := s.Send(t.Context(), hello); err != nil {
			t.Error(err)
		}
	})
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := DefaultConfig()
		config.Connections = 1
		sent := 0
		s, stop := running(t, config, func(_ context.Context, m mail.Message) error {
			time.Sleep(time.Second)
			if m.Subject == "refused" {
				return errors.New("away")
			}
			sent++
			return nil
		})
		defer stop()
		refused := hello
		refused.Subject = "refused"
		for _, m := range []mail.Message{refused, hello, hello, hello} {
			if err := s.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(1500 * time.Millisecond) // the first is waiting to be tried again
		if err := s.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if sent != 3 {
			t.Errorf("%d mails were sent, want 3", sent)
		}
		if err := s.Send(t.Context(), hello); !errors.Is(err, mail.ErrClosed) {
			t.Errorf("error is %v", err)
		}
	})
}

// TestTakeEnds asks for a mail after the end: it stays where it is, and is not forgotten.
func TestTakeEnds(t *testing.T) {
	o := newOutbox(1)
	if err := o.add(hello, time.Now()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := o.take(ctx); ok {
		t.Error("a mail is taken after the end")
	}
	if e, ok := o.take(t.Context()); !ok || e.attempts != 1 {
		t.Errorf("the next one takes %+v, %t", e, ok)
	}
}

func TestDrainEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := running(t, DefaultConfig(), func(ctx context.Context, _ mail.Message) error { <-ctx.Done(); return ctx.Err() })
		defer stop()
		if err := s.Send(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestPrints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s, err := New(t.Context(), DefaultConfig(), Deps{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "no mail is sent") {
			t.Errorf("nobody is told: %s", &log)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = s.Run(ctx) }()
		if err := s.Send(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !strings.Contains(log.String(), hello.Text) {
			t.Errorf("the mail is not there: %s", &log)
		}
	})
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*Config){
		"server":        func(c *Config) { c.Server = "mail.example.org" },
		"security":      func(c *Config) { c.Security = "ssl" },
		"username":      func(c *Config) { c.Username = "peace" },
		"password_file": func(c *Config) { c.Username, c.Password, c.PasswordFile = "a", "b", "c" },
		"from":          func(c *Config) { c.From = "nobody" },
		"queue":         func(c *Config) { c.Queue = 0 },
		"connections":   func(c *Config) { c.Connections = 17 },
		"timeout":       func(c *Config) { c.Timeout = time.Millisecond },
		"retry_for":     func(c *Config) { c.RetryFor = 49 * time.Hour },
	} {
		c := DefaultConfig()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
	c := DefaultConfig()
	c.Username, c.Password, c.Security = "peace", "secret", Plain
	if err := c.Validate(); err == nil {
		t.Error("a password over a plain connection is accepted")
	}
}

package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
)

// TestCrashLosesNothing kills the process that serves some players, again and again while they are written to by one whom
// another process serves. Each line must reach each of them: once, or again when its process died before it knew that it had.
func TestCrashLosesNothing(t *testing.T) {
	const (
		kills   = 12
		readers = 6
		least   = 15  // lines that everybody must read between two kills
		ahead   = 500 // lines that the writer may be ahead: no mailbox overflows
	)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	safe, doomed := freeAddress(t), freeAddress(t)
	file := fleetFile(t, map[string][]string{
		"core":  but("bancho"),
		"safe":  {"bancho"},
		"crash": {},
	}, safe)
	file = rewritten(t, file, "safe.toml", map[string]string{
		"chat.flood.messages = 1000": "chat.flood.messages = 1000000\nbancho.packet_rate = 10000\nbancho.packet_burst = 100000",
	})
	other := rewritten(t, file, "crash.toml", map[string]string{`bancho = "safe"`: `bancho = "crash"`, safe: doomed})
	start(t, "serve", "--config", file, "--as", "core")
	start(t, "serve", "--config", file, "--as", "safe")
	start(t, "serve", "--config", file)
	victim := start(t, "serve", "--config", other, "--as", "crash")
	start(t, "serve", "--config", other)
	waitForListener(t, safe)
	waitForListener(t, doomed)

	enter := func(address, name string) *client.Client {
		c := apptest.Client(t, address, name)
		if err := c.Register(ctx, strings.ToLower(name)+"@example.com"); err != nil {
			t.Fatalf("registering %s: %v", name, err)
		}
		if err := c.Login(ctx); err != nil {
			t.Fatalf("logging %s in: %v", name, err)
		}
		await(ctx, t, name+" is in #osu", func() bool {
			poll(ctx, t, c)
			return len(c.Joined()) > 0
		})
		return c
	}
	writer := enter(safe, "Bob")
	all := make([]*reader, readers)
	for i := range all {
		all[i] = &reader{client: enter(doomed, fmt.Sprintf("Reader%d", i))}
	}

	var stop atomic.Bool
	var written int64
	var work sync.WaitGroup
	work.Go(func() {
		for tick := time.Tick(2 * time.Millisecond); !stop.Load() && ctx.Err() == nil; <-tick {
			if all[0].whispers.Load()+ahead < written {
				continue
			}
			written++
			writer.Say("#osu", strconv.FormatInt(written, 10))
			writer.Whisper(all[0].client.Name(), strconv.FormatInt(written, 10))
			if _, err := writer.Poll(ctx); err != nil {
				t.Errorf("the writer's poll %d: %v", written, err)
				return
			}
		}
	})
	var reading sync.WaitGroup
	ended := make(chan struct{})
	for _, r := range all {
		reading.Go(func() {
			if err := r.run(ctx, ended); err != nil {
				t.Errorf("%s: %v", r.client.Name(), err)
				cancel()
			}
		})
	}

	for range kills {
		target := make([]int64, readers)
		for i, r := range all {
			target[i] = r.lines.Load() + least
		}
		await(ctx, t, "everybody reads on", func() bool {
			for i, r := range all {
				if r.lines.Load() < target[i] {
					return false
				}
			}
			return true
		})
		victim.kill()
		victim = start(t, "serve", "--config", other, "--as", "crash")
	}
	stop.Store(true)
	work.Wait()
	await(ctx, t, "everybody has read everything", func() bool {
		for _, r := range all {
			if r.lines.Load() < written || r == all[0] && r.whispers.Load() < written {
				return false
			}
		}
		return true
	})
	close(ended)
	reading.Wait()
	repeated := 0
	for _, r := range all {
		repeated += r.repeated
	}
	t.Logf("%d lines for each of %d players, %d came twice over %d kills", written, readers, repeated, kills)
}

// reader reads numbers that rise by one, in #osu and from whispers.
type reader struct {
	client          *client.Client
	lines, whispers atomic.Int64 // the last number of each
	repeated        int
}

// run polls until told to end. An answer may fail to come while a process is being replaced, and nothing else may go wrong.
func (r *reader) run(ctx context.Context, ended <-chan struct{}) error {
	token := r.client.Token()
	for {
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return nil // whoever waits for us says so
		default:
		}
		list, err := r.client.Poll(ctx)
		if errors.Is(err, client.ErrRestart) || r.client.Token() != token {
			return fmt.Errorf("the session is over: %w", err)
		}
		if err != nil {
			continue
		}
		for _, p := range list {
			m, ok := p.(packets.Message)
			if !ok {
				continue
			}
			if err := r.read(m); err != nil {
				return err
			}
		}
	}
}

func (r *reader) read(m packets.Message) error {
	last := &r.whispers
	if m.Target == "#osu" {
		last = &r.lines
	}
	n, err := strconv.ParseInt(m.Text, 10, 64)
	switch want := last.Load() + 1; {
	case err != nil:
		return fmt.Errorf("an unexpected line: %q", m.Text)
	case n > want:
		return fmt.Errorf("line %d to %s came after %d: lost", n, m.Target, want-1)
	case n < want:
		r.repeated++
	default:
		last.Store(n)
	}
	return nil
}

// rewritten copies a configuration to another file beside it, with texts replaced, and returns the path.
func rewritten(t *testing.T, file, name string, replacements map[string]string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for old, replacement := range replacements {
		if !strings.Contains(text, old) {
			t.Fatalf("%s does not contain %s", file, old)
		}
		text = strings.ReplaceAll(text, old, replacement)
	}
	path := filepath.Join(filepath.Dir(file), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

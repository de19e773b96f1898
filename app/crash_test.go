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
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/autoplay"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/bancho/client"
	web "github.com/pure-peace/peace/transport/web/client"
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

// TestCrashLosesNoScore kills all logic and the gateway in turn, while players submit one play after the other. Whatever a player
// submitted counts exactly once, whether or not he heard the answer the first time.
func TestCrashLosesNoScore(t *testing.T) {
	const (
		kills   = 8
		players = 4
		least   = 5 // plays that everybody must get an answer to between two kills
	)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	address := freeAddress(t)
	file := fleetFile(t, map[string][]string{"core": {"state"}, "logic": but("state")}, address)
	file = rewritten(t, file, "crash.toml", map[string]string{
		"chat.flood.messages = 1000": "chat.flood.messages = 1000\nweb_scores.submissions_per_minute = 100000",
	})
	start(t, "serve", "--config", file, "--as", "core")
	logic := start(t, "serve", "--config", file, "--as", "logic")
	gateway := start(t, "serve", "--config", file)
	waitForListener(t, address)
	bring(t, "--config", file)

	all := make([]*submitter, players)
	for i := range all {
		all[i] = &submitter{client: web.New(player(t, address, fmt.Sprintf("Player%d", i)))}
	}
	song := download(ctx, t, all[0].client)
	played, err := autoplay.New(ctx, song.Map, osu.Standard, 0)
	if err != nil {
		t.Fatal(err)
	}
	var playing sync.WaitGroup
	ended := make(chan struct{})
	for _, p := range all {
		playing.Go(func() {
			if err := p.run(ctx, played, song, ended); err != nil {
				t.Errorf("%s: %v", p.client.Game().Name(), err)
				cancel()
			}
		})
	}
	for kill := range kills {
		target := make([]int64, players)
		for i, p := range all {
			target[i] = p.plays.Load() + least
		}
		await(ctx, t, "everybody plays on", func() bool {
			for i, p := range all {
				if p.plays.Load() < target[i] {
					return false
				}
			}
			return true
		})
		if kill%2 == 0 {
			logic.kill()
			logic = start(t, "serve", "--config", file, "--as", "logic")
		} else {
			gateway.kill()
			gateway = start(t, "serve", "--config", file)
		}
	}
	close(ended)
	playing.Wait()

	again, plays, counted := 0, int64(0), int32(0)
	for _, p := range all {
		again += p.again
		plays += p.plays.Load()
		counted = max(counted, p.last.Beatmap.Plays)
		if got := p.last.Overall.After.TotalScore; got != p.total {
			t.Errorf("%s has a total score of %d, his %d plays are worth %d", p.client.Game().Name(), got, p.plays.Load(), p.total)
		}
	}
	board := boardOf(ctx, t, all[0].client, song)
	if board.Count != players {
		t.Errorf("%d players are on the board", board.Count)
	}
	if int64(counted) != plays {
		t.Errorf("the beatmap was played %d times, not %d", counted, plays)
	}
	t.Logf("%d plays of %d players, %d were submitted again over %d kills", plays, players, again, kills)
}

// submitter plays a song again and again.
type submitter struct {
	client *web.Client
	plays  atomic.Int64 // that were answered
	total  int64        // their scores
	again  int          // submissions that went without an answer
	last   *submission.Response
}

func (s *submitter) run(ctx context.Context, m *autoplay.Beatmap, song web.Song, ended <-chan struct{}) error {
	for {
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		play, err := s.client.Perform(m, song, web.Attempt{Ruleset: osu.Standard, Accuracy: 0.95, Interval: 100 * time.Millisecond})
		if err != nil {
			return err
		}
		for {
			s.last, err = s.client.Submit(ctx, play)
			if err == nil {
				break
			}
			if errors.As(err, new(submission.Refusal)) || ctx.Err() != nil {
				return err
			}
			s.again++
			time.Sleep(20 * time.Millisecond)
		}
		s.total += int64(play.Score.Total)
		s.plays.Add(1)
	}
}

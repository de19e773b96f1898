package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// remembered is how many questions are remembered for each source to which it has no answer.
const remembered = 1 << 14

// Chain asks sources in an order until one answers. It is safe for concurrent use; its zero value asks nobody.
//
// Every question ends with an answer, with ErrNone when no source that can be asked knows of such a thing, or with
// ErrUnavailable when one that might know could not be asked: then it is worth asking again.
type Chain struct {
	cfg   Config
	links []*link
	sets  []*link // in the order for metadata: a directory, which knows no statuses, comes last
	log   *slog.Logger
}

// New makes the sources that the configuration names.
func New(cfg Config, log *slog.Logger) (*Chain, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var sources []Source
	for _, name := range cfg.Order {
		switch {
		case name == DirectoryName && cfg.Directory != "":
			sources = append(sources, newDirectory(cfg.Directory, cfg.MaxArchive))
		case name == OfficialName && cfg.Official.ClientID != 0:
			sources = append(sources, newOfficial(cfg))
		case name != DirectoryName && name != OfficialName:
			sources = append(sources, newMirror(name, cfg))
		}
	}
	return Of(cfg, log, sources...), nil
}

// Of returns a chain of the given sources, with the times of a configuration.
func Of(cfg Config, log *slog.Logger, sources ...Source) *Chain {
	c := &Chain{cfg: cfg, log: log}
	for _, s := range sources {
		none, err := lru.New[question, time.Time](remembered)
		if err != nil { // only for a size below 1
			panic(err)
		}
		c.links = append(c.links, &link{Source: s, none: none})
	}
	c.sets = slices.Clone(c.links)
	slices.SortStableFunc(c.sets, func(a, b *link) int { return place(a) - place(b) })
	return c
}

func place(l *link) int {
	if l.Name() == DirectoryName {
		return 1
	}
	return 0
}

// question is what a source may have no answer to.
type question struct {
	what string // set, file or archive
	key  Key
}

func (q question) String() string { return q.what + " of " + q.key.String() }

// link is a source with what the chain knows about it.
type link struct {
	Source
	none *lru.Cache[question, time.Time] // until when not to ask

	mu       sync.Mutex
	failures int // in a row
	until    time.Time
	last     error
}

// Set asks for a set, and returns the name of the source that has told of it, too.
func (c *Chain) Set(ctx context.Context, key Key) (set beatmaps.Set, origin string, err error) {
	set, err = ask(ctx, c, question{"set", key}, c.sets, c.cfg.Timeout, func(ctx context.Context, s Source) (beatmaps.Set, error) {
		origin = s.Name()
		return s.Set(ctx, key)
	})
	return set, origin, err
}

// File asks for a beatmap's .osu file.
func (c *Chain) File(ctx context.Context, beatmapID int32) ([]byte, error) {
	key := Key{BeatmapID: beatmapID}
	return ask(ctx, c, question{"file", key}, c.links, c.cfg.Timeout, func(ctx context.Context, s Source) ([]byte, error) {
		return s.File(ctx, beatmapID)
	})
}

// Archive opens a set's archive. All of it must have been read within the time that the configuration gives a download.
func (c *Chain) Archive(ctx context.Context, setID int32, withoutVideo bool) (*Archive, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Download)
	archive, err := ask(ctx, c, question{"archive", Key{SetID: setID}}, c.links, 0,
		func(ctx context.Context, s Source) (*Archive, error) { return s.Archive(ctx, setID, withoutVideo) })
	if err != nil {
		cancel()
		return nil, err
	}
	body := archive.ReadCloser
	archive.ReadCloser = timed{body, cancel}
	return archive, nil
}

// timed is a body whose deadline goes when it is closed.
type timed struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (t timed) Close() error {
	defer t.cancel()
	return t.ReadCloser.Close()
}

// ask puts a question to the links in turn. A timeout of 0 leaves the time to ctx.
func ask[T any](ctx context.Context, c *Chain, q question, links []*link, timeout time.Duration,
	put func(context.Context, Source) (T, error),
) (answer T, err error) {
	unsure := false
	for _, l := range links {
		now := time.Now()
		if until, ok := l.none.Get(q); ok && now.Before(until) {
			continue
		}
		if l.resting(now) {
			unsure = true
			continue
		}
		answer, err := limited(ctx, timeout, l.Source, put)
		switch {
		case err == nil:
			l.recovered()
			return answer, nil
		case errors.Is(err, ErrUnsupported):
		case errors.Is(err, ErrNone):
			l.recovered()
			l.none.Add(q, time.Now().Add(c.cfg.Missing))
		case errors.Is(err, errUnusable):
			l.recovered()
			l.none.Add(q, time.Now().Add(c.cfg.Missing))
			c.log.WarnContext(ctx, "an answer about beatmaps is not used", "source", l.Name(), "asked", q.String(), "error", err)
		case ctx.Err() != nil:
			return answer, ctx.Err() // nobody waits any more: that is not the source's fault
		case errors.Is(err, errTurn):
			unsure = true
		default:
			unsure = true
			rest := l.failed(err, c.cfg)
			c.log.WarnContext(ctx, "a source of beatmaps failed",
				"source", l.Name(), "asked", q.String(), "rest", rest, "error", err)
		}
	}
	if unsure {
		return answer, ErrUnavailable
	}
	return answer, ErrNone
}

func limited[T any](ctx context.Context, timeout time.Duration, s Source, put func(context.Context, Source) (T, error)) (T, error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	return put(ctx, s)
}

func (l *link) resting(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.until)
}

func (l *link) recovered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures, l.until, l.last = 0, time.Time{}, nil
}

// failed leaves the source alone for a time that doubles with each failure in a row, give or take a fifth so that several
// servers do not come back at once, and for as long as it asks to be left alone.
func (l *link) failed(err error, cfg Config) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := cfg.BackoffMax
	if l.failures < 20 {
		rest = min(rest, cfg.Backoff<<l.failures)
	}
	rest = time.Duration(float64(rest) * (0.8 + 0.4*rand.Float64()))
	if busy := (*Busy)(nil); errors.As(err, &busy) {
		rest = max(rest, busy.Retry)
	}
	if now := time.Now(); !now.Before(l.until) { // of several questions that fail at once the first counts
		l.failures++
		l.until = now.Add(rest)
	}
	l.last = err
	return rest.Round(time.Millisecond)
}

// Health is how a source does.
type Health struct {
	Name     string
	Failures int       // in a row
	Until    time.Time // when it is asked again; zero when it does well
	Err      error     // its last failure; nil when it does well
}

// Health returns how each of the sources does, in their order.
func (c *Chain) Health() []Health {
	out := make([]Health, 0, len(c.links))
	for _, l := range c.links {
		l.mu.Lock()
		out = append(out, Health{l.Name(), l.failures, l.until, l.last})
		l.mu.Unlock()
	}
	return out
}

// Forget makes the chain ask again for what sources have said is not there.
func (c *Chain) Forget(key Key) {
	for _, l := range c.links {
		for _, q := range []string{"set", "file", "archive"} {
			l.none.Remove(question{q, key})
		}
	}
}

// Close lets go of connections that wait for another question.
func (c *Chain) Close() {
	for _, l := range c.links {
		if idle, ok := l.Source.(interface{ close() }); ok {
			idle.close()
		}
	}
}

// Empty reports whether there is nobody to ask.
func (c *Chain) Empty() bool { return c == nil || len(c.links) == 0 }

// String names the sources, for logs.
func (c *Chain) String() string {
	names := make([]string, len(c.links))
	for i, l := range c.links {
		names[i] = l.Name()
	}
	return fmt.Sprint(names)
}

package local

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/source"
)

// FetchConfig is the section beatmaps.fetch.
type FetchConfig struct {
	Workers  int           `koanf:"workers" doc:"questions that are put to sources at once, 1 to 64"`
	Queue    int           `koanf:"queue" doc:"beatmaps that may wait to be looked for; more are forgotten until somebody asks again; 16 to 100000"`
	Age      time.Duration `koanf:"age" doc:"after which time the sources are asked about a set again, 1h to 8760h; 0 for never"`
	Sweep    time.Duration `koanf:"sweep" doc:"how often to look for sets that are too old and for beatmaps whose file is missing, 1s to 24h"`
	Files    bool          `koanf:"files" doc:"whether to fetch the .osu files of beatmaps with a leaderboard, without which plays earn no pp"`
	Archives bool          `koanf:"archives" doc:"whether to fetch and keep archives that players want to download; otherwise they are sent elsewhere"`
}

// DefaultFetchConfig keeps what is small and sends players elsewhere for what is large.
func DefaultFetchConfig() FetchConfig {
	return FetchConfig{Workers: 4, Queue: 5000, Age: 7 * 24 * time.Hour, Sweep: time.Minute, Files: true}
}

// Validate reports the first setting that cannot work, named by its key.
func (c FetchConfig) Validate() error {
	switch {
	case c.Workers < 1 || c.Workers > 64:
		return fmt.Errorf("workers: must be 1 to 64, is %d", c.Workers)
	case c.Queue < 16 || c.Queue > 100_000:
		return fmt.Errorf("queue: must be 16 to 100000, is %d", c.Queue)
	case c.Age != 0 && (c.Age < time.Hour || c.Age > 8760*time.Hour):
		return fmt.Errorf("age: must be 0 or 1h to 8760h, is %v", c.Age)
	case c.Sweep < time.Second || c.Sweep > 24*time.Hour:
		return fmt.Errorf("sweep: must be 1s to 24h, is %v", c.Sweep)
	}
	return nil
}

// fetcher is the finder that asks sources. What somebody waits for goes before what is only good to have.
type fetcher struct {
	cfg     FetchConfig
	missing time.Duration // of the sources
	service *Service
	sources *source.Chain
	urgent  chan errand
	later   chan errand

	wrong *lru.Cache[source.Key, time.Time] // files that came and were not the ones, and when

	mu      sync.Mutex
	waiting map[errand]struct{} // in either queue, or being run
}

// maxWrong is how many files are remembered that are not what they should be.
const maxWrong = 10_000

// errand is something to fetch.
type errand struct {
	what what
	key  source.Key // MD5 beside BeatmapID is that of the file that is wanted
}

type what uint8

const (
	lookUpSet what = iota
	refreshSet
	fetchFile
	fetchArchive
)

// newFetcher returns the finder of a configuration.
func newFetcher(cfg Config, s *Service) (finder, error) {
	if err := cfg.Fetch.Validate(); err != nil {
		return nil, fmt.Errorf("fetch.%w", err)
	}
	chain, err := source.New(cfg.Sources, s.log)
	if err != nil {
		return nil, fmt.Errorf("sources.%w", err)
	}
	if chain.Empty() {
		return nobody{}, nil
	}
	wrong, err := lru.New[source.Key, time.Time](maxWrong)
	if err != nil {
		return nil, err
	}
	return &fetcher{
		cfg: cfg.Fetch, missing: cfg.Sources.Missing, service: s, sources: chain, wrong: wrong, waiting: make(map[errand]struct{}),
		urgent: make(chan errand, cfg.Fetch.Queue), later: make(chan errand, cfg.Fetch.Queue),
	}, nil
}

func (f *fetcher) want(keys []beatmaps.Key, setIDs []int32) {
	for _, key := range keys {
		k := source.Key{BeatmapID: key.ID, MD5: key.MD5}
		if k.MD5 != "" {
			k.BeatmapID = 0
		}
		f.add(f.urgent, errand{lookUpSet, k})
	}
	for _, id := range setIDs {
		f.add(f.urgent, errand{lookUpSet, source.Key{SetID: id}})
	}
}

func (f *fetcher) refresh(setIDs []int32) {
	for _, id := range setIDs {
		f.add(f.later, errand{refreshSet, source.Key{SetID: id}})
	}
}

// archive asks for a set's archive to be kept.
func (f *fetcher) archive(setID int32) {
	if f.cfg.Archives {
		f.add(f.urgent, errand{fetchArchive, source.Key{SetID: setID}})
	}
}

// file asks for a beatmap's file, unless a wrong one came lately.
func (f *fetcher) file(queue chan errand, id int32, md5 string) {
	key := source.Key{BeatmapID: id, MD5: md5}
	if at, ok := f.wrong.Get(key); !ok || time.Since(at) > f.missing {
		f.add(queue, errand{fetchFile, key})
	}
}

// add puts an errand into a queue, unless it waits already or the queue is full, and reports whether it waits.
func (f *fetcher) add(queue chan errand, e errand) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.waiting[e]; ok {
		return true
	}
	select {
	case queue <- e:
		f.waiting[e] = struct{}{}
		return true
	default:
		return false
	}
}

func (f *fetcher) done(e errand) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.waiting, e)
}

func (f *fetcher) run(ctx context.Context) {
	var g errgroup.Group
	for range f.cfg.Workers {
		g.Go(func() error {
			for {
				e, ok := f.next(ctx)
				if !ok {
					return nil
				}
				f.do(ctx, e)
				f.done(e)
			}
		})
	}
	g.Go(func() error {
		f.sweep(ctx)
		return nil
	})
	_ = g.Wait() // nobody fails
	f.sources.Close()
}

func (f *fetcher) next(ctx context.Context) (errand, bool) {
	if ctx.Err() != nil {
		return errand{}, false
	}
	select {
	case e := <-f.urgent:
		return e, true
	default:
	}
	select {
	case e := <-f.urgent:
		return e, true
	case e := <-f.later:
		return e, true
	case <-ctx.Done():
		return errand{}, false
	}
}

// errandTimeout bounds an errand, beside what the sources' own bounds do: an archive is a download and an import.
const errandTimeout = 2 * time.Hour

// do runs an errand. Of what fails for a while nothing is kept: whoever needs it asks again, or the sweep does.
func (f *fetcher) do(ctx context.Context, e errand) {
	ctx, cancel := context.WithTimeout(ctx, errandTimeout)
	defer cancel()
	var err error
	switch e.what {
	case lookUpSet, refreshSet:
		err = f.set(ctx, e)
	case fetchFile:
		err = f.take(ctx, e.key)
	case fetchArchive:
		err = f.keep(ctx, e.key.SetID)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, source.ErrNone) && !errors.Is(err, source.ErrUnavailable) {
		f.service.log.WarnContext(ctx, "a beatmap was not fetched", "key", e.key.String(), "error", err)
	}
}

// Package local keeps beatmaps in SQL and in the files module: it is the implementation of the beatmaps contract that ships
// with Peace.
//
// What was imported and what sources told is one library. A source knows better than an archive: of a set that a source has
// told about, archives only bring the files. Nothing here waits for a source; what is not known is handed to a finder, which
// looks for it in the background and saves what it finds.
package local

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// Deps are what the module needs of others.
type Deps struct {
	DB          *database.DB
	Files       files.Service       // where archives, beatmaps and media lie
	Performance performance.Service // is taught every beatmap, and says how hard it is
	Topics      state.Topics        // where Changed events go
	Users       users.Service       // who may change a status, and where that is written down
	Log         *slog.Logger
}

// finder looks for what is not known here, in the background. Its methods but run return at once; both drop what does not fit
// into its queue, and what is in there already.
type finder interface {
	// want is called with keys (of an id or an MD5) and set ids that somebody asked for and that are not known, each time.
	want(keys []beatmaps.Key, setIDs []int32)
	// refresh asks for sets again, known or not.
	refresh(setIDs []int32)
	// run works until ctx ends.
	run(ctx context.Context)
}

// nobody is the finder of a server without sources.
type nobody struct{}

func (nobody) want([]beatmaps.Key, []int32) {}
func (nobody) refresh([]int32)              {}
func (nobody) run(context.Context)          {}

// Service keeps beatmaps. It is safe for concurrent use; make one with New.
type Service struct {
	cfg    Config
	deps   Deps
	store  store
	cache  *cache
	totals *totals
	finder finder
	log    *slog.Logger

	imports chan struct{} // holds a token for each import under way
	sets    locks[int32]  // taken while a set is written
	media   *media
	tags    *catalogue
}

// New expects a database that has the schema of package migrations.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		cfg: cfg, deps: deps, store: store{deps.DB}, cache: newCache(cfg.Cache, cfg.CacheAge),
		totals: newTotals(), finder: nobody{}, log: deps.Log,
		imports: make(chan struct{}, cfg.Imports),
	}
	var err error
	if s.media, err = newMedia(cfg.Media); err != nil {
		return nil, err
	}
	if s.tags, err = newCatalogue(cfg.Tags); err != nil {
		return nil, err
	}
	if s.finder, err = newFetcher(cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Run keeps the cache true, rates beatmaps that are not rated yet, and lets the finder work, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, work := range []func(context.Context){s.follow, s.rateAll, s.finder.run} {
		g.Go(func() error {
			work(ctx)
			return nil
		})
	}
	return g.Wait()
}

const (
	publishTimeout = 5 * time.Second
	publishBatch   = 100 // beatmaps of an event, which must fit into state.MaxValue
)

// changed forgets a set's copy in memory and tells everybody of its beatmaps that changed; with none, only of the set. The
// change is committed, so it happens even when the caller has gone away meanwhile.
func (s *Service) changed(ctx context.Context, setID int32, changed []beatmaps.Beatmap) {
	s.cache.forget(setID)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	for {
		n := min(len(changed), publishBatch)
		event := beatmapspb.FromChanged(beatmaps.Changed{SetID: setID, Beatmaps: changed[:n]})
		if err := s.deps.Topics.Publish(ctx, beatmaps.Topic, wire.Pack(event)); err != nil {
			s.log.WarnContext(ctx, "a change of beatmaps was not announced", "set", setID, "error", err)
			return
		}
		if changed = changed[n:]; len(changed) == 0 {
			return
		}
	}
}

// locks has a mutex for each number or name: two writers of one set in this process take turns, so that neither undoes what the
// other decided on. Between processes the database's own locks and unique keys do that.
type locks[K comparable] struct {
	mu   sync.Mutex
	held map[K]*lock
}

type lock struct {
	sync.Mutex
	users int
}

// lock waits for a key's mutex and returns what lets go of it.
func (l *locks[K]) lock(id K) func() {
	l.mu.Lock()
	if l.held == nil {
		l.held = make(map[K]*lock)
	}
	one := l.held[id]
	if one == nil {
		one = new(lock)
		l.held[id] = one
	}
	one.users++
	l.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(l.held, id)
		}
	}
}

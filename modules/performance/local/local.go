// Package local calculates difficulty and pp in this process: it is the implementation of the performance contract that ships
// with Peace. Beatmaps are files in a folder, attributes rows in SQL with a cache in memory before them.
//
// Calculations share a bounded pool: as many run at once as there are workers, a bounded number waits, and each has a
// deadline, so that no beatmap holds up the others for long. Equal questions at the same time are answered by one calculation.
// A calculation outlives the call that began it when others may want it; Close waits for the last.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// Config is the performance section of the configuration.
type Config struct {
	Algorithm string        `koanf:"algorithm" doc:"the algorithm that counts; the others may be previewed"`
	Beatmaps  string        `koanf:"beatmaps" doc:"directory of the beatmap files that this module was taught"`
	Workers   int           `koanf:"workers" doc:"calculations that run at once; 0 for one a processor"`
	Queue     int           `koanf:"queue" doc:"calculations that may wait, 1 to 100000"`
	Timeout   time.Duration `koanf:"timeout" doc:"how long one calculation may take, 10ms to 1m"`
	Cache     int           `koanf:"cache" doc:"beatmaps with mods whose attributes are kept in memory, about 2 KiB each; 1 to 1000000"`
}

// DefaultConfig calculates by the official algorithm on every processor.
func DefaultConfig() Config {
	return Config{
		Algorithm: Official{}.Name(), Beatmaps: "beatmaps", Queue: 1000, Timeout: 1500 * time.Millisecond, Cache: 10_000,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Algorithm == "":
		return errors.New("algorithm: must name one")
	case c.Beatmaps == "":
		return errors.New("beatmaps: must name a directory")
	case c.Workers < 0 || c.Workers > 1024:
		return fmt.Errorf("workers: must be 0 to 1024, is %d", c.Workers)
	case c.Queue < 1 || c.Queue > 100_000:
		return fmt.Errorf("queue: must be 1 to 100000, is %d", c.Queue)
	case c.Timeout < 10*time.Millisecond || c.Timeout > time.Minute:
		return fmt.Errorf("timeout: must be 10ms to 1m, is %v", c.Timeout)
	case c.Cache < 1 || c.Cache > 1_000_000:
		return fmt.Errorf("cache: must be 1 to 1000000, is %d", c.Cache)
	}
	return nil
}

// Deps are what the module needs of others.
type Deps struct {
	DB         *database.DB
	Algorithms []Algorithm // beside those of Peace; one of the same name takes its place
	Log        *slog.Logger
}

// Service calculates. It is safe for concurrent use; make one with New.
type Service struct {
	cfg        Config
	algorithms []Algorithm // the one that counts first
	folder     folder
	store      store
	pool       *pool
	cache      *lru.Cache[key, Attributes]
	flights    singleflight.Group
	flying     sync.WaitGroup
	log        *slog.Logger
}

// New expects a database that has the schema of package migrations.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	algorithms, err := arrange(cfg.Algorithm, deps.Algorithms)
	if err != nil {
		return nil, err
	}
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	cache, err := lru.New[key, Attributes](cfg.Cache)
	if err != nil {
		return nil, err
	}
	return &Service{
		cfg: cfg, algorithms: algorithms, folder: folder{cfg.Beatmaps}, store: store{deps.DB},
		pool: newPool(cfg.Workers, cfg.Queue, cfg.Timeout), cache: cache, log: deps.Log,
	}, nil
}

// arrange returns the algorithms of Peace and the extra ones, the one named first at the head.
func arrange(first string, extra []Algorithm) ([]Algorithm, error) {
	var out []Algorithm
	taken := make(map[string]bool)
	for _, a := range append(extra[:len(extra):len(extra)], Official{}, Relax{}) {
		if taken[a.Name()] {
			continue
		}
		taken[a.Name()] = true
		if a.Name() == first {
			out = append([]Algorithm{a}, out...)
		} else {
			out = append(out, a)
		}
	}
	if !taken[first] {
		return nil, fmt.Errorf("algorithm: there is none called %q", first)
	}
	return out, nil
}

// Close waits for calculations that are still running, none of which can take longer than the timeout.
func (s *Service) Close() error {
	s.flying.Wait()
	return nil
}

// Algorithms implements performance.Service.
func (s *Service) Algorithms(context.Context) ([]performance.Algorithm, error) {
	out := make([]performance.Algorithm, len(s.algorithms))
	for i, a := range s.algorithms {
		out[i].Name = a.Name()
		for r := range osu.Rulesets {
			out[i].Versions = append(out[i].Versions, int32(a.Version(r)))
		}
	}
	return out, nil
}

// Learn implements performance.Service.
func (s *Service) Learn(ctx context.Context, file []byte) (string, error) {
	if len(file) > performance.MaxFile {
		return "", performance.ErrTooLarge
	}
	err := s.pool.run(ctx, func(context.Context) error {
		m, err := beatmap.Parse(file)
		switch {
		case err != nil:
			return performance.ErrBadBeatmap.WithMessage(err.Error())
		case len(m.HitObjects) == 0: // as everything has that is no beatmap at all: the game's decoder is lenient
			return performance.ErrBadBeatmap.WithMessage("there is nothing to hit in this file")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return s.folder.put(file)
}

// Difficulty implements performance.Service.
func (s *Service) Difficulty(ctx context.Context, target performance.Target) (performance.Difficulty, error) {
	k, a, err := s.attributes(ctx, target)
	if err != nil {
		return performance.Difficulty{}, err
	}
	return describe(k, a), nil
}

// Performance implements performance.Service.
func (s *Service) Performance(
	ctx context.Context, target performance.Target, plays []performance.Play,
) ([]performance.Performance, error) {
	if len(plays) > performance.MaxPlays {
		return nil, performance.ErrTooLarge
	}
	_, a, err := s.attributes(ctx, target)
	if err != nil {
		return nil, err
	}
	return rate(a, target, plays)
}

// Strains implements performance.Service.
func (s *Service) Strains(ctx context.Context, target performance.Target) ([]performance.Strain, error) {
	k, algorithm, err := s.resolve(target)
	if err != nil {
		return nil, err
	}
	var out []performance.Strain
	err = s.pool.run(ctx, func(ctx context.Context) error {
		m, err := s.beatmap(k.beatmap)
		if err != nil {
			return err
		}
		graphs, err := algorithm.Strains(ctx, m, target.Ruleset, target.Mods)
		for _, g := range graphs {
			out = append(out, performance.Strain{
				Skill: g.Skill, SectionLength: g.SectionLength, Peaks: g.Peaks, Times: g.Times, Objects: g.Objects,
			})
		}
		return refusal(err)
	})
	return out, err
}

// resolve checks a target and returns the key of its attributes with the algorithm that makes them.
func (s *Service) resolve(target performance.Target) (key, Algorithm, error) {
	md5, ok := hash(target.Beatmap)
	if !ok {
		return key{}, nil, performance.ErrUnknownBeatmap
	}
	if !target.Ruleset.Valid() {
		return key{}, nil, performance.ErrBadRuleset
	}
	if err := mods.Exist(target.Ruleset, target.Mods); err != nil {
		return key{}, nil, performance.ErrBadMods.WithMessage(err.Error())
	}
	for _, a := range s.algorithms {
		if target.Algorithm == "" || a.Name() == target.Algorithm {
			return key{
				beatmap: md5, ruleset: target.Ruleset, mods: target.Mods.DifficultyKey(target.Ruleset),
				algorithm: a.Name(), version: a.Version(target.Ruleset), passed: max(0, int(target.Passed)),
			}, a, nil
		}
	}
	return key{}, nil, performance.ErrUnknownAlgorithm
}

// attributes returns what is known or stored of a target, else calculates and stores it.
func (s *Service) attributes(ctx context.Context, target performance.Target) (key, Attributes, error) {
	k, algorithm, err := s.resolve(target)
	if err != nil {
		return k, nil, err
	}
	if a, ok := s.cache.Get(k); ok {
		return k, a, nil
	}
	// The calculation belongs to all who ask: it goes on when one of them leaves, and its own deadline ends it.
	result := s.flights.DoChan(fmt.Sprint(k), func() (any, error) {
		s.flying.Add(1)
		defer s.flying.Done()
		return s.obtain(context.WithoutCancel(ctx), k, algorithm, target)
	})
	select {
	case <-ctx.Done():
		return k, nil, ctx.Err()
	case r := <-result:
		if r.Err != nil {
			return k, nil, r.Err
		}
		return k, r.Val.(Attributes), nil
	}
}

func (s *Service) obtain(ctx context.Context, k key, algorithm Algorithm, target performance.Target) (Attributes, error) {
	if k.passed > 0 {
		return s.calculate(ctx, k, algorithm, target)
	}
	stored, ok, err := s.store.find(ctx, k)
	if err != nil {
		return nil, err
	}
	if ok {
		a, err := algorithm.Decode(stored)
		if err == nil {
			s.cache.Add(k, a)
			return a, nil
		}
		s.log.WarnContext(ctx, "stored difficulty attributes are damaged and calculated anew", "beatmap", k.beatmap, "error", err)
	}
	a, err := s.calculate(ctx, k, algorithm, target)
	if err != nil {
		return nil, err
	}
	s.cache.Add(k, a)
	encoded, err := a.MarshalJSON()
	if err == nil {
		err = s.store.keep(ctx, k, encoded, time.Now().UTC())
	}
	if err != nil {
		// The answer is right all the same, and the next process calculates it again.
		s.log.WarnContext(ctx, "difficulty attributes were not stored", "beatmap", k.beatmap, "error", err)
	}
	return a, nil
}

func (s *Service) calculate(ctx context.Context, k key, algorithm Algorithm, target performance.Target) (a Attributes, err error) {
	err = s.pool.run(ctx, func(ctx context.Context) error {
		m, err := s.beatmap(k.beatmap)
		if err != nil {
			return err
		}
		a, err = algorithm.Difficulty(ctx, m, target.Ruleset, target.Mods, k.passed)
		return refusal(err)
	})
	return a, err
}

// beatmap reads a file that was taught.
func (s *Service) beatmap(md5 string) (*beatmap.Beatmap, error) {
	file, ok, err := s.folder.get(md5)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, performance.ErrUnknownBeatmap
	}
	m, err := beatmap.Parse(file)
	if err != nil {
		return nil, performance.ErrBadBeatmap.WithMessage(err.Error())
	}
	return m, nil
}

// refusal makes a fault of what an algorithm says of a beatmap. All that it can complain of, besides its time, is the beatmap.
func refusal(err error) error {
	switch {
	case err == nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, beatmap.ErrNotConvertible):
		return performance.ErrBadRuleset
	default:
		return performance.ErrBadBeatmap.WithMessage(err.Error())
	}
}

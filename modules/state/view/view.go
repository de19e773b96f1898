// Package view keeps a copy of one state space in the memory of a process, so that reading it costs no call.
//
// A View follows its space with state.Watch and starts over from a snapshot when it lagged behind. A writer tells it the
// outcome of its own changes at once (Put, Remove), so a process reads what it wrote; versions only grow, so news that the
// view has overtaken is ignored. What another process wrote arrives a moment later: decisions are made safe by the versions
// that state checks, never by the view.
//
// Which values there are, and what is derived from them, belongs to the module that owns the space.
package view

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

const (
	// mourning is how long a removed key is remembered, so that an outcome that is told late cannot bring it back.
	mourning = time.Minute
	// firstPause and longestPause bound the wait before a Watch that failed is tried again.
	firstPause, longestPause = 50 * time.Millisecond, 5 * time.Second
)

// Config says what a view shows.
type Config[T any] struct {
	Space string

	// Decode returns the value of a record, and false for one that the view does not show.
	Decode func(state.Record) (T, bool)

	// Index, when set, is told of every change of the view, one at a time: old is nil for a new key, current for one that
	// is gone. It must not call the view.
	Index func(key string, old, current *T)

	Log *slog.Logger
}

// View is a copy of a space. Its methods are safe for concurrent use.
type View[T any] struct {
	records state.Records
	config  Config[T]
	synced  chan struct{} // closed when the first snapshot is complete

	mu      sync.RWMutex
	entries map[string]*entry[T]
	graves  map[string]grave
	sweepAt int    // the number of graves at which old ones are looked for
	epoch   uint64 // counts the snapshots that were begun
}

type entry[T any] struct {
	value   T
	version uint64
	epoch   uint64 // of the latest news
}

type grave struct {
	version uint64
	at      time.Time
}

// Change is news that came from outside: not by Put or Remove.
type Change[T any] struct {
	// Type is EventPut, EventDelete or EventExpire. A key that a new snapshot lacks has expired, for all that is known; one
	// whose record is shown no more is deleted.
	Type  state.EventType
	Key   string
	Value T // for EventDelete and EventExpire, the last one known
}

// New returns an empty view, which fills while Follow is ranged over.
func New[T any](records state.Records, config Config[T]) *View[T] {
	return &View[T]{
		records: records,
		config:  config,
		synced:  make(chan struct{}),
		entries: map[string]*entry[T]{},
		graves:  map[string]grave{},
		sweepAt: 1024,
	}
}

// Wait returns once the view has been complete, or with the error of ctx.
func (v *View[T]) Wait(ctx context.Context) error {
	select {
	case <-v.synced:
		return nil
	default:
	}
	select {
	case <-v.synced:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Get returns the value of a key with its version.
func (v *View[T]) Get(key string) (value T, version uint64, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if e := v.entries[key]; e != nil {
		return e.value, e.version, true
	}
	return value, 0, false
}

// All returns the values at this moment, in no order.
func (v *View[T]) All() []T {
	v.mu.RLock()
	defer v.mu.RUnlock()
	all := make([]T, 0, len(v.entries))
	for _, e := range v.entries {
		all = append(all, e.value)
	}
	return all
}

// Put tells the view of a value that its process wrote or read, at the version that state gave it.
func (v *View[T]) Put(key string, version uint64, value T) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.put(key, version, value)
}

// Remove tells the view of a record that its process deleted, or made one that is not shown, at the version of that change.
func (v *View[T]) Remove(key string, version uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.remove(key, version)
}

// Forget tells the view that state has no such record.
func (v *View[T]) Forget(key string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.entries[key]; e != nil {
		v.remove(key, e.version)
	}
}

// Follow keeps the view current while it is ranged over, until ctx ends or the loop breaks, and yields what changed. The
// body may take its time: a view that falls behind starts over, and yields what it missed. One loop at a time.
func (v *View[T]) Follow(ctx context.Context) iter.Seq[Change[T]] {
	return func(yield func(Change[T]) bool) {
		pause := firstPause
		for {
			synced, err := v.follow(ctx, yield)
			if err == nil || ctx.Err() != nil {
				return
			}
			if synced {
				pause = firstPause
			}
			v.config.Log.WarnContext(ctx, "view starts over", "space", v.config.Space, "error", err)
			if errors.Is(err, state.ErrLagged) {
				continue
			}
			select {
			case <-time.After(pause):
				pause = min(2*pause, longestPause)
			case <-ctx.Done():
				return
			}
		}
	}
}

// follow watches once. It returns no error when the loop was broken, and whether the snapshot had been complete.
func (v *View[T]) follow(ctx context.Context, yield func(Change[T]) bool) (synced bool, err error) {
	v.mu.Lock()
	v.epoch++
	v.mu.Unlock()
	for event, err := range v.records.Watch(ctx, v.config.Space) {
		if err != nil {
			return synced, err
		}
		if event.Type == state.EventSynced {
			synced = true
			for _, change := range v.settle() {
				if !yield(change) {
					return synced, nil
				}
			}
			continue
		}
		if change, ok := v.apply(event); ok && !yield(change) {
			return synced, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return synced, err
	}
	return synced, errors.New("the watch ended without an error")
}

// apply takes one event in and reports whether it was news.
func (v *View[T]) apply(event state.Event) (Change[T], bool) {
	key, version := event.Record.Key, event.Record.Version
	var (
		value T
		shown bool
	)
	if event.Type == state.EventPut {
		value, shown = v.config.Decode(event.Record)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if shown {
		return Change[T]{state.EventPut, key, value}, v.put(key, version, value)
	}
	change := Change[T]{Type: event.Type, Key: key}
	if event.Type == state.EventPut {
		change.Type = state.EventDelete
	}
	if e := v.entries[key]; e != nil {
		change.Value = e.value
	}
	return change, v.remove(key, version)
}

// settle drops what the complete snapshot did not have.
func (v *View[T]) settle() []Change[T] {
	v.mu.Lock()
	defer v.mu.Unlock()
	var missing []Change[T]
	for key, e := range v.entries {
		if e.epoch < v.epoch {
			missing = append(missing, Change[T]{state.EventExpire, key, e.value})
			v.remove(key, e.version)
		}
	}
	select {
	case <-v.synced:
	default:
		close(v.synced)
	}
	return missing
}

func (v *View[T]) put(key string, version uint64, value T) bool {
	if g, ok := v.graves[key]; ok {
		if g.version >= version {
			return false
		}
		delete(v.graves, key)
	}
	e := v.entries[key]
	if e == nil {
		v.entries[key] = &entry[T]{value, version, v.epoch}
		v.index(key, nil, &value)
		return true
	}
	e.epoch = v.epoch
	if e.version >= version {
		return false
	}
	old := e.value
	e.value, e.version = value, version
	v.index(key, &old, &value)
	return true
}

func (v *View[T]) remove(key string, version uint64) bool {
	e := v.entries[key]
	if e != nil && e.version > version {
		return false
	}
	if g := v.graves[key]; version > g.version {
		v.graves[key] = grave{version, time.Now()}
		v.sweep()
	}
	if e == nil {
		return false
	}
	delete(v.entries, key)
	v.index(key, &e.value, nil)
	return true
}

// sweep drops the graves that are old enough whenever their number has doubled.
func (v *View[T]) sweep() {
	if len(v.graves) < v.sweepAt {
		return
	}
	limit := time.Now().Add(-mourning)
	for key, g := range v.graves {
		if g.at.Before(limit) {
			delete(v.graves, key)
		}
	}
	v.sweepAt = max(1024, 2*len(v.graves))
}

func (v *View[T]) index(key string, old, current *T) {
	if v.config.Index != nil {
		v.config.Index(key, old, current)
	}
}

package memory

import (
	"context"

	"github.com/pure-peace/peace/modules/state"
)

// Get implements state.Records.
func (s *Service) Get(ctx context.Context, space string, keys []string) ([]state.Record, error) {
	if err := state.CheckGet(space, keys); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := make([]*state.Record, 0, len(keys))
	s.mu.RLock()
	if sp := s.spaces[space]; sp != nil {
		for _, key := range keys {
			if r := sp.records[key]; r != nil {
				found = append(found, r.now)
			}
		}
	}
	s.mu.RUnlock()
	return copies(found), nil
}

// List implements state.Records.
func (s *Service) List(ctx context.Context, space, tag, after string, limit int) ([]state.Record, error) {
	if err := state.CheckList(space, tag, after, limit); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []*state.Record
	s.mu.RLock()
	if set := s.set(space, tag); set != nil {
		at, exact := set.find(&record{key: after})
		if exact {
			at.index++
		}
		found = make([]*state.Record, 0, min(limit, set.size))
		for r := range set.from(at) {
			if len(found) == limit {
				break
			}
			found = append(found, r.now)
		}
	}
	s.mu.RUnlock()
	return copies(found), nil
}

// Count implements state.Records.
func (s *Service) Count(ctx context.Context, space string, tags []string) ([]int, error) {
	if err := state.CheckCount(space, tags); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	counts := make([]int, len(tags))
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i, tag := range tags {
		if set := s.set(space, tag); set != nil {
			counts[i] = set.size
		}
	}
	return counts, nil
}

// set returns the records of a space that carry a tag ("" means all), or nil. The caller holds s.mu.
func (s *Service) set(space, tag string) *sorted[*record] {
	sp := s.spaces[space]
	switch {
	case sp == nil:
		return nil
	case tag == "":
		return &sp.order
	default:
		return sp.carriers(tag)
	}
}

func copies(records []*state.Record) []state.Record {
	out := make([]state.Record, len(records))
	for i, r := range records {
		out[i] = copyOf(r)
	}
	return out
}

package local

import (
	"cmp"
	"context"
	"slices"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// Beatmaps implements beatmaps.Library.
func (s *Service) Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	if len(keys) > beatmaps.MaxBatch {
		return nil, beatmaps.ErrTooLarge
	}
	answers := make(map[beatmaps.Key]beatmaps.Found, len(keys))
	var missing []beatmaps.Key
	for _, key := range keys {
		if key.MD5 == "" && key.ID == 0 {
			if key.File != "" {
				missing = append(missing, key)
			}
			continue
		}
		if found, ok := s.cache.find(key); ok {
			answers[key] = found
		} else {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		if err := s.lookUp(ctx, missing, answers); err != nil {
			return nil, err
		}
	}
	var found []beatmaps.Found
	for _, key := range keys {
		if f, ok := answers[key]; ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// lookUp adds what the database knows of keys to the answers, and hands the rest to the finder.
func (s *Service) lookUp(ctx context.Context, keys []beatmaps.Key, answers map[beatmaps.Key]beatmaps.Found) error {
	var ids []int32
	var md5s, names []string
	for _, key := range keys {
		switch {
		case isMD5(key.MD5):
			md5s = append(md5s, key.MD5)
		case key.MD5 == "" && key.ID > 0:
			ids = append(ids, key.ID)
		case key.MD5 == "" && key.ID == 0:
			names = append(names, fit(key.File))
		}
	}
	places, err := s.store.locate(ctx, ids, md5s)
	if err != nil {
		return err
	}
	named, err := s.store.named(ctx, names)
	if err != nil {
		return err
	}
	ofFile := choose(keys, named)
	of := make([]int32, 0, len(places)+len(ofFile))
	for _, p := range places {
		of = append(of, p.SetID)
	}
	for _, p := range ofFile {
		of = append(of, p.SetID)
	}
	entries, err := s.entries(ctx, of)
	if err != nil {
		return err
	}
	index := make(map[beatmaps.Key]*entry, 2*len(places))
	for _, p := range places {
		if e := entries[p.SetID]; e != nil {
			index[beatmaps.Key{ID: p.ID}], index[beatmaps.Key{MD5: p.MD5}] = e, e
		}
	}
	for _, key := range keys {
		e, by := index[beatmaps.Key{MD5: key.MD5}], key
		switch {
		case key.MD5 != "":
		case key.ID != 0:
			e = index[beatmaps.Key{ID: key.ID}]
		default:
			if p, ok := ofFile[key]; ok {
				e, by = entries[p.SetID], beatmaps.Key{ID: p.ID}
			}
		}
		if e == nil {
			continue
		}
		if found, ok := e.find(by); ok {
			found.Key = key
			answers[key] = found
		}
	}
	return s.wantRest(ctx, keys, md5s, answers)
}

// choose returns for each key of a file the beatmap that it most likely means: in the set that the key names, there rather
// than deleted, and rather a late one.
func choose(keys []beatmaps.Key, named []place) map[beatmaps.Key]place {
	if len(named) == 0 {
		return nil
	}
	slices.SortFunc(named, func(a, b place) int {
		if a.Deleted != b.Deleted {
			if a.Deleted {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.ID, a.ID)
	})
	of := make(map[string][]place, len(named))
	for _, p := range named {
		of[p.File] = append(of[p.File], p)
	}
	chosen := make(map[beatmaps.Key]place)
	for _, key := range keys {
		if key.MD5 != "" || key.ID != 0 {
			continue
		}
		for _, p := range of[fit(key.File)] {
			if key.SetID <= 0 || p.SetID == key.SetID {
				chosen[key] = p
				break
			}
		}
	}
	return chosen
}

// wantRest hands the keys without an answer to the finder, but for those of earlier versions, which no source has any more.
func (s *Service) wantRest(ctx context.Context, keys []beatmaps.Key, md5s []string, answers map[beatmaps.Key]beatmaps.Found) error {
	if !slices.ContainsFunc(keys, func(key beatmaps.Key) bool { _, ok := answers[key]; return !ok }) {
		return nil
	}
	old, err := outdated(ctx, s.store.Reader, md5s)
	if err != nil {
		return err
	}
	var unknown []beatmaps.Key
	var unknownSets []int32
	for _, key := range keys {
		if _, ok := answers[key]; ok {
			continue
		}
		switch {
		case key.MD5 != "":
			if _, ok := old[key.MD5]; !ok && isMD5(key.MD5) {
				unknown = append(unknown, beatmaps.Key{MD5: key.MD5})
			}
		case key.ID != 0:
			if key.ID > 0 && key.ID < beatmaps.FirstLocalID {
				unknown = append(unknown, beatmaps.Key{ID: key.ID})
			}
		case key.SetID > 0 && key.SetID < beatmaps.FirstLocalID:
			unknownSets = append(unknownSets, key.SetID)
		}
	}
	if len(unknownSets) > 0 {
		known, err := s.entries(ctx, unknownSets)
		if err != nil {
			return err
		}
		unknownSets = slices.DeleteFunc(unknownSets, func(id int32) bool { return known[id] != nil })
	}
	if len(unknown)+len(unknownSets) > 0 {
		s.finder.want(unknown, unknownSets)
	}
	return nil
}

// Sets implements beatmaps.Library.
func (s *Service) Sets(ctx context.Context, ids []int32) ([]beatmaps.Set, error) {
	if len(ids) > beatmaps.MaxBatch {
		return nil, beatmaps.ErrTooLarge
	}
	known, err := s.entries(ctx, ids)
	if err != nil {
		return nil, err
	}
	var sets []beatmaps.Set
	var unknown []int32
	for _, id := range ids {
		if e := known[id]; e != nil {
			sets = append(sets, e.whole())
		} else if id > 0 && id < beatmaps.FirstLocalID {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) > 0 {
		s.finder.want(nil, unknown)
	}
	return sets, nil
}

// entries returns the sets that exist, from memory where they are there.
func (s *Service) entries(ctx context.Context, ids []int32) (map[int32]*entry, error) {
	known := make(map[int32]*entry, len(ids))
	var missing []int32
	for _, id := range ids {
		if _, seen := known[id]; seen {
			continue
		}
		e, ok := s.cache.set(id)
		known[id] = e
		if !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return known, nil
	}
	epoch := s.cache.begin()
	read, err := s.store.sets(ctx, missing)
	if err != nil {
		return nil, err
	}
	s.cache.put(epoch, read)
	for _, e := range read {
		known[e.set.ID] = e
	}
	return known, nil
}

// set returns one set. ErrNotFound.
func (s *Service) set(ctx context.Context, id int32) (*entry, error) {
	known, err := s.entries(ctx, []int32{id})
	if err != nil {
		return nil, err
	}
	if known[id] == nil {
		return nil, beatmaps.ErrNotFound
	}
	return known[id], nil
}

// isMD5 reports whether text is an MD5 in lower-case hexadecimal.
func isMD5(text string) bool {
	if len(text) != 32 {
		return false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

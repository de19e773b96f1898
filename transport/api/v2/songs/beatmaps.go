package songs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	maxIDs  = 50
	maxName = 512 // bytes of a file name
)

// list returns beatmaps by id. Unknown ones are left out.
func (a *Area) list(ctx context.Context, r *v2.Request) (any, error) {
	ids, err := r.IDs("ids", maxIDs)
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	keys := make([]beatmaps.Key, len(ids))
	for i, id := range ids {
		keys[i].ID = id
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, keys)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f beatmaps.Found) bool { return f.Beatmap.Deleted })
	all, err := a.found(ctx, r.UserID(), found)
	if err != nil {
		return nil, err
	}
	return struct {
		Beatmaps []*resource.Beatmap `json:"beatmaps"`
	}{all}, nil
}

// show returns a beatmap by its id.
func (a *Area) show(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.ID("beatmap")
	if err != nil {
		return nil, err
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: id}})
	if err != nil {
		return nil, err
	}
	return a.one(ctx, r, found)
}

// lookup returns the beatmap of a checksum, a file name or an id, whichever is first to find one: the game tells all that it
// knows of a file.
func (a *Area) lookup(ctx context.Context, r *v2.Request) (any, error) {
	keys, err := lookedFor(r)
	if err != nil {
		return nil, err
	}
	found, err := a.find(ctx, keys)
	if err != nil {
		return nil, err
	}
	// Lazer takes "not found" for certain, and plays of the beatmap are then not submitted. So a beatmap that the sources are asked
	// for now has a moment to arrive.
	ready := time.Now().Add(a.cfg.Patience)
	for pause := 100 * time.Millisecond; len(found) == 0 && a.mayWait(r, keys, ready, pause); pause *= 2 {
		select {
		case <-time.After(min(pause, time.Until(ready))):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if found, err = a.find(ctx, keys); err != nil {
			return nil, err
		}
	}
	return a.one(ctx, r, found)
}

// mayWait reports whether a lookup that found nothing may try again. The first wait of a lookup counts against its user's.
func (a *Area) mayWait(r *v2.Request, keys []beatmaps.Key, ready time.Time, pause time.Duration) bool {
	sought := slices.ContainsFunc(keys, func(k beatmaps.Key) bool { return k.MD5 != "" || k.ID != 0 && !resource.Offline(k.ID) })
	if !sought || r.UserID() == 0 || time.Until(ready) <= 0 {
		return false
	}
	if pause > 100*time.Millisecond {
		return true
	}
	ok, _ := a.waits.AllowUser(r.UserID())
	return ok
}

// find returns the first beatmap that one of the keys finds.
func (a *Area) find(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	found, err := a.deps.Beatmaps.Beatmaps(ctx, keys)
	found = slices.DeleteFunc(found, func(f beatmaps.Found) bool { return f.Beatmap.Deleted })
	return found[:min(len(found), 1)], err
}

// lookedFor reads what a lookup is given.
func lookedFor(r *v2.Request) ([]beatmaps.Key, error) {
	var keys []beatmaps.Key
	if md5 := strings.ToLower(r.Text("checksum")); len(md5) == 32 {
		keys = append(keys, beatmaps.Key{MD5: md5})
	}
	if name := strings.ToValidUTF8(r.Text("filename"), ""); name != "" && len(name) <= maxName {
		keys = append(keys, beatmaps.Key{File: name})
	}
	id, err := r.Number("id", 0, 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	if id > 0 {
		keys = append(keys, beatmaps.Key{ID: int32(id)})
	}
	return keys, nil
}

// one answers with a beatmap.
func (a *Area) one(ctx context.Context, r *v2.Request, found []beatmaps.Found) (any, error) {
	if len(found) == 0 || found[0].Beatmap.Deleted {
		return nil, v2.NotFound("beatmap")
	}
	all, err := a.found(ctx, r.UserID(), found[:1])
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

package local

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// cache holds the sets that were asked for last, and finds them by the ids and MD5s of their beatmaps.
type cache struct {
	age time.Duration

	mu    sync.Mutex
	sets  *lru.LRU[int32, *entry]
	byID  map[int32]int32  // set ids of beatmaps
	byMD5 map[string]int32 // likewise
	epoch uint64           // grows when anything is forgotten
}

// entry is a set, without its beatmaps, and all of them, with those that are deleted. Nobody changes one.
type entry struct {
	set      beatmaps.Set
	beatmaps []beatmaps.Beatmap // by ruleset and difficulty
	readAt   time.Time
}

func newCache(size int, age time.Duration) *cache {
	c := &cache{age: age, byID: make(map[int32]int32), byMD5: make(map[string]int32)}
	sets, err := lru.NewLRU(size, func(id int32, e *entry) {
		for i := range e.beatmaps {
			b := &e.beatmaps[i]
			if c.byID[b.ID] == id {
				delete(c.byID, b.ID)
			}
			if c.byMD5[b.MD5] == id {
				delete(c.byMD5, b.MD5)
			}
		}
	})
	if err != nil { // only for a size below 1
		panic(err)
	}
	c.sets = sets
	return c
}

// find returns the beatmap of a key that has an id or an MD5.
func (c *cache) find(key beatmaps.Key) (beatmaps.Found, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.byMD5[key.MD5]
	if key.MD5 == "" {
		id, ok = c.byID[key.ID]
	}
	if !ok {
		return beatmaps.Found{}, false
	}
	e, ok := c.get(id)
	if !ok {
		return beatmaps.Found{}, false
	}
	return e.find(key)
}

// set returns a set with its beatmaps.
func (c *cache) set(id int32) (*entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(id)
}

func (c *cache) get(id int32) (*entry, bool) {
	e, ok := c.sets.Get(id)
	if ok && time.Since(e.readAt) > c.age {
		c.sets.Remove(id)
		return nil, false
	}
	return e, ok
}

// begin returns what put wants to know: when reading from the database began.
func (c *cache) begin() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// put keeps sets that were read since epoch, unless anything was forgotten meanwhile: then they may be old already.
func (c *cache) put(epoch uint64, read []*entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	for _, e := range read {
		c.sets.Remove(e.set.ID)
		c.sets.Add(e.set.ID, e)
		for i := range e.beatmaps {
			c.byID[e.beatmaps[i].ID] = e.set.ID
			c.byMD5[e.beatmaps[i].MD5] = e.set.ID
		}
	}
}

// forget drops sets; without any, all.
func (c *cache) forget(ids ...int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	if len(ids) == 0 {
		c.sets.Purge()
	}
	for _, id := range ids {
		c.sets.Remove(id)
	}
}

// find returns the set's beatmap that a key is of.
func (e *entry) find(key beatmaps.Key) (beatmaps.Found, bool) {
	for i := range e.beatmaps {
		b := &e.beatmaps[i]
		if key.MD5 != "" && b.MD5 == key.MD5 || key.MD5 == "" && b.ID == key.ID {
			return beatmaps.Found{Key: key, Beatmap: *b, Set: e.set}, true
		}
	}
	return beatmaps.Found{}, false
}

// whole returns the set with its beatmaps, those that are deleted left out.
func (e *entry) whole() beatmaps.Set {
	set := e.set
	set.Beatmaps = make([]beatmaps.Beatmap, 0, len(e.beatmaps))
	for i := range e.beatmaps {
		if !e.beatmaps[i].Deleted {
			set.Beatmaps = append(set.Beatmaps, e.beatmaps[i])
		}
	}
	if len(set.Beatmaps) == 0 {
		set.Beatmaps = nil
	}
	return set
}

package local

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// cached returns a set of two beatmaps, the ids and MD5s of which follow from its own.
func cached(id int32) *entry {
	e := &entry{set: beatmaps.Set{ID: id}, readAt: time.Now()}
	for i := range int32(2) {
		e.beatmaps = append(e.beatmaps, beatmaps.Beatmap{ID: id*2 + i, SetID: id, MD5: fmt.Sprintf("%032x", id*2+i)})
	}
	return e
}

func TestCache(t *testing.T) {
	c := newCache(16, time.Minute)
	c.put(c.begin(), []*entry{cached(3)})
	for _, key := range []beatmaps.Key{{ID: 6}, {ID: 7}, {MD5: fmt.Sprintf("%032x", 7)}} {
		if found, ok := c.find(key); !ok || found.Set.ID != 3 || found.Key != key {
			t.Errorf("%+v: %+v, %v", key, found, ok)
		}
	}
	for _, key := range []beatmaps.Key{{ID: 8}, {MD5: "x"}, {}, {File: "x"}} {
		if found, ok := c.find(key); ok {
			t.Errorf("%+v: %+v", key, found)
		}
	}
	c.forget(3)
	if _, ok := c.find(beatmaps.Key{ID: 6}); ok || len(c.byID)+len(c.byMD5) != 0 {
		t.Errorf("it is still there, with %d ids and %d MD5s", len(c.byID), len(c.byMD5))
	}
	// What was read before somebody changed something may be old.
	epoch := c.begin()
	c.forget(4)
	c.put(epoch, []*entry{cached(4)})
	if _, ok := c.set(4); ok {
		t.Error("it keeps what may be old")
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache(16, time.Minute)
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		c.put(c.begin(), []*entry{cached(random.Int32N(100))})
		if random.IntN(10) == 0 {
			c.forget(random.Int32N(100))
		}
	}
	if c.sets.Len() > 16 || len(c.byID) != 2*c.sets.Len() || len(c.byMD5) != len(c.byID) {
		t.Errorf("%d sets, %d ids, %d MD5s", c.sets.Len(), len(c.byID), len(c.byMD5))
	}
	c.forget()
	if c.sets.Len()+len(c.byID)+len(c.byMD5) != 0 {
		t.Error("it has not forgotten all")
	}
}

func TestCacheAges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(16, time.Minute)
		c.put(c.begin(), []*entry{cached(3)})
		time.Sleep(time.Minute)
		if _, ok := c.set(3); !ok {
			t.Error("forgotten too early")
		}
		time.Sleep(time.Nanosecond)
		if _, ok := c.set(3); ok {
			t.Error("it is too old")
		}
	})
}

package local

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/pure-peace/peace/modules/oauth"
)

// cachedFor bounds how long a token is believed without looking again: for when an event was lost.
const cachedFor = time.Minute

// cache remembers what tokens stand for, by the hashes of their access tokens. It is safe for concurrent use.
type cache struct {
	mu         sync.Mutex
	known      *simplelru.LRU[[sha256.Size]byte, cached]
	byID       map[int64][sha256.Size]byte
	generation uint64 // grows with whatever is forgotten
}

type cached struct {
	token oauth.Token
	until time.Time
}

func newCache(size int) *cache {
	c := &cache{byID: map[int64][sha256.Size]byte{}}
	var err error
	c.known, err = simplelru.NewLRU(size, func(_ [sha256.Size]byte, gone cached) { delete(c.byID, gone.token.ID) })
	if err != nil {
		panic("oauth: " + err.Error()) // only for a size that is not positive
	}
	return c
}

// get returns what is known, and else the generation with which to put what is found out from now on.
func (c *cache) get(hash [sha256.Size]byte) (token oauth.Token, ok bool, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.known.Get(hash)
	if !ok {
		return oauth.Token{}, false, c.generation
	}
	if !time.Now().Before(found.until) {
		c.known.Remove(hash)
		return oauth.Token{}, false, c.generation
	}
	found.token.Scopes = slices.Clone(found.token.Scopes)
	return found.token, true, c.generation
}

// put remembers a token, unless something was forgotten since it began to be read: it may have been that one.
func (c *cache) put(hash [sha256.Size]byte, token oauth.Token, generation uint64) {
	until := time.Now().Add(cachedFor)
	if token.ExpiresAt.Before(until) {
		until = token.ExpiresAt
	}
	token.Scopes = slices.Clone(token.Scopes)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	c.known.Add(hash, cached{token, until})
	c.byID[token.ID] = hash
}

// forget forgets tokens.
func (c *cache) forget(ids []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	for _, id := range ids {
		if hash, ok := c.byID[id]; ok {
			c.known.Remove(hash)
		}
	}
}

// purge forgets everything.
func (c *cache) purge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.known.Purge()
}

package local

import "sync"

// maxTold bounds one generation of told.
const maxTold = 1 << 13

// told remembers who has been told which away message. It forgets the oldest half when it is full, so somebody may hear
// it twice.
type told struct {
	mu            sync.Mutex
	current, past map[notice]struct{}
}

type notice struct {
	session string // that is away
	text    string
	sender  int32 // who was told
}

func newTold() *told { return &told{current: map[notice]struct{}{}} }

// first reports whether n was not told before.
func (t *told) first(n notice) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.current[n]; ok {
		return false
	}
	if len(t.current) >= maxTold {
		t.current, t.past = make(map[notice]struct{}), t.current
	}
	t.current[n] = struct{}{}
	_, ok := t.past[n]
	return !ok
}

package local

import (
	"sync"
	"time"
)

// maxAllowances bounds the keys whose allowance is remembered. One that has its whole allowance back need not be.
const maxAllowances = 1 << 16

// A change of status is told to everybody online, so it has an allowance of its own: changes a second and at once. A player
// who skips through songs makes a few a second for a while. What is lost is mended by the next one.
const (
	statusRate  = 1
	statusBurst = 60
)

// Who begins to watch is told of to the player and to all who watch him already.
const (
	watchRate  = 0.5
	watchBurst = 30
)

// flood limits how many packets each session may send, or how often each account may log in. It is the generic cell rate
// algorithm: a key is the time at which its whole allowance is back. The zero value is ready.
type flood struct {
	mu   sync.Mutex
	full map[string]time.Time
}

// take asks for n at a time, of rate a second and burst at once, and returns how many are granted.
func (f *flood) take(id string, n int, rate float64, burst int, now time.Time) int {
	interval := time.Duration(float64(time.Second) / rate)
	window := interval * time.Duration(burst)

	f.mu.Lock()
	defer f.mu.Unlock()
	full := f.full[id]
	if full.Before(now) {
		full = now
	}
	granted := min(n, max(0, int((window-full.Sub(now))/interval)))
	if granted == 0 {
		return 0
	}
	if f.full == nil {
		f.full = make(map[string]time.Time)
	}
	if len(f.full) >= maxAllowances {
		f.sweep(now)
	}
	f.full[id] = full.Add(interval * time.Duration(granted))
	return granted
}

// sweep makes room: allowances that are whole say nothing, and if most are in use, forgetting them is the lesser evil.
func (f *flood) sweep(now time.Time) {
	for id, full := range f.full {
		if full.Before(now) {
			delete(f.full, id)
		}
	}
	if len(f.full) > maxAllowances*3/4 {
		clear(f.full)
	}
}

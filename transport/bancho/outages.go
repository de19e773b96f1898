package bancho

import (
	"sync/atomic"
	"time"
)

// outages thins the log of failures: when a module is away, every client of the server fails once a second, and the first
// line of each second says all there is to say.
type outages struct {
	last       atomic.Int64 // Unix time in nanoseconds of the last line
	suppressed atomic.Int64 // failures since
}

// next counts a failure and reports whether it is to be logged, with how many were not since the last that was.
func (o *outages) next(now time.Time) (suppressed int64, log bool) {
	last := o.last.Load()
	if now.UnixNano()-last < int64(time.Second) || !o.last.CompareAndSwap(last, now.UnixNano()) {
		o.suppressed.Add(1)
		return 0, false
	}
	return o.suppressed.Swap(0), true
}

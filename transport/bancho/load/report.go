package load

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// reportProgress tells Options.Progress once a second until the function that it returns is called.
func (r *run) reportProgress(began time.Time) (stop func()) {
	if r.options.Progress == nil {
		return func() {}
	}
	ended, stopped := make(chan struct{}), make(chan struct{})
	tell := func() {
		p := Progress{Elapsed: time.Since(began), Online: int(r.online.Load()), Requests: r.requests.Load()}
		for _, times := range r.times {
			p.Errors += times.errors.Load()
		}
		r.options.Progress(p)
	}
	go func() {
		defer close(stopped)
		second := time.NewTicker(time.Second)
		defer second.Stop()
		for {
			select {
			case <-second.C:
				tell()
			case <-ended:
				tell()
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-stopped
	}
}

func (r *run) report(elapsed time.Duration) Report {
	report := Report{
		Users:      r.options.Users,
		Elapsed:    elapsed,
		Requests:   r.requests.Load(),
		Packets:    r.packets.Load(),
		Throughput: float64(r.requests.Load()) / elapsed.Seconds(),
		Relogins:   r.relogins.Load(),
	}
	for _, name := range operations {
		times := r.times[name]
		if times.count.Load() == 0 {
			continue
		}
		report.Operations = append(report.Operations, Operation{
			Name:       name,
			Count:      times.count.Load(),
			Errors:     times.errors.Load(),
			P50:        times.quantile(0.5),
			P90:        times.quantile(0.9),
			P99:        times.quantile(0.99),
			Max:        time.Duration(times.max.Load()),
			FirstError: times.firstError(),
		})
	}
	return report
}

const (
	subBits = 5 // buckets in each power of two: 32, so that a quantile is at most 3 % off
	buckets = (63 - subBits + 1) << subBits
)

// recorder counts durations in buckets that grow with them, in 15 KiB however many there are. It is safe for concurrent use.
type recorder struct {
	counts [buckets]atomic.Int64
	count  atomic.Int64
	errors atomic.Int64
	max    atomic.Int64

	once  sync.Once
	mu    sync.Mutex
	first string
}

// add counts a request. Those that failed have no duration.
func (h *recorder) add(d time.Duration, err error) {
	h.count.Add(1)
	if err != nil {
		h.errors.Add(1)
		h.once.Do(func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.first = err.Error()
		})
		return
	}
	d = max(d, 0)
	h.counts[bucket(uint64(d))].Add(1)
	for {
		largest := h.max.Load()
		if int64(d) <= largest || h.max.CompareAndSwap(largest, int64(d)) {
			return
		}
	}
}

// bucket keeps the highest bit of v and the five below it.
func bucket(v uint64) int {
	if v < 1<<subBits {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - subBits
	return (shift+1)<<subBits + int(v>>shift) - 1<<subBits
}

// upper is the largest value of a bucket.
func upper(i int) uint64 {
	if i < 1<<subBits {
		return uint64(i)
	}
	shift := i>>subBits - 1
	return (uint64(i&(1<<subBits-1))+1<<subBits+1)<<shift - 1
}

// quantile returns the duration that the fraction q of the requests did not exceed, 0 when there were none.
func (h *recorder) quantile(q float64) time.Duration {
	total := h.count.Load() - h.errors.Load()
	want := int64(math.Ceil(q * float64(total)))
	if total <= 0 {
		return 0
	}
	var seen int64
	for i := range h.counts {
		if seen += h.counts[i].Load(); seen >= want {
			return time.Duration(min(upper(i), uint64(h.max.Load())))
		}
	}
	return time.Duration(h.max.Load())
}

func (h *recorder) firstError() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.first
}

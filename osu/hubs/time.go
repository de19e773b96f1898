package hubs

import (
	"math"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// tick is the unit of the client's TimeSpan.
const tick = 100 * time.Nanosecond

// maxOffset is the farthest that a DateTimeOffset may be from UTC, in minutes.
const maxOffset = 14 * 60

// The years that a DateTimeOffset can have.
const (
	minYear = 1
	maxYear = 9999
)

// AppendTime appends a time as the client's DateTimeOffset: a list of the timestamp that its clock shows, read as UTC, and of how
// many minutes the clock is ahead of UTC. Seconds of the offset, and times that the client cannot hold, are lost.
func AppendTime(b []byte, t time.Time) []byte {
	_, seconds := t.Zone()
	minutes := min(max(seconds/60, -maxOffset), maxOffset)
	clock := t.UTC().Add(time.Duration(minutes) * time.Minute)
	if y := clock.Year(); y < minYear || y > maxYear {
		clock, minutes = time.Time{}, 0
	}
	b = msgp.AppendArrayHeader(b, 2)
	b = msgp.AppendTimeExt(b, clock)
	return appendInt(b, int16(minutes))
}

// ReadTime reads a DateTimeOffset. With the offset 0 the time is in UTC.
func ReadTime(b []byte) (time.Time, []byte, error) {
	r := reader{b: b}
	t := r.time()
	rest, err := r.end("DateTimeOffset")
	return t, rest, err
}

func (r *reader) time() time.Time {
	if n := r.begin(); n != 2 {
		r.fail(errRange)
	}
	if r.err != nil {
		return time.Time{}
	}
	clock, o, err := msgp.ReadTimeUTCBytes(r.b)
	r.took(o, err)
	minutes := r.int64()
	if minutes < -maxOffset || minutes > maxOffset {
		r.fail(errRange)
	}
	if r.err != nil {
		return time.Time{}
	}
	if y := clock.Year(); y < minYear || y > maxYear {
		r.fail(errRange)
		return time.Time{}
	}
	if minutes == 0 {
		return clock
	}
	return clock.Add(-time.Duration(minutes) * time.Minute).In(time.FixedZone("", int(minutes)*60))
}

// appendDuration appends a TimeSpan: its ticks. What is shorter than a tick is lost.
func appendDuration(b []byte, d time.Duration) []byte { return appendInt(b, int64(d/tick)) }

func (r *reader) duration() time.Duration {
	ticks := r.int64()
	if ticks < math.MinInt64/int64(tick) || ticks > math.MaxInt64/int64(tick) {
		r.fail(errRange)
		return 0
	}
	return time.Duration(ticks) * tick
}

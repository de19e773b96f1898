package beatmap

import "slices"

// pendingPoints gathers what the lines of one time say. At each time the first line with a tempo counts, and of every other
// kind the last line without one, else the first with one.
//
// Source: ppy/osu osu.Game/Beatmaps/Formats/LegacyBeatmapDecoder.cs (addControlPoint, flushPendingPoints).
type pendingPoints struct {
	time       float64
	tempo      bool // there is a tempo
	any        bool // there is anything
	timing     TimingPoint
	difficulty DifficultyPoint
	effect     EffectPoint
	sample     SamplePoint
}

// timingPoint reads a line of [TimingPoints].
func (d *decoder) timingPoint(line []byte) bool {
	f := d.split(line, ',')
	if len(f) < 2 {
		return false
	}
	time, ok := parseDouble(trim(f[0]))
	if !ok {
		return false
	}
	time += d.offset
	beatLength, ok := parseFloat64(trim(f[1]))
	if !ok || beatLength < -maxValue || beatLength > maxValue {
		return false
	}
	noTicks := beatLength != beatLength //nolint:staticcheck // NaN turns ticks off
	velocity := 1.0
	if beatLength < 0 {
		velocity = 100 / -beatLength
	}
	meter, bank, index, volume, tempo, flags := int32(4), d.m.SampleBank, int32(0), d.m.SampleVolume, true, int32(0)
	if len(f) >= 3 {
		if len(f[2]) == 0 {
			return false
		}
		if f[2][0] != '0' {
			if meter, ok = parseInt(f[2]); !ok || meter <= 0 {
				return false
			}
		}
	}
	if len(f) >= 4 {
		v, ok := parseInt(f[3])
		if !ok {
			return false
		}
		bank = Bank(v)
	}
	if len(f) >= 5 {
		if index, ok = parseInt(f[4]); !ok {
			return false
		}
	}
	if len(f) >= 6 {
		if volume, ok = parseInt(f[5]); !ok {
			return false
		}
	}
	if len(f) >= 7 {
		if len(f[6]) == 0 {
			return false
		}
		tempo = f[6][0] == '1'
	}
	if len(f) >= 8 {
		if flags, ok = parseInt(f[7]); !ok {
			return false
		}
	}
	if tempo && noTicks {
		return false
	}
	if d.timings++; d.timings > MaxTimingPoints {
		d.err = ErrTooManyTimings
		return false
	}

	if bank == BankNone {
		bank = BankNormal
	}
	p := &d.pending
	if time != p.time {
		d.flush()
	}
	p.time = time
	if tempo && !p.tempo {
		p.tempo = true
		p.timing = TimingPoint{Time: time, BeatLength: clamp(beatLength, 6, 60000), Meter: int(meter), OmitFirstBarLine: flags&8 != 0}
	}
	if tempo && p.any {
		return true
	}
	p.any = true
	p.difficulty = DifficultyPoint{Time: time, SliderVelocity: clamp(velocity, 0.1, 10), NoTicks: noTicks}
	p.effect = EffectPoint{Time: time, ScrollSpeed: 1, Kiai: flags&1 != 0}
	if d.m.Mode == 1 || d.m.Mode == 3 {
		p.effect.ScrollSpeed = clamp(velocity, 0.01, 10)
	}
	p.sample = SamplePoint{Time: time, Bank: bank, Volume: int(min(max(volume, 0), 100)), Index: int(index)}
	return true
}

// flush adds the pending points to the beatmap's, unless they change nothing.
func (d *decoder) flush() {
	p := &d.pending
	c := &d.m.Points
	if p.tempo {
		put(&c.Timing, p.timing, TimingPoint.time)
	}
	if p.any {
		if q := c.DifficultyAt(p.time); q.SliderVelocity != p.difficulty.SliderVelocity || q.NoTicks != p.difficulty.NoTicks {
			put(&c.Difficulty, p.difficulty, DifficultyPoint.time)
		}
		if q := c.EffectAt(p.time); q.ScrollSpeed != p.effect.ScrollSpeed || q.Kiai != p.effect.Kiai {
			put(&c.Effect, p.effect, EffectPoint.time)
		}
		i := before(c.Sample, p.time, SamplePoint.time)
		if i < 0 || c.Sample[i].Bank != p.sample.Bank || c.Sample[i].Volume != p.sample.Volume || c.Sample[i].Index != p.sample.Index {
			put(&c.Sample, p.sample, SamplePoint.time)
		}
	}
	p.tempo, p.any = false, false
}

func (p TimingPoint) time() float64     { return p.Time }
func (p DifficultyPoint) time() float64 { return p.Time }
func (p EffectPoint) time() float64     { return p.Time }
func (p SamplePoint) time() float64     { return p.Time }

// put adds a point in its place, over the one that has the same time.
func put[P any](points *[]P, p P, at func(P) float64) {
	i := before(*points, at(p), at)
	if i >= 0 && at((*points)[i]) == at(p) {
		(*points)[i] = p
		return
	}
	*points = slices.Insert(*points, i+1, p)
}

// clamp limits v, which is not NaN.
func clamp[T float32 | float64 | int32](v, low, high T) T { return max(low, min(high, v)) }

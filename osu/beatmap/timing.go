package beatmap

import "math"

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
	f := d.split(line)
	if len(f) < 2 {
		return false
	}
	time, ok := parseDouble(trim(f[0]))
	if !ok {
		return false
	}
	beatLength, ok := parseFloat64(trim(f[1]))
	if !ok || beatLength < -maxValue || beatLength > maxValue {
		return false
	}
	noTicks := math.IsNaN(beatLength)
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
		p.time = time
	}
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

// timelines are the control points so far.
type timelines struct {
	timing     timeline[TimingPoint]
	difficulty timeline[DifficultyPoint]
	effect     timeline[EffectPoint]
	sample     timeline[SamplePoint]
}

// flush adds the pending points to the timelines, unless they change nothing. A tempo always counts, and so does the first
// sample point.
//
// Source: ppy/osu osu.Game/Beatmaps/Legacy/LegacyControlPointInfo.cs, osu.Game/Beatmaps/ControlPoints.
func (d *decoder) flush() {
	p, l := &d.pending, &d.timelines
	if p.tempo {
		l.timing.put(p.timing)
	}
	if p.any {
		if now := orDefault(l.difficulty.at(p.time), &defaultDifficulty); !now.same(p.difficulty) {
			l.difficulty.put(p.difficulty)
		}
		if now := orDefault(l.effect.at(p.time), &defaultEffect); !now.same(p.effect) {
			l.effect.put(p.effect)
		}
		if now := l.sample.at(p.time); now == nil || !now.same(p.sample) {
			l.sample.put(p.sample)
		}
	}
	p.tempo, p.any = false, false
}

func orDefault[P any](p, otherwise *P) *P {
	if p != nil {
		return p
	}
	return otherwise
}

// same reports whether q changes nothing.
func (p *DifficultyPoint) same(q DifficultyPoint) bool {
	return p.SliderVelocity == q.SliderVelocity && p.NoTicks == q.NoTicks
}

// same reports whether q changes nothing.
func (p *EffectPoint) same(q EffectPoint) bool {
	return p.ScrollSpeed == q.ScrollSpeed && p.Kiai == q.Kiai
}

// same reports whether q changes nothing.
func (p *SamplePoint) same(q SamplePoint) bool {
	return p.Bank == q.Bank && p.Volume == q.Volume && p.Index == q.Index
}

// clamp limits v, which is not NaN.
func clamp[T float32 | float64 | int32](v, low, high T) T { return max(low, min(high, v)) }

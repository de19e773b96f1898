package taiko

import "math"

// Beatmaps have few different intervals between notes, and what follows from one takes exponentials. These caches remember it.

const cacheBits = 6

// slot returns where an interval is in a cache.
func slot(interval float64) uint64 {
	return math.Float64bits(interval) * 0x9e3779b97f4a7c15 >> (64 - cacheBits)
}

// decayCache remembers decays.
type decayCache [1 << cacheBits]struct {
	known                  bool
	interval, most, colour float64
}

func (c *decayCache) decays(interval float64) (most, colour float64) {
	e := &c[slot(interval)]
	if !e.known || e.interval != interval {
		e.known, e.interval = true, interval
		e.most, e.colour = decays(interval)
	}
	return e.most, e.colour
}

// velocityCache remembers how hard velocities are to read.
type velocityCache [1 << cacheBits]struct{ bpm, interval, difficulty float64 }

func (c *velocityCache) velocity(bpm, interval float64) float64 {
	bpm = max(1, bpm) // beyond what the editor allows
	e := &c[slot(interval)]
	if e.bpm != bpm || e.interval != interval {
		e.bpm, e.interval, e.difficulty = bpm, interval, velocity(bpm, interval)
	}
	return e.difficulty
}

// ratioCache remembers difficulties of ratios of intervals.
type ratioCache [1 << cacheBits]struct {
	known             bool
	ratio, difficulty float64
}

func (c *ratioCache) difficulty(ratio float64) float64 {
	e := &c[slot(ratio)]
	if !e.known || e.ratio != ratio {
		e.known, e.ratio, e.difficulty = true, ratio, ratioDifficulty(ratio)
	}
	return e.difficulty
}

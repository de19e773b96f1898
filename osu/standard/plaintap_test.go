package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

func (p *plain) doubleTap(h, next *plainHit) float64 {
	if next == nil {
		return 0
	}
	delta, nextDelta := math.Max(1, h.delta), math.Max(1, next.delta)
	difference := math.Abs(nextDelta - delta)
	window := math.Pow(math.Min(1, delta/h.window), 5)
	distance := math.Pow(strain.ReverseLerp(h.lazyJump, 100, 50), 2)
	return 1 - math.Pow(delta/math.Max(delta, difference), distance*(1-window))
}

func (p *plain) speed() (objects []float64) {
	current := 0.0
	for _, h := range p.hits {
		if p.f.relax {
			objects = append(objects, 0)
			continue
		}
		difficulty, rhythm := 0.0, 0.0
		if !h.spinner() {
			time := h.adjusted / clamp(h.adjusted/h.window/0.93, 0.92, 1)
			bonus := 0.0
			if 60000/(time*4) > 200 {
				bonus = 0.75 * math.Pow((75-time)/40, 2)
			}
			difficulty = (1 + bonus) * 1000 / time * bpmBonus(0.3, h.adjusted) * (1 - p.doubleTap(h, p.at(h.i+1)))
			rhythm = p.rhythm(h)
		}
		if p.f.autopilot {
			difficulty *= 0.5
		}
		decay := math.Pow(0.3, h.adjusted/1000)
		current = current*decay + difficulty*(1-decay)*1.16
		objects = append(objects, current*rhythm)
	}
	return objects
}

type plainIsland struct{ delta, count, occurrences int }

func newPlainIsland(delta int) *plainIsland { return &plainIsland{max(delta, 25), 1, 1} }

func (a *plainIsland) near(b *plainIsland, epsilon float64) bool {
	return math.Abs(float64(a.delta-b.delta)) < epsilon && a.count == b.count
}

func (p *plain) rhythm(h *plainHit) float64 {
	sum, epsilon := 0.0, h.window*0.3
	island, previous := newPlainIsland(math.MaxInt32), newPlainIsland(math.MaxInt32)
	var islands []*plainIsland
	start, counting := 0.0, false
	history := min(h.i, 32)
	first := 0
	for first < history-2 && h.start-p.at(h.i-1-first).start < 5000 {
		first++
	}
	last, lastLast := p.at(h.i-1-first), p.at(h.i-2-first)
	effective := func(ratio float64) float64 {
		return 1 + 26*math.Min(0.5, strain.SmoothstepBellUnit(ratio-math.Trunc(ratio)))
	}
	ratioOf := func(a, b float64) float64 { return math.Max(a, b) / math.Min(a, b) }
	for i := first; i > 0; i-- {
		o := p.at(h.i - i)
		if o.spinner() {
			continue
		}
		decay := math.Min(float64(history-i)/float64(history), (5000-(h.start-o.start))/5000)
		delta, was := math.Max(o.delta, 1e-7), math.Max(last.delta, 1e-7)
		difference := math.Abs(was - delta)
		if island.delta == math.MaxInt32 {
			island = newPlainIsland(int(delta))
		}
		ratio := ratioOf(was, delta)
		difficulty := effective(ratio) * clamp((difference-epsilon)/epsilon, 0, 1) * clamp(2-ratio/8, 0, 1)
		if last.o.Kind == Slider {
			difficulty = math.Min(difficulty,
				math.Min(effective(ratioOf(o.minimumJumpTime, delta)), effective(ratioOf(o.endDelta, delta))))
		}
		if difference < epsilon {
			island.count++
		}
		if counting {
			if difference > epsilon {
				if o.o.Kind == Slider {
					difficulty *= 0.5
				}
				if island.count > 1 && previous.count > 1 && math.Abs(float64(island.delta-previous.delta)) < epsilon && island.count%2 == previous.count%2 {
					difficulty *= 0.5
				}
				if math.Max(lastLast.delta, 1e-7) > was+epsilon && was > delta+epsilon {
					difficulty *= 0.125
				}
				if previous.count == island.count {
					difficulty *= 0.5
				}
				if was > delta+epsilon {
					difficulty *= 0.65
				}
				found := false
				for _, e := range islands {
					if e.near(island, epsilon) {
						if previous.near(island, epsilon) {
							e.occurrences++
						}
						n := float64(e.occurrences)
						difficulty *= math.Min(3/n, math.Pow(1/n, strain.Logistic(float64(island.delta), 58.33, 0.24, 2.75)))
						found = true
						break
					}
				}
				if !found && island.count > 0 {
					islands = append(islands, island)
				}
				difficulty *= 1 - p.doubleTap(last, o)*0.75
				if island.count > 1 {
					sum += math.Sqrt(difficulty*start) * decay
				} else {
					sum += 0.7 * decay
				}
				start = difficulty
				if was+epsilon < delta {
					counting = false
				}
				previous = island
				island = newPlainIsland(int(delta))
			}
		} else if was > delta+epsilon {
			counting = true
			if o.o.Kind == Slider {
				difficulty *= 0.6
			}
			if last.o.Kind == Slider {
				difficulty *= 0.6
			}
			start = difficulty
			island = newPlainIsland(int(delta))
		}
		lastLast, last = last, o
	}
	sum *= strain.ReverseLerp(float64(island.count), 22, 3)
	return math.Sqrt(4+sum*0.95) / 2
}

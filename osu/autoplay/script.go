package autoplay

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pure-peace/peace/osu/replay"
)

// script collects what a player does, in any order, and makes frames of it.
type script struct {
	rng      *rand.Rand
	interval float64 // milliseconds
	rate     float64 // of the clock
	points   []point
	strokes  []stroke
	columns  bool // held keys are columns of mania
}

// point is where the cursor is at a moment.
type point struct{ at, x, y float64 }

// stroke is a key that is held.
type stroke struct {
	down, up float64
	keys     replay.Keys
}

func newScript(rng *rand.Rand, interval time.Duration, rate float64) *script {
	if interval <= 0 {
		interval = DefaultInterval
	}
	return &script{rng: rng, interval: max(float64(interval)/float64(time.Millisecond), 1) * rate, rate: rate}
}

// spread draws a number around 0, at most by to either side.
func (s *script) spread(by float64) float64 { return (2*s.rng.Float64() - 1) * by }

func (s *script) move(at, x, y float64) { s.points = append(s.points, point{at, x, y}) }

func (s *script) hold(down, up float64, keys replay.Keys) {
	s.strokes = append(s.strokes, stroke{down, max(up, down+1), keys})
}

// within draws an offset between two bounds, to either side, of the player's time.
func (s *script) within(least, most float64) float64 {
	offset := (least + s.rng.Float64()*(most-least)) * s.rate
	if s.rng.IntN(3) == 0 { // mostly people are late
		offset = -offset
	}
	return offset
}

// edge is a moment at which keys change.
type edge struct {
	at   float64
	keys replay.Keys
	down bool
}

// recording makes the frames: those that stable begins with, one for each change of the keys, and between them one each
// interval. Seed is written at the end.
func (s *script) recording(last float64, seed int32) replay.Recording {
	slices.SortStableFunc(s.points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	edges := s.edges()
	begin := 0.0
	if len(s.points) > 0 {
		begin = min(begin, s.points[0].at-1000)
	}
	if len(edges) > 0 {
		begin = min(begin, edges[0].at-1000)
		last = max(last, edges[len(edges)-1].at)
	}
	// The marks with which stable begins: the second goes back in time.
	frames := []replay.Frame{{X: 256, Y: -500}, {Time: -1, X: 256, Y: -500}}
	var held replay.Keys
	next := 0
	for now := begin; ; {
		for next < len(edges) && math.Round(edges[next].at) <= math.Round(now) {
			if edges[next].down {
				held |= edges[next].keys
			} else {
				held &^= edges[next].keys
			}
			next++
		}
		frames = append(frames, s.frame(now, held))
		if now >= last && next == len(edges) {
			return replay.Recording{Frames: frames, Seed: seed & math.MaxInt32, Seeded: true}
		}
		step := now + s.interval
		if next < len(edges) {
			step = min(step, max(edges[next].at, now+1))
		}
		now = step
	}
}

func (s *script) frame(now float64, held replay.Keys) replay.Frame {
	f := replay.Frame{Time: int32(math.Round(now))}
	if s.columns {
		f.X, f.Y = float32(held), 25 // the scroll speed
		return f
	}
	x, y := s.position(now)
	f.X, f.Y, f.Keys = float32(math.Round(x*100)/100), float32(math.Round(y*100)/100), held
	return f
}

// position is between the points around now. Those before are dropped, as time only goes forward.
func (s *script) position(now float64) (x, y float64) {
	for len(s.points) > 1 && s.points[1].at <= now {
		s.points = s.points[1:]
	}
	switch {
	case len(s.points) == 0:
		return 256, 192
	case len(s.points) == 1 || now <= s.points[0].at:
		return s.points[0].x, s.points[0].y
	}
	a, b := s.points[0], s.points[1]
	part := (now - a.at) / (b.at - a.at)
	return a.x + (b.x-a.x)*part, a.y + (b.y-a.y)*part
}

// edges orders the changes of the keys. A key that is pressed while it is held is let go first.
func (s *script) edges() []edge {
	slices.SortStableFunc(s.strokes, func(a, b stroke) int { return cmp.Compare(a.down, b.down) })
	upOf := make(map[replay.Keys]int) // index of the last stroke of a key
	edges := make([]edge, 0, 2*len(s.strokes))
	for i := range s.strokes {
		st := &s.strokes[i]
		if before, ok := upOf[st.keys]; ok {
			previous := &s.strokes[before]
			st.down = max(st.down, previous.down+2)
			st.up = max(st.up, st.down+1)
			previous.up = min(previous.up, st.down-1)
		}
		upOf[st.keys] = i
	}
	for _, st := range s.strokes {
		edges = append(edges, edge{st.down, st.keys, true}, edge{st.up, st.keys, false})
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	return edges
}

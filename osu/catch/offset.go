package catch

import (
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/random"
)

const (
	offsetSeed = 1337 // what the random offsets of every beatmap start from

	// tinyOffset is how far a tiny droplet may fall from its stream, in osu! pixels.
	tinyOffset = 20
)

// offset places all palpables of a beatmap made from m: bananas anywhere, tiny droplets near their stream and, if spicy, fruits
// further from each other, as with hard rock. The draws that nothing is made of keep to the sequence of the official code.
//
// Source: ppy/osu osu.Game.Rulesets.Catch/Beatmaps/CatchBeatmapProcessor.cs.
func (b *Beatmap) offset(m *beatmap.Beatmap, spicy bool) {
	rng := random.NewLegacy(offsetSeed)
	var last anchor
	for i := range b.Objects {
		o := &b.Objects[i]
		palpables := b.Palpables[o.First : o.First+o.Count]
		switch o.Kind {
		case Fruit:
			if spicy {
				last.spread(&palpables[0], &rng)
			}
			palpables[0].place()
		case BananaShower:
			for j := range palpables {
				p := &palpables[j]
				p.offset = float32(rng.NextDouble() * Width)
				p.place()
				// Stable drew the banana's kind, rotation and colour.
				rng.Next()
				rng.Next()
				rng.Next()
			}
		case JuiceStream:
			last.stream(&m.HitObjects[i])
			for j := range palpables {
				p := &palpables[j]
				switch p.Kind {
				case TinyDroplet:
					p.offset = clamp(float32(rng.NextRange(-tinyOffset, tinyOffset)), -p.origin, Width-p.origin)
				case Droplet:
					rng.Next() // stable drew the droplet's rotation
				}
				p.place()
			}
		}
	}
}

// anchor is what the offsets of hard rock go by: where the last object ended up, and when.
type anchor struct {
	x    float32
	time float64 // milliseconds
	set  bool
}

// stream moves the anchor to a juice stream. As in stable that is where the last control point of the stream is, wherever its
// path may end, and when it starts.
func (a *anchor) stream(h *beatmap.HitObject) {
	a.x = h.Position.X
	if n := len(h.Slider.Points); n > 0 {
		a.x += h.Slider.Points[n-1].Position.X
	}
	a.time, a.set = h.Start, true
}

// spread moves a fruit away from the object before it.
func (a *anchor) spread(p *Palpable, rng *random.Legacy) {
	// Stable takes a position of 0 for none.
	if !a.set || a.x == 0 {
		*a = anchor{p.origin, p.Time, true}
		return
	}
	distance := p.origin - a.x
	time := dotnet.Int32(p.Time - a.time)
	if time > 1000 {
		*a = anchor{p.origin, p.Time, true}
		return
	}
	if distance == 0 {
		// The anchor stays, for all that fall at one place.
		p.offset = scatter(p.origin, float64(time)/4, rng) - p.origin
		return
	}
	x := p.origin
	if float32(math.Abs(float64(distance))) < float32(time/3) {
		x = push(x, distance)
	}
	p.offset = x - p.origin
	*a = anchor{x, p.Time, true}
}

// scatter returns a position up to limit, and at most 20, osu! pixels to a random side of x, or to the other one if that is
// beyond the playfield.
func scatter(x float32, limit float64, rng *random.Legacy) float32 {
	right := rng.NextBool()
	distance := min(20, float32(rng.NextRangeFloat(0, max(0, limit))))
	if right {
		if x+distance <= Width {
			return x + distance
		}
		return x - distance
	}
	if x-distance >= 0 {
		return x - distance
	}
	return x + distance
}

// push returns x moved by distance unless that leaves the playfield.
func push(x, distance float32) float32 {
	if moved := x + distance; distance > 0 && moved < Width || distance <= 0 && moved > 0 {
		return moved
	}
	return x
}

package catch

import (
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
)

const (
	offsetSeed = 1337 // what the random offsets of every beatmap start from

	// tinyOffset is how far a tiny droplet may fall from its stream, in osu! pixels.
	tinyOffset = 20
)

// placement gives palpables their final positions, object by object: bananas anywhere, tiny droplets near their stream and, if
// spicy, fruits further from each other, as with hard rock. The draws that nothing is made of keep to the sequence of the
// official code.
//
// Sources: ppy/osu osu.Game.Rulesets.Catch/Beatmaps/CatchBeatmapProcessor.cs, Mods/CatchModMirror.cs.
type placement struct {
	rng    random.Legacy
	last   anchor
	spicy  bool
	mirror bool

	// mirrored are the positions with the mirror mod, which flips them only after the hyper dashes are known.
	mirrored []float32
}

func newPlacement(ms mods.Set) placement {
	return placement{rng: random.NewLegacy(offsetSeed), spicy: spicy(ms), mirror: ms.Has(mods.Mirror)}
}

// place moves p, whose X is what the beatmap says, by offset, but not off the playfield.
func (l *placement) place(p *Palpable, offset float32) {
	if l.mirror {
		x := (Width - p.X) - offset
		if p.Kind == Banana {
			x = p.X + (Width - offset)
		}
		l.mirrored = append(l.mirrored, clamp(x, 0, Width))
	}
	p.X = clamp(p.X+offset, 0, Width)
}

func (l *placement) fruit(p *Palpable) {
	offset := float32(0)
	if l.spicy {
		offset = l.last.spread(p, &l.rng)
	}
	l.place(p, offset)
}

func (l *placement) shower(bananas []Palpable) {
	for i := range bananas {
		l.place(&bananas[i], float32(l.rng.NextDouble()*Width))
		// Stable drew the banana's kind, rotation and colour.
		l.rng.Next()
		l.rng.Next()
		l.rng.Next()
	}
}

func (l *placement) stream(h *beatmap.HitObject, palpables []Palpable) {
	l.last.stream(h)
	for i := range palpables {
		p := &palpables[i]
		offset := float32(0)
		switch p.Kind {
		case TinyDroplet:
			offset = clamp(float32(l.rng.NextRange(-tinyOffset, tinyOffset)), -p.X, Width-p.X)
		case Droplet:
			l.rng.Next() // stable drew the droplet's rotation
		}
		l.place(p, offset)
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

// spread returns how far to move a fruit away from the object before it.
func (a *anchor) spread(p *Palpable, rng *random.Legacy) float32 {
	// Stable takes a position of 0 for none.
	if !a.set || a.x == 0 {
		*a = anchor{p.X, p.Time, true}
		return 0
	}
	distance := p.X - a.x
	time := dotnet.Int32(p.Time - a.time)
	if time > 1000 {
		*a = anchor{p.X, p.Time, true}
		return 0
	}
	if distance == 0 {
		// The anchor stays, for all that fall at one place.
		return scatter(p.X, float64(time)/4, rng) - p.X
	}
	x := p.X
	if float32(math.Abs(float64(distance))) < float32(time/3) {
		x = push(x, distance)
	}
	*a = anchor{x, p.Time, true}
	return x - p.X
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

package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/slider"
)

// The arithmetic of mods that move objects is in single precision.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Utils/OsuHitObjectGenerationUtils.cs.

// centre is the middle of the playfield.
var centre = slider.Vector{X: width / 2, Y: height / 2}

// diagonal is the length of the playfield's diagonal by the approximation that the official client makes of it.
var diagonal = func() float32 {
	const guess = 0x5f375a86
	squared := slider.Vector{X: width, Y: height}.LengthSquared()
	inverse := math.Float32frombits(guess - math.Float32bits(squared)>>1)
	inverse *= 1.5 - float32(float32(0.5*squared)*inverse)*inverse
	return 1 / inverse
}()

// edge is the share of the playfield along its borders where objects turn towards the middle.
const edge = float32(0.375)

func abs(a float32) float32 { return float32(math.Abs(float64(a))) }

// direction returns the angle of v in radians, from -π to π.
func direction(v slider.Vector) float32 { return dotnet.Atan2F(v.Y, v.X) }

// rotated returns v turned by an angle.
func rotated(v slider.Vector, angle float32) slider.Vector {
	angle += direction(v)
	length := v.Length()
	return slider.Vector{X: length * dotnet.CosF(angle), Y: length * dotnet.SinF(angle)}
}

// awayFromEdge turns a jump from a point towards the middle of the playfield, the more the nearer the point is to its edge, at
// most half way.
func awayFromEdge(from, jump slider.Vector) slider.Vector { return turnFromEdge(from, jump, 0.5) }

// turnFromEdge is awayFromEdge for any share of the way at most.
func turnFromEdge(from, jump slider.Vector, share float32) slider.Vector {
	nearness := max(nearEdge(from.Y, height), max(nearEdge(from.X, width), 0))
	return towards(jump, centre.Sub(from), min(1, float32(nearness*share)))
}

// nearEdge is 1 on the edge of a playfield of the given size, 0 and less in the middle.
func nearEdge(at, size float32) float32 {
	border := size * edge
	if at < size/2 {
		return (border - at) / border
	}
	return (at - (size - border)) / border
}

// towards turns v by a share of the angle to another vector.
func towards(v, other slider.Vector, share float32) slider.Vector {
	from := direction(v)
	by := direction(other) - from
	for by < -math.Pi {
		by += 2 * math.Pi
	}
	for by > math.Pi {
		by -= 2 * math.Pi
	}
	angle := from + float32(share*by)
	length := v.Length()
	return slider.Vector{X: length * dotnet.CosF(angle), Y: length * dotnet.SinF(angle)}
}

// difference returns how far two angles are apart, from 0 to π.
func difference(a, b float32) float32 {
	d := float32(math.Mod(float64(abs(a-b)), float64(float32(2*math.Pi))))
	return min(d, 2*math.Pi-d)
}

// bounded returns v, or the bound that it exceeds.
func bounded(v, low, high float32) float32 {
	switch {
	case v < low:
		return low
	case v > high:
		return high
	}
	return v
}

// within moves a position into the playfield, and away from its edge by the padding.
func within(v slider.Vector, padding float32) slider.Vector {
	return slider.Vector{X: bounded(v.X, padding, width-padding), Y: bounded(v.Y, padding, height-padding)}
}

package slider

import "math"

// Vector is a point or a distance on the playfield, in osu! pixels. The playfield is 512 wide and 384 high; y grows downwards.
//
// Its arithmetic rounds every product and sum to single precision, as the official client's does on every processor; the
// conversions in it keep Go from fusing a multiplication and an addition where the hardware could.
type Vector struct{ X, Y float32 }

// Add returns v + w.
func (v Vector) Add(w Vector) Vector { return Vector{v.X + w.X, v.Y + w.Y} }

// Sub returns v - w.
func (v Vector) Sub(w Vector) Vector { return Vector{v.X - w.X, v.Y - w.Y} }

// Mul returns v scaled by f.
func (v Vector) Mul(f float32) Vector { return Vector{float32(v.X * f), float32(v.Y * f)} }

// Div returns v divided by f.
func (v Vector) Div(f float32) Vector { return Vector{v.X / f, v.Y / f} }

// Dot returns the scalar product of v and w.
func (v Vector) Dot(w Vector) float32 { return float32(v.X*w.X) + float32(v.Y*w.Y) }

// LengthSquared returns the square of the length of v.
func (v Vector) LengthSquared() float32 { return float32(v.X*v.X) + float32(v.Y*v.Y) }

// Length returns the length of v.
func (v Vector) Length() float32 { return float32(math.Sqrt(float64(v.LengthSquared()))) }

// Distance returns the length of v - w.
func (v Vector) Distance(w Vector) float32 { return v.Sub(w).Length() }

// Normalized returns v scaled to the length 1: not a number for the zero vector.
func (v Vector) Normalized() Vector { return v.Mul(1 / v.Length()) }

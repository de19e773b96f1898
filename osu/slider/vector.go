package slider

import "math"

// Vector is a point or a distance on the playfield, in osu! pixels. The playfield is 512 wide and 384 high; y grows downwards.
type Vector struct{ X, Y float32 }

// Add returns v + w.
func (v Vector) Add(w Vector) Vector { return Vector{v.X + w.X, v.Y + w.Y} }

// Sub returns v - w.
func (v Vector) Sub(w Vector) Vector { return Vector{v.X - w.X, v.Y - w.Y} }

// Mul returns v scaled by f.
func (v Vector) Mul(f float32) Vector { return Vector{v.X * f, v.Y * f} }

// Dot returns the scalar product of v and w.
func (v Vector) Dot(w Vector) float32 { return v.X*w.X + v.Y*w.Y }

// LengthSquared returns the square of the length of v.
func (v Vector) LengthSquared() float32 { return v.X*v.X + v.Y*v.Y }

// Length returns the length of v, rounded to single precision as the official client's vectors do.
func (v Vector) Length() float32 { return float32(math.Sqrt(float64(v.X*v.X + v.Y*v.Y))) }

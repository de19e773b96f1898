package mods

import (
	"math"
	"strconv"
)

// grid is the multiples of a step: units × 10^exp, as the step's decimal form has it.
type grid struct {
	step  float64
	units int64
	exp   int
	bits  int // 32 or 64, of the numbers that are rounded
}

func gridOf(step float64, bits int) grid {
	units, exp := decimal(step, 64)
	for units%10 == 0 {
		units, exp = units/10, exp+1
	}
	return grid{step, units, exp, bits}
}

// round returns the point of the grid that is nearest to v, the even one of two. As in the official game both are taken as
// decimals, of 15 digits or, in 32 bits, of 7, so that 1.015 lies halfway between 1.01 and 1.02 although its binary form does
// not.
// Source: ppy/osu-framework osu.Framework/Bindables/BindableNumber.cs.
func (g *grid) round(v float64) float64 {
	q := v / g.step
	n := math.RoundToEven(q)
	near := 1e-9
	if g.bits == 32 {
		near = 1e-5
	}
	if math.Abs(math.Abs(q-n)-0.5) < near*math.Max(1, math.Abs(q)) { // perhaps halfway: count in decimal
		n = math.Copysign(g.countUnits(math.Abs(v)), v)
	}
	if n == 0 {
		return 0 // never negative zero
	}
	digits := n * float64(g.units)
	if g.exp < 0 {
		return digits / pow10[-g.exp]
	}
	return digits * pow10[g.exp]
}

// countUnits returns how many steps make the positive number v, which is near the middle between two of them.
func (g *grid) countUnits(v float64) float64 {
	value, valueExp := decimal(v, g.bits)
	perStep := g.units
	for e := g.exp; e > valueExp && perStep < math.MaxInt64/10; e-- {
		perStep *= 10
	}
	for e := valueExp; e > g.exp; e-- {
		value *= 10
	}
	n, rest := value/perStep, value%perStep
	if twice := 2 * rest; twice > perStep || twice == perStep && n%2 == 1 {
		n++
	}
	return float64(n)
}

// decimal returns the significant decimal digits of a positive number of 64 or 32 bits, 15 or 7 of them: v = digits × 10^exp.
func decimal(v float64, bits int) (digits int64, exp int) {
	precision := 15
	if bits == 32 {
		precision = 7
	}
	var buf [32]byte
	b := strconv.AppendFloat(buf[:0], v, 'e', precision-1, bits)
	i := 0
	for ; b[i] != 'e'; i++ {
		if b[i] != '.' {
			digits = digits*10 + int64(b[i]-'0')
		}
	}
	exp, _ = strconv.Atoi(string(b[i+1:])) // what AppendFloat wrote is a number
	return digits, exp - precision + 1
}

// pow10 holds the powers of ten that steps need.
var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// widen returns the 64-bit number with the shortest decimal form that is v in 32 bits: 0.1 for 0.1.
func widen(v float32) float64 {
	// Decimals of six digits are all different in 32 bits, so one that is v is the shortest.
	if short := math.Round(float64(v)*1e4) / 1e4; float32(short) == v && -100 < v && v < 100 {
		return short
	}
	var buf [32]byte
	wide, err := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], float64(v), 'g', -1, 32)), 64)
	if err != nil { // never: what AppendFloat wrote is a number
		return float64(v)
	}
	return wide
}

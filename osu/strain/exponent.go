package strain

import "math"

// Powers are most of what calculating difficulty costs, and those of package math care for a last bit that nobody here needs.
// These take logarithms and exponentials from tables of 128 steps, with a short Taylor series for what is left of a step.

const (
	stepBits = 7
	steps    = 1 << stepBits

	mantissaBits = 52
	mantissaMask = 1<<mantissaBits - 1
	bias         = 1023
)

// logSteps are the steps between 1 and 2, both included, so that logarithms near 1 are exact.
var logSteps = func() (table [steps + 1]struct{ inverse, log2 float64 }) {
	for i := range table {
		at := 1 + float64(i)/steps
		table[i].inverse = 1 / at
		table[i].log2 = -math.Log2(table[i].inverse)
	}
	return table
}()

// exp2Steps are the bits of 2 to the power of each step from 0 to 1, less the step's own, so that they can be added to an
// exponent whose lower bits are the step.
var exp2Steps = func() (table [steps]uint64) {
	for i := range table {
		table[i] = math.Float64bits(math.Exp2(float64(i)/steps)) - uint64(i)<<(mantissaBits-stepBits)
	}
	return table
}()

// log2 is the binary logarithm of a positive, finite number that is not subnormal, given by its bits, within 1e-15 absolutely. It
// is just small enough to be inlined.
func log2(bits uint64) float64 {
	const (
		c1 = math.Log2E
		c2 = -math.Log2E / 2
		c3 = math.Log2E / 3
		c4 = -math.Log2E / 4
		c5 = math.Log2E / 5
	)
	step := &logSteps[(bits&mantissaMask+1<<(mantissaBits-stepBits-1))>>(mantissaBits-stepBits)]
	r := float64(math.Float64frombits(bits&mantissaMask|bias<<mantissaBits)*step.inverse) - 1
	r2 := r * r
	return float64(int64(bits>>mantissaBits)-bias) + step.log2 + r*(c1+r*c2+r2*(c3+r*c4+r2*c5))
}

// exp2 is 2 to the power of x, for -1022 < x < 1023, within a few units of the last bit.
func exp2(x float64) float64 {
	const (
		c1 = math.Ln2
		c2 = c1 * math.Ln2 / 2
		c3 = c2 * math.Ln2 / 3
		c4 = c3 * math.Ln2 / 4

		// round, added to a number, leaves it in steps in the lowest bits.
		round = 3 << (mantissaBits - 1 - stepBits)
	)
	rounded := x + round
	bits := math.Float64bits(rounded)
	r := x - (rounded - round)
	r2 := r * r
	step := math.Float64frombits(exp2Steps[bits%steps] + bits<<(mantissaBits-stepBits))
	return step + step*(r*c1+r2*(c2+r*c3+r2*c4))
}

// Pow returns x to the power of y, like math.Pow but nine times as fast and with a relative error of about 1e-15, or of
// |y·ln x|·4e-16 when that is more.
func Pow(x, y float64) float64 {
	if x >= 0x1p-1022 && x <= math.MaxFloat64 {
		if p := y * log2(math.Float64bits(x)); p > -1022 && p < 1023 {
			return exp2(p)
		}
	}
	if x == 0 && y > 0 {
		return 0
	}
	return math.Pow(x, y)
}

// Exp returns e to the power of x, like math.Exp but faster and with a relative error of about 1e-15, or of |x|·3e-16 when that
// is more.
func Exp(x float64) float64 {
	if p := x * math.Log2E; p > -1022 && p < 1023 {
		return exp2(p)
	}
	return math.Exp(x)
}

// Log is the natural logarithm, like math.Log but faster and within 1e-15 absolutely.
func Log(x float64) float64 {
	if x >= 0x1p-1022 && x <= math.MaxFloat64 {
		return log2(math.Float64bits(x)) * math.Ln2
	}
	return math.Log(x)
}

package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// speedDeviation estimates the standard deviation of the taps on the objects that are hard to tap, in milliseconds, as if all
// mistakes were on them. There is none when nothing was hit.
func (p *play) speedDeviation() (float64, bool) {
	if p.hit() == 0 {
		return 0, false
	}
	notes := p.a.SpeedNoteCount
	notes += (float64(p.total()) - notes) * 0.1
	miss := min(float64(p.miss), notes)
	meh := min(float64(p.meh), notes-miss)
	ok := min(float64(p.ok), notes-miss-meh)
	great := max(0, notes-miss-meh-ok)
	return p.tapDeviation(great, ok, meh)
}

// tapDeviation estimates the standard deviation of taps by their judgements: greats and oks from a normal distribution around
// the right moment, mehs from a uniform one.
func (p *play) tapDeviation(great, ok, meh float64) (float64, bool) {
	if great+ok+meh <= 0 {
		return 0, false
	}
	const z = 2.32634787404 // of a normal distribution, one-tailed, at 99 %

	// With a confidence of 99 % at least this part of all taps would be great.
	n := max(1, great+ok)
	part := great / n
	least := min(part, (n*part+z*z/2)/(n+z*z)-z/(n+z*z)*math.Sqrt(n*part*(1-part)+z*z/4))

	var deviation float64
	if least > 0.01 {
		deviation = p.greatWindow / (math.Sqrt2 * erfInverse(least))
		// What would have been outside of the window for oks was not one of them.
		w := p.okWindow / deviation
		tail := math.Sqrt(2/math.Pi) * p.okWindow * math.Exp(-0.5*(w*w)) /
			(deviation * erf(p.okWindow/(math.Sqrt2*deviation)))
		deviation *= math.Sqrt(1 - tail)
	} else {
		deviation = p.okWindow / math.Sqrt(3)
	}
	uniform := (p.mehWindow*p.mehWindow + p.okWindow*p.mehWindow + p.okWindow*p.okWindow) / 3
	return math.Sqrt(((great+ok)*(deviation*deviation) + meh*uniform) / (great + ok + meh)), true
}

// erf approximates the error function to within 1.5e-7, as Abramowitz and Stegun do in formula 7.1.26. The official
// calculation has no better one.
func erf(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.Copysign(1, x)
	}
	if x == 0 {
		return 0
	}
	t := 1 / (1 + 0.3275911*math.Abs(x))
	tau := t * (0.254829592 + t*(-0.284496736+t*(1.421413741+t*(-1.453152027+t*1.061405429))))
	return math.Copysign(1-tau*math.Exp(-x*x), x)
}

// erfInverse approximates the inverse of the error function to within 5e-4.
func erfInverse(x float64) float64 {
	switch {
	case x <= -1:
		return math.Inf(-1)
	case x >= 1:
		return math.Inf(1)
	case x == 0:
		return 0
	}
	const a = 0.147
	positive := math.Abs(x)
	ln := math.Log(1 - positive*positive)
	t := 2/(math.Pi*a) + ln/2
	root := math.Sqrt(math.Sqrt(t*t-ln/a) - t)
	if positive >= 0.85 {
		root += strain.Pow((positive-0.85)/0.293, 8)
	}
	return math.Copysign(root, x)
}

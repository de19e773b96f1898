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
		deviation = p.greatWindow / (math.Sqrt2 * strain.ErfInv(least))
		// What would have been outside of the window for oks was not one of them.
		w := p.okWindow / deviation
		tail := math.Sqrt(2/math.Pi) * p.okWindow * strain.Exp(-0.5*(w*w)) /
			(deviation * strain.Erf(p.okWindow/(math.Sqrt2*deviation)))
		deviation *= math.Sqrt(1 - tail)
	} else {
		deviation = p.okWindow / math.Sqrt(3)
	}
	uniform := (p.mehWindow*p.mehWindow + p.okWindow*p.mehWindow + p.okWindow*p.okWindow) / 3
	return math.Sqrt(((great+ok)*(deviation*deviation) + meh*uniform) / (great + ok + meh)), true
}

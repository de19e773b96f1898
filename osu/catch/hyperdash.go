package catch

import (
	"cmp"
	"math"
	"slices"

	"github.com/pure-peace/peace/osu/internal/dotnet"
)

const (
	catcherSize float32 = 106.75 // width of the catcher at scale 1, in osu! pixels

	// catchRange is the part of the catcher's width that catches.
	catchRange float32 = 0.8

	// dashGrace is a quarter of a frame of stable's, in milliseconds, that a dash has to spare.
	dashGrace float32 = 1000. / 60 / 4

	dashSpeed = 1.0 // osu! pixels a millisecond
)

// catchWidth is how wide the catcher catches at a circle size, in osu! pixels.
//
// Sources: ppy/osu osu.Game.Rulesets.Catch/UI/Catcher.cs, osu.Game/Rulesets/Objects/Legacy/LegacyRulesetExtensions.cs.
func catchWidth(circleSize float32) float32 {
	const slope float32 = 0.7
	scale := float32(1-float64(float64(slope)*((float64(circleSize)-5)/5))) / 2
	return catcherSize * float32(math.Abs(float64(scale*2))) * catchRange
}

// order finds the palpables that count for the combo by time. Objects may overlap.
func (b *Beatmap) order() {
	b.combo = make([]int32, 0, len(b.Palpables))
	sorted := true
	before := math.Inf(-1)
	for i := range b.Palpables {
		p := &b.Palpables[i]
		if !p.combo() {
			continue
		}
		sorted = sorted && before <= p.Time
		before = p.Time
		b.combo = append(b.combo, int32(i))
	}
	if !sorted {
		slices.SortStableFunc(b.combo, func(i, j int32) int { return cmp.Compare(b.Palpables[i].Time, b.Palpables[j].Time) })
	}
}

// hyperDash finds the palpables whose next one is too far to dash to.
//
// Source: ppy/osu osu.Game.Rulesets.Catch/Beatmaps/CatchBeatmapProcessor.cs.
func (b *Beatmap) hyperDash() {
	// As in stable, the whole catcher counts here.
	half := float64(catchWidth(b.Difficulty.CircleSize)/2) / float64(catchRange)
	excess := half // what the dash before leaves of the catcher's half, for one that goes on in its direction
	var wasRight, any bool
	if len(b.combo) == 0 {
		return
	}
	to := &b.Palpables[b.combo[0]]
	end := dotnet.Int32(to.Time)
	for _, next := range b.combo[1:] {
		from, start := to, end
		to = &b.Palpables[next]
		end = dotnet.Int32(to.Time)
		right := to.X > from.X
		reach := half
		if any && right == wasRight {
			reach = excess
		}
		time := float32(end-start) - dashGrace
		distance := math.Abs(float64(to.X-from.X)) - reach
		spare := float32(float64(time)*dashSpeed - distance)
		if spare < 0 {
			from.HyperDash = true
			excess = half
		} else {
			from.DistanceToHyperDash = spare
			excess = min(max(float64(spare), 0), half)
		}
		wasRight, any = right, true
	}
}

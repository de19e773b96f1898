package beatmap

import (
	"math"
	"math/big"
	"strconv"

	"github.com/pure-peace/peace/osu/internal/dotnet"
)

// PeppyStars returns the multiplier of the combo's score that stable derives from a beatmap's settings before mods (of which
// taiko takes 2 for the circle size), its number of objects and its [Beatmap.DrainSeconds]: 0 to 6, the more the harder.
//
// The official code calculates it in decimal with 15 significant digits of each setting, to come near what stable's
// extended precision gave. Here it is calculated exactly from the same digits.
//
// Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/LegacyRulesetExtensions.cs.
func PeppyStars(d Difficulty, objects, drain int) int {
	sum := big.NewRat(16, 1)
	if drain != 0 {
		density := big.NewRat(int64(objects)*8, int64(drain))
		if density.Sign() < 0 {
			density.SetInt64(0)
		}
		if density.Cmp(sum) < 0 {
			sum = density
		}
	}
	for _, setting := range [...]float32{d.DrainRate, d.OverallDifficulty, d.CircleSize} {
		digits, ok := new(big.Rat).SetString(strconv.FormatFloat(float64(setting), 'g', 15, 64))
		if !ok {
			return 0 // not a finite number, which no decoded beatmap has
		}
		sum.Add(sum, digits)
	}
	return round(sum.Mul(sum, big.NewRat(5, 38)))
}

// DrainSeconds returns the time between the starts of the first and the last object, without breaks, in whole seconds as
// stable counts them. It is negative when breaks are longer than everything.
func (m *Beatmap) DrainSeconds() int {
	if len(m.HitObjects) == 0 {
		return 0
	}
	whole := func(ms float64) int32 { return dotnet.Int32(math.RoundToEven(ms)) }
	drain := whole(m.HitObjects[len(m.HitObjects)-1].Start) - whole(m.HitObjects[0].Start)
	for _, b := range m.Events.Breaks {
		drain -= whole(b.End) - whole(b.Start)
	}
	return int(drain / 1000)
}

// round returns the integer nearest to r, the even one of two.
func round(r *big.Rat) int {
	twice := new(big.Int).Lsh(r.Num(), 1)
	twice.Add(twice, r.Denom())
	half := new(big.Int).Lsh(r.Denom(), 1)
	n, rest := new(big.Int).DivMod(twice, half, new(big.Int))
	if rest.Sign() == 0 && n.Bit(0) == 1 {
		return int(n.Int64()) - 1
	}
	return int(n.Int64())
}

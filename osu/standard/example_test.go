package standard_test

import (
	"context"
	"fmt"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/standard"
)

// Once the attributes of a beatmap with mods are known, plays are rated without the beatmap.
func ExampleAttributes_Performance() {
	m, err := beatmap.Parse([]byte(`osu file format v14

[Difficulty]
HPDrainRate:5
CircleSize:4
OverallDifficulty:8
ApproachRate:9

[TimingPoints]
0,300,4,1,0,100,1,0

[HitObjects]
64,64,300,1,0
448,320,450,1,0
64,320,600,1,0
448,64,750,1,0
256,192,900,1,0
`))
	if err != nil {
		panic(err)
	}
	set := mods.Of(mods.DoubleTime)
	b, err := standard.New(context.Background(), m, set)
	if err != nil {
		panic(err)
	}
	attributes, err := standard.Difficulty(context.Background(), b)
	if err != nil {
		panic(err)
	}
	perfect := score.Play{Mods: set, Statistics: b.Max(), MaxCombo: attributes.MaxCombo, Accuracy: 1}
	missed := perfect
	missed.Statistics[score.Great]--
	missed.Statistics[score.Miss]++
	missed.MaxCombo, missed.Accuracy = 3, 0.8
	fmt.Printf("%.2f stars, %.1f pp, with a miss %.1f pp\n",
		attributes.Stars, attributes.Performance(perfect).Total, attributes.Performance(missed).Total)
	// Output: 1.26 stars, 40.0 pp, with a miss 1.3 pp
}

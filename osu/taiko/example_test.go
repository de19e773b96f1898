package taiko_test

import (
	"context"
	"fmt"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/taiko"
)

func Example() {
	m, err := beatmap.Parse([]byte(`osu file format v14

[General]
Mode: 1

[Difficulty]
OverallDifficulty:5
SliderMultiplier:1.4

[TimingPoints]
0,300,4,1,0,100,1,0

[HitObjects]
256,192,0,1,0
256,192,75,1,8
256,192,150,1,8
256,192,300,1,4
256,192,375,1,0
256,192,450,1,8
256,192,600,2,0,L|600:192,1,280
256,192,1500,12,0,3000
`))
	if err != nil {
		panic(err)
	}
	set := mods.Of(mods.DoubleTime)
	b, err := taiko.New(context.Background(), m, set)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(b.Objects), "objects, the last is a", b.Objects[len(b.Objects)-1].Kind)
	a, err := taiko.Difficulty(context.Background(), b)
	if err != nil {
		panic(err)
	}
	p := a.Performance(score.Play{Mods: set, Statistics: score.Statistics{score.Great: 5, score.Ok: 1}, MaxCombo: 6})
	fmt.Printf("%.2f stars, combo %d, %.2f pp\n", a.Stars, a.MaxCombo, p.Total)
	// Output:
	// 8 objects, the last is a Swell
	// 0.43 stars, combo 6, 2.23 pp
}

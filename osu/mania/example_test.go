package mania_test

import (
	"context"
	"fmt"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

func Example() {
	m, err := beatmap.Parse([]byte(`osu file format v14

[General]
Mode: 3

[Difficulty]
CircleSize: 4
OverallDifficulty: 8

[TimingPoints]
0,300,4,2,0,50,1,0

[HitObjects]
64,192,0,1,0,0:0:0:0:
192,192,75,1,0,0:0:0:0:
320,192,150,1,0,0:0:0:0:
448,192,225,128,0,600:0:0:0:0:
64,192,300,1,0,0:0:0:0:
`))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	ms := mods.Of(mods.DoubleTime)
	b, err := mania.New(ctx, m, ms)
	if err != nil {
		panic(err)
	}
	a, err := mania.Difficulty(ctx, b)
	if err != nil {
		panic(err)
	}
	p := a.Performance(score.Play{Mods: ms, Statistics: b.Max(), MaxCombo: a.MaxCombo, Accuracy: 1})
	fmt.Printf("%dK, %.2f stars, %d combo, %.3f pp\n", b.Columns, a.Stars, a.MaxCombo, p.Total)
	// Output: 4K, 0.13 stars, 8 combo, 0.011 pp
}

package beatmap_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/pure-peace/peace/osu/beatmap"
)

func ExampleDecode() {
	file := strings.NewReader(`osu file format v14

[Metadata]
Artist:Nobody
Title:Nothing
Version:Easy

[TimingPoints]
0,500,4,2,0,60,1,0

[HitObjects]
256,192,1000,5,0,0:0:0:0:
100,100,2000,2,0,L|240:100,1,140
256,192,4000,12,0,6000
`)
	m, err := beatmap.Decode(file)
	if err != nil {
		log.Fatal(err)
	}
	figures, err := m.Figures()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s - %s [%s]\n", m.Artist, m.Title, m.Name)
	fmt.Printf("%d circle, %d slider, %d spinner\n", figures.Circles, figures.Sliders, figures.Spinners)
	fmt.Printf("%g s at %g bpm\n", figures.Length/1000, figures.BPM)
	// Output:
	// Nobody - Nothing [Easy]
	// 1 circle, 1 slider, 1 spinner
	// 5 s at 120 bpm
}

func ExampleBeatmap_Encode() {
	m, err := beatmap.Parse([]byte("osu file format v14\n[Metadata]\nTitle:Old"))
	if err != nil {
		log.Fatal(err)
	}
	m.Title = "New"
	if err := m.Encode(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

package beatmap_test

import (
	"crypto/md5"
	"encoding/hex"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/slider"
)

func parse(t *testing.T, text string) *beatmap.Beatmap {
	t.Helper()
	m, err := beatmap.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestParseEverything decodes a file with something in every section.
func TestParseEverything(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/everything.osu")
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, string(data))
	sum := md5.Sum(data)
	point := func(x, y float32) slider.ControlPoint {
		return slider.ControlPoint{Position: slider.Vector{X: x, Y: y}}
	}
	typed := func(x, y float32, kind slider.Type) slider.ControlPoint {
		return slider.ControlPoint{Position: slider.Vector{X: x, Y: y}, Type: kind}
	}
	none := beatmap.Sample{}
	want := &beatmap.Beatmap{
		Version: 14,
		MD5:     hex.EncodeToString(sum[:]),
		General: beatmap.General{
			Audio: "folder/audio file.mp3", AudioLeadIn: 250, Preview: 12345, Countdown: beatmap.CountdownHalf, CountdownOffset: 3,
			SampleBank: beatmap.BankSoft, SampleVolume: 70, StackLeniency: 0.55, Mode: osu.Standard, LetterboxBreaks: true,
			Widescreen: true, EpilepsyWarning: true, SamplesMatchRate: true, SkinSprites: true,
		},
		Editor: beatmap.Editor{
			Bookmarks: []int32{100, 200, 300}, VelocityPresets: []float64{0.5, 2}, DistanceSpacing: 1.25, BeatDivisor: 64, GridSize: 8,
		},
		Metadata: beatmap.Metadata{
			Title: "Everything // and more", TitleUnicode: "万物", Artist: "The Writers", Creator: "gopher:ed", Name: "All [of it]",
			Source: "testdata", Tags: "one two  three", ID: 12, SetID: 34,
		},
		Difficulty: beatmap.Difficulty{
			DrainRate: 6.5, CircleSize: 4, OverallDifficulty: 7, ApproachRate: 7, SliderMultiplier: 1.8, SliderTickRate: 2,
		},
		Events: beatmap.Events{
			Background: "art/bg.png", BackgroundOffset: [2]float32{10, -20},
			Videos: []beatmap.Video{{Start: -500, File: "clip.MP4", Commands: " F,0,0,500,0,1\n"}},
			Breaks: []beatmap.Break{{Start: 20000, End: 30000}, {Start: 40000, End: 50000}},
			Storyboard: `Sprite,Background,Centre,"sb/star.png",320,240` + "\n F,0,0,1000,0,1\n_M,0,0,1000,0,0,640,480\n" +
				`Sample,1000,0,"sb/boom.wav",80` + "\n",
		},
		Points: beatmap.ControlPoints{
			Timing: []beatmap.TimingPoint{
				{Time: 500, BeatLength: 400, Meter: 4},
				{Time: 20000, BeatLength: 300, Meter: 3, OmitFirstBarLine: true},
			},
			Difficulty: []beatmap.DifficultyPoint{
				{Time: 10000, SliderVelocity: 2}, {Time: 15000, SliderVelocity: 0.5}, {Time: 20000, SliderVelocity: 1},
				{Time: 25000, SliderVelocity: 1, NoTicks: true},
			},
			Effect: []beatmap.EffectPoint{{Time: 10000, ScrollSpeed: 1, Kiai: true}, {Time: 15000, ScrollSpeed: 1}},
			Sample: []beatmap.SamplePoint{
				{Time: 500, Bank: beatmap.BankSoft, Volume: 60, Index: 1}, {Time: 10000, Bank: beatmap.BankDrum, Volume: 80},
				{Time: 20000, Bank: beatmap.BankNormal, Volume: 100, Index: 2},
			},
		},
		Colours: beatmap.Colours{
			Combo: []beatmap.Colour{{Red: 255, Green: 128}, {Green: 128, Blue: 255}},
			Custom: []beatmap.NamedColour{
				{Name: "Combo9", Colour: beatmap.Colour{Red: 9, Green: 9, Blue: 9}},
				{Name: "SliderBorder", Colour: beatmap.Colour{Red: 210, Green: 210, Blue: 210}},
				{Name: "SliderTrackOverride", Colour: beatmap.Colour{Red: 1, Green: 2, Blue: 3}},
			},
		},
		HitObjects: []beatmap.HitObject{
			{Start: 500, End: 500, Position: slider.Vector{X: 256, Y: 192}, NewCombo: true},
			{
				Start: 900, End: 900, Position: slider.Vector{X: 100, Y: 100}, Kind: beatmap.Slider, Sound: beatmap.SoundWhistle,
				NewCombo: true, Sample: beatmap.Sample{Bank: beatmap.BankSoft, Additions: beatmap.BankDrum},
				Slider: &beatmap.SliderData{
					Points:         []slider.ControlPoint{typed(0, 0, slider.Bezier), typed(100, 0, slider.Bezier), point(200, 50)},
					ExpectedLength: 250.5, Repeats: 2,
					NodeSounds: []beatmap.Sound{beatmap.SoundWhistle, 0, beatmap.SoundClap, beatmap.SoundFinish},
					NodeSamples: []beatmap.Sample{
						{Bank: beatmap.BankNormal, Additions: beatmap.BankSoft}, none,
						{Bank: beatmap.BankDrum, Additions: beatmap.BankNormal, Index: 2, Volume: 40}, none,
					},
				},
			},
			{
				Start: 10000, End: 12000, Position: slider.Vector{X: 256, Y: 192}, Kind: beatmap.Spinner, Sound: beatmap.SoundFinish,
				NewCombo: true, Sample: beatmap.Sample{Bank: beatmap.BankNormal, Volume: 55},
			},
			{ // after a spinner
				Start: 13000, End: 13000, Position: slider.Vector{X: 300, Y: 300}, Sound: beatmap.SoundClap, NewCombo: true,
				Sample: beatmap.Sample{Bank: beatmap.BankSoft, Additions: beatmap.BankNormal, Index: 3, Volume: 90, File: "clap one.wav"},
			},
			{
				Start: 15000, End: 15000, Position: slider.Vector{X: 50, Y: 60}, Kind: beatmap.Slider, NewCombo: true, ComboOffset: 7,
				Slider: &beatmap.SliderData{
					Points:         []slider.ControlPoint{typed(0, 0, slider.PerfectCurve), point(50, -50), point(100, 0)},
					ExpectedLength: 120, NodeSounds: []beatmap.Sound{0, 0}, NodeSamples: []beatmap.Sample{none, none},
				},
			},
			{ // a perfect curve that is straight
				Start: 16000, End: 16000, Position: slider.Vector{X: 50, Y: 60}, Kind: beatmap.Slider,
				Slider: &beatmap.SliderData{
					Points:         []slider.ControlPoint{typed(0, 0, slider.Linear), point(50, 0), point(100, 0)},
					ExpectedLength: 100, NodeSounds: []beatmap.Sound{0, 0}, NodeSamples: []beatmap.Sample{none, none},
				},
			},
			{Start: 31000, End: 31000, Position: slider.Vector{X: 50, Y: 60}, NewCombo: true}, // after a break
		},
	}
	same(t, "decoded", m, want)
}

// TestDefaults decodes a file that says nothing.
func TestDefaults(t *testing.T) {
	t.Parallel()
	m := parse(t, "osu file format v14")
	same(t, "general", m.General, beatmap.General{Preview: -1, SampleVolume: 100, StackLeniency: 0.7})
	same(t, "metadata", m.Metadata, beatmap.Metadata{
		Title: "Unknown", Artist: "Unknown", Creator: "Unknown Creator", Name: "Normal", ID: -1, SetID: -1,
	})
	same(t, "difficulty", m.Difficulty, beatmap.Difficulty{
		DrainRate: 5, CircleSize: 5, OverallDifficulty: 5, ApproachRate: 5, SliderMultiplier: 1.4, SliderTickRate: 1,
	})
	same(t, "editor", m.Editor, beatmap.Editor{
		VelocityPresets: []float64{0.75, 1, 1.5}, DistanceSpacing: 1, BeatDivisor: 4, TimelineZoom: 1,
	})
}

func TestApproachRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float32{
		"OverallDifficulty:1":                  1,
		"OverallDifficulty:1\nApproachRate:9":  9,
		"ApproachRate:9\nOverallDifficulty:1":  9,
		"ApproachRate:x\nOverallDifficulty:2":  2,
		"OverallDifficulty:3\nApproachRate:-1": 0,
	} {
		if got := parse(t, "[Difficulty]\n"+text).ApproachRate; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestRestrictions checks that settings out of range are limited.
func TestRestrictions(t *testing.T) {
	t.Parallel()
	const high = "[Difficulty]\nHPDrainRate:25\nCircleSize:25\nOverallDifficulty:25\nApproachRate:30\nSliderMultiplier:30\nSliderTickRate:30\n"
	const low = "[Difficulty]\nHPDrainRate:-2\nCircleSize:-2\nOverallDifficulty:-2\nApproachRate:-3\nSliderMultiplier:-3\nSliderTickRate:0\n"
	same(t, "high", parse(t, high).Difficulty, beatmap.Difficulty{10, 10, 10, 10, 3.6, 8})
	same(t, "low", parse(t, low).Difficulty, beatmap.Difficulty{0, 0, 0, 0, 0.4, 0.5})
	same(t, "mania", parse(t, "Mode:3\n"+high).CircleSize, float32(18))
	same(t, "mania", parse(t, "Mode:3\n"+low).CircleSize, float32(1))
	same(t, "comma", parse(t, "[Difficulty]\nCircleSize:4,2\nSliderMultiplier:1,5").Difficulty, beatmap.Difficulty{5, 10, 5, 5, 3.6, 1})
}

// TestBackground checks what becomes the background.
func TestBackground(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`0,0,"BG.jpg",0,0` + "\nVideo,0,\"v.avi\"": "BG.jpg",
		"Video,0,\"BG.jpg\"":                       "BG.jpg",
		"1,0,\"BG.JPG\"":                           "BG.JPG",
		"Video,0,\"v.AVI\"":                        "",
		`Sprite,0,0,"first.png",0,0` + "\n" + `Sprite,0,0,"b.png",0,0`: "first.png",
		`Sprite,0,0,"first.png",0,0` + "\n" + `0,0,bg.png,0,0`:         "bg.png",
		`0,0,"a\\b\c.png"`: "a/b/c.png",
		`Background,0`:     "",
	} {
		if got := parse(t, "[Events]\n"+text).Events.Background; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestColours checks which colours are those of combos.
func TestColours(t *testing.T) {
	t.Parallel()
	m := parse(t, "[Colours]\nCombo1: 100, 100, 100 // comment\n//Combo2: 1,1,1\n // Combo3: 1,1,1\nCombo 8 : 1,2,3\nCombo0:4,5,6\n"+
		"Combo2:256,0,0\nCombo3:1,2\nCombo4:1,2,3,4,5\nCombo5:1,2,3,x\n")
	same(t, "combo", m.Colours.Combo, []beatmap.Colour{{100, 100, 100}, {1, 2, 3}, {1, 2, 3}})
	same(t, "custom", m.Colours.Custom, []beatmap.NamedColour{{"Combo0", beatmap.Colour{4, 5, 6}}})
}

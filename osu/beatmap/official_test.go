package beatmap_test

import (
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/slider"
)

// TestOfficialFiles checks what the official tests of the decoder say of their own files, which are named by their MD5.
//
// Source: ppy/osu osu.Game.Tests/Beatmaps/Formats/LegacyBeatmapDecoderTest.cs.
func TestOfficialFiles(t *testing.T) {
	t.Parallel()
	_ = osutest.Data(t) // skips without the files
	open := func(md5 string) *beatmap.Beatmap {
		t.Helper()
		m := parse(t, string(osutest.OfficialMap(t, md5)))
		if m.MD5 != md5 {
			t.Errorf("MD5 of %s is %s", md5, m.MD5)
		}
		return m
	}

	m := open("8e68653623fbbb2f1fa0988d97e38e28")
	same(t, "audio", m.Audio, "03. Renatus - Soleily 192kbps.mp3")
	same(t, "preview", m.Preview, int32(164471))
	same(t, "general", m.General, beatmap.General{Audio: m.Audio, Preview: 164471, SampleBank: beatmap.BankSoft, SampleVolume: 100, StackLeniency: 0.7})
	same(t, "bookmarks", m.Bookmarks, []int32{
		11505, 22054, 32604, 43153, 53703, 64252, 74802, 85351, 95901, 106450, 116999, 119637, 130186, 140735, 151285, 161834, 164471,
		175020, 185570, 196119, 206669, 209306,
	})
	same(t, "editor", []float64{m.DistanceSpacing, float64(m.BeatDivisor), float64(m.GridSize), m.TimelineZoom}, []float64{1.8, 4, 4, 2})
	same(t, "metadata", m.Metadata, beatmap.Metadata{
		Title: "Renatus", TitleUnicode: "Renatus", Artist: "Soleily", ArtistUnicode: "Soleily", Creator: "Gamu", Name: "Insane",
		Tags: "MBC7 Unisphere 地球ヤバイEP Chikyu Yabai", ID: 557821, SetID: 241526,
	})
	same(t, "difficulty", m.Difficulty, beatmap.Difficulty{
		DrainRate: 6.5, CircleSize: 4, OverallDifficulty: 8, ApproachRate: 9, SliderMultiplier: 1.8, SliderTickRate: 2,
	})
	same(t, "background", m.Events.Background, "machinetop_background.jpg")
	same(t, "break", m.Events.Breaks[0], beatmap.Break{Start: 122474, End: 140135})
	p := &m.Points
	same(t, "points", []int{len(p.Timing), len(p.Difficulty), len(p.Sample), len(p.Effect)}, []int{4, 5, 34, 8})
	same(t, "tempo", p.TimingAt(48428), beatmap.TimingPoint{Time: 956, BeatLength: 329.67032967033, Meter: 4})
	same(t, "tempo", p.TimingAt(119637), beatmap.TimingPoint{Time: 119637, BeatLength: 659.340659340659, Meter: 4})
	same(t, "velocity", p.DifficultyAt(48428), beatmap.DifficultyPoint{SliderVelocity: 1})
	same(t, "velocity", p.DifficultyAt(116999).Time, 116999.0)
	same(t, "sample", p.SampleAt(0), beatmap.SamplePoint{Time: 956, Bank: beatmap.BankSoft, Volume: 60})
	same(t, "sample", p.SampleAt(119637).Volume, 80)
	same(t, "effect", p.EffectAt(53703), beatmap.EffectPoint{Time: 53703, ScrollSpeed: 1, Kiai: true})
	same(t, "effect", p.EffectAt(116637), beatmap.EffectPoint{Time: 95901, ScrollSpeed: 1})
	same(t, "combo colours", m.Colours.Combo, []beatmap.Colour{
		{Red: 142, Green: 199, Blue: 255}, {Red: 255, Green: 128, Blue: 128}, {Red: 128, Green: 255, Blue: 255}, {Red: 128, Green: 255, Blue: 128},
		{Red: 255, Green: 187, Blue: 255}, {Red: 255, Green: 177, Blue: 140}, {Red: 100, Green: 100, Blue: 100},
	})
	same(t, "slider", []any{m.HitObjects[0].Position, m.HitObjects[0].Start, m.HitObjects[0].Kind}, []any{slider.Vector{X: 192, Y: 168}, 956.0, beatmap.Slider})
	same(t, "circle", []any{m.HitObjects[1].Position, m.HitObjects[1].Start, m.HitObjects[1].Sound}, []any{slider.Vector{X: 304, Y: 56}, 1285.0, beatmap.SoundClap})

	same(t, "version", []int{open("c4413a050cfe96561d588e447941ac13").Version, open("5406cc01990a3ebe39fa2fb18c4b2206").Version}, []int{6, 4})
	same(t, "combo colours", len(open("fa8c3ca97cc9d5f7446a70fc200f6450").Colours.Combo), 8)
	same(t, "mania circle size", open("fbb4e3ca830c550b9f67a67e2eeb3a6e").CircleSize, float32(14))
	same(t, "circle sizes", open("ffdd6e7f32f08ce133cecf5f774d20b6").Difficulty, beatmap.Difficulty{10, 10, 10, 10, 3.6, 8})
	same(t, "titles", []string{
		open("03f48e54c8ea201254a277e1774a477f").Title, open("9872d45e7d24e658ac9f9766240bb6dc").Title, open("2bc88b7b92124f71a34480657ecad107").Title,
		open("98248f9d921626b4436a2d4c591970a2").Title, open("ca649686afaf17b1d9916fbb86da131e").Title,
	}, []string{
		"Beatmap with corrupted header", "Beatmap with no header", "Empty lines at start", "The dog ate the file header",
		"No empty line delimiting header from contents",
	})

	p = &open("40069245e09a30b272cb0ef43f3dd8f3").Points
	same(t, "velocities", []float64{
		p.DifficultyAt(5).SliderVelocity, p.DifficultyAt(1000).SliderVelocity, p.DifficultyAt(2000).SliderVelocity, p.DifficultyAt(3000).SliderVelocity,
	}, []float64{1, 10, 1.8518518518518519, 0.5})
	p = &open("28e772251b40d4c12e1eb383a0a480f9").Points
	same(t, "overlapping", []int{len(p.Timing), len(p.Difficulty), len(p.Sample), len(p.Effect)}, []int{4, 3, 3, 3})
	p = &open("bfb38120747474c1992df2404d7274fa").Points
	same(t, "bar lines", []any{len(p.Timing), len(p.Effect), p.TimingAt(1500).OmitFirstBarLine, p.TimingAt(4500).OmitFirstBarLine, p.TimingAt(5500).OmitFirstBarLine},
		[]any{6, 0, true, false, true})

	m = open("56c7c3d6a6aeaa064322f4e00c6210af")
	var kinds [][]slider.Type
	for _, h := range m.HitObjects {
		var types []slider.Type
		for _, c := range h.Slider.Points {
			types = append(types, c.Type)
		}
		kinds = append(kinds, types)
	}
	const perfect, bezier, inherit = slider.PerfectCurve, slider.Bezier, slider.Inherit
	same(t, "segments", kinds, [][]slider.Type{
		{perfect, inherit, bezier, inherit, inherit, inherit},
		{perfect, inherit, inherit},
		{bezier, inherit, inherit, bezier, inherit, inherit, inherit},
		{bezier, inherit, inherit, inherit, inherit},
		{bezier, inherit, inherit, inherit, inherit, bezier, inherit},
		{bezier, inherit, bezier, inherit, inherit},
		{perfect, inherit, perfect, inherit, inherit},
	})
	same(t, "Catmull", len(open("6d9b7b533094d1417c4665ec88c68376").HitObjects[0].Slider.Points), 6)
	same(t, "Catmull", len(open("ab41299bf4ba87a247817a90c8e4dc73").HitObjects[0].Slider.Points), 4)
	h := &open("a13082d297ebd36719ffc332dca06989").HitObjects[0]
	path, err := slider.NewPath(h.Slider.Points, h.Slider.ExpectedLength)
	if err != nil || path.Distance() != 1 || h.Slider.ExpectedLength != 2 {
		t.Errorf("duplicate last point: %v of %v (%v)", path.Distance(), h.Slider.ExpectedLength, err)
	}

	m = open("e459587652ccfe8dde725a0c4b7490c1")
	var indices []int32
	for i := range m.HitObjects {
		indices = append(indices, m.SampleOf(&m.HitObjects[i]).Index)
	}
	path, err = slider.NewPath(m.HitObjects[4].Slider.Points, m.HitObjects[4].Slider.ExpectedLength)
	if err != nil {
		t.Fatal(err)
	}
	end, err := m.EndTime(&m.HitObjects[4], path)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "sample indices", append(indices, m.NodeSampleOf(&m.HitObjects[4], 0, end-m.HitObjects[4].Start).Index,
		m.NodeSampleOf(&m.HitObjects[4], 1, end-m.HitObjects[4].Start).Index), []int32{0, 1, 2, 0, 11, 11, 8})
	m = open("bed9c28d8cf2c8868bf73a0a41c1e7d8")
	same(t, "volume", m.SampleOf(&m.HitObjects[0]).Volume, int32(70))
	m = open("453b9357211bff894976dfdef4d9e3d9")
	same(t, "files", []any{m.HitObjects[0].Sample.File, m.HitObjects[1].Sample.File, m.SampleOf(&m.HitObjects[2]).Index, m.HitObjects[3].Sample.Volume},
		[]any{"hit_1.wav", "hit_2.wav", int32(2), int32(70)})
	m = open("dad5156c332571d6ede069b889506728")
	const normal, soft, drum = beatmap.BankNormal, beatmap.BankSoft, beatmap.BankDrum
	var normals, additions []beatmap.Bank
	for i := range m.HitObjects {
		s := m.SampleOf(&m.HitObjects[i])
		normals, additions = append(normals, s.Bank), append(additions, s.Additions)
	}
	same(t, "banks", normals, []beatmap.Bank{drum, normal, soft, drum, normal, drum, drum, drum, drum, drum})
	same(t, "additions", additions[5:], []beatmap.Bank{drum, normal, soft, drum, normal})
	m = open("f5c6452707cf6ca34cbe23a1901b254d")
	var sounds [][]beatmap.Sound
	for _, h := range m.HitObjects {
		sounds = append(sounds, h.Slider.NodeSounds)
	}
	const whistle, clap = beatmap.SoundWhistle, beatmap.SoundClap
	same(t, "node sounds", sounds, [][]beatmap.Sound{{0, 0, 0}, {clap, clap, clap}, {whistle, 0, clap}})
	combos := func(md5 string) (begin []bool) {
		for _, h := range open(md5).HitObjects {
			begin = append(begin, h.NewCombo)
		}
		return begin
	}
	same(t, "combos after a break", combos("ed7595bb4cb7087ad62127308d325cab"), []bool{true, true, false})
	if begin := combos("ae352ef1e32bd6ec0d3106ac2be5e804"); !slices.Contains(begin, true) {
		t.Errorf("combos around spinners: %v", begin)
	}
	figures, err := open("f27e5f32b715b20204ca2acc558a76d8").Figures()
	if err != nil || figures.End != 2582 {
		t.Errorf("last object: %v %v", figures, err)
	}
}

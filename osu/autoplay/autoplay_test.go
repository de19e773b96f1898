package autoplay_test

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/autoplay"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// each plays every beatmap of the test data in every ruleset that it can be played in.
func each(t *testing.T, bits osu.Mods, test func(t *testing.T, m *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset)) {
	t.Helper()
	for name, text := range osutest.Sources(t)[0].Maps(t) {
		m, err := beatmap.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for r := range osu.Rulesets {
			b, err := autoplay.New(t.Context(), m, r, bits)
			if err != nil {
				continue // not convertible, empty, or refused by its ruleset
			}
			t.Run(name+"/"+r.String(), func(t *testing.T) { test(t, m, b, r) })
		}
	}
}

func TestPerfect(t *testing.T) {
	each(t, 0, func(t *testing.T, m *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset) {
		attributes, err := difficulty.Calculate(t.Context(), m, r, mods.Of(mods.Classic))
		if err != nil {
			t.Skip(err)
		}
		p := b.Play(autoplay.Options{Accuracy: 1})
		if p.Grade != osu.GradeX || !p.FullCombo || !p.Passed || p.Counts.Accuracy(r, 0) != 1 {
			t.Errorf("the play is %+v", p.Counts)
		}
		if int(p.MaxCombo) != attributes.MaxCombo() {
			t.Errorf("combo is %d, want %d", p.MaxCombo, attributes.MaxCombo())
		}
		l := attributes.Legacy
		if want := min(l.AccuracyScore+l.ComboScore+l.BonusScore, math.MaxInt32); int64(p.Total) != want {
			t.Errorf("total is %d, want %d", p.Total, want)
		}
	})
}

func TestPlay(t *testing.T) {
	const bits = osu.ModHardRock | osu.ModDoubleTime
	each(t, bits, func(t *testing.T, m *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset) {
		best := b.Play(autoplay.Options{Accuracy: 1}).Counts
		p := b.Play(autoplay.Options{Accuracy: 0.9, Misses: 2, Seed: 7})
		if got, want := p.Counts.Objects(r), best.Objects(r); got != want {
			t.Errorf("%d judgements, want %d", got, want)
		}
		if best.Objects(r) > 300 {
			// In catch only misses and tiny droplets, of which there may be few, make an accuracy.
			if got := p.Counts.Accuracy(r, bits); r != osu.Catch && math.Abs(got-0.9) > 0.01 {
				t.Errorf("accuracy is %g", got)
			}
			if p.Counts.CountMiss != 2 || p.FullCombo || p.Grade == osu.GradeX {
				t.Errorf("the play is %+v, %v", p.Counts, p.Grade)
			}
		}
		if again := b.Play(autoplay.Options{Accuracy: 0.9, Misses: 2, Seed: 7}); !gocmp.Equal(p, again) {
			t.Error("the same seed gives another play")
		}
		checkRecording(t, &p, r)
		if figures, err := m.Figures(); err == nil && math.Abs(p.Ended.Seconds()*1000-figures.End) > 200 {
			t.Errorf("ends after %v, the beatmap after %g ms", p.Ended, figures.End)
		}
	})
}

// checkRecording compares a recording with what it survives and what it must hold.
func checkRecording(t *testing.T, p *autoplay.Play, r osu.Ruleset) {
	t.Helper()
	data, err := replay.Compress(&p.Recording)
	if err != nil {
		t.Fatal(err)
	}
	read, err := data.Recording(r)
	if d := gocmp.Diff(p.Recording, read); d != "" || err != nil {
		t.Fatalf("read it differs: %v %s", err, d)
	}
	frames := p.Recording.Frames
	played := replay.Played(frames, 0)
	if len(played) != len(frames)-2 {
		t.Errorf("of %d frames %d are played", len(frames), len(played))
	}
	if !slices.IsSortedFunc(played, func(a, b replay.Frame) int { return cmp.Compare(a.Time, b.Time) }) {
		t.Error("time goes back")
	}
	if r == osu.Catch {
		return
	}
	presses, last := 0, replay.Keys(0)
	for _, f := range played {
		held := f.Keys
		if r == osu.Mania {
			held = replay.Keys(f.Columns())
		}
		for changed := held &^ last; changed != 0; changed &= changed - 1 {
			presses++
		}
		last = held
	}
	if r == osu.Standard {
		presses /= 2 // a key of the keyboard presses its mouse button
	}
	if last != 0 {
		t.Errorf("keys %b are held at the end", last)
	}
	hits := p.Counts.Objects(r) - int(p.Counts.CountMiss)
	if presses < hits*95/100 { // some objects of the test data lie in one place at one time
		t.Errorf("%d presses for %d hits", presses, hits)
	}
}

func TestSeeds(t *testing.T) {
	each(t, 0, func(t *testing.T, m *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset) {
		if r != m.Mode {
			t.Skip("a converted beatmap tells nothing new")
		}
		one, other := b.Play(autoplay.Options{Accuracy: 0.95, Seed: 1}), b.Play(autoplay.Options{Accuracy: 0.95, Seed: 2})
		if gocmp.Equal(one.Recording, other.Recording) {
			t.Error("two seeds give the same recording")
		}
	})
}

// TestTotals converts totals as lazer does, which finds out when they contradict the rest.
func TestTotals(t *testing.T) {
	const bits = osu.ModHidden
	each(t, bits, func(t *testing.T, m *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset) {
		set := append(mods.FromLegacy(bits, r), mods.Mod{Acronym: mods.Classic})
		attributes, err := difficulty.Calculate(t.Context(), m, r, set)
		if err != nil {
			t.Skip(err)
		}
		for _, o := range []autoplay.Options{{Accuracy: 1}, {Accuracy: 0.97}, {Accuracy: 0.85, Misses: 5}, {Accuracy: 0.9, Until: 0.3}} {
			p := b.Play(o)
			s := score.Stable{
				Ruleset: r, Mods: set, Statistics: p.Counts.Statistics(r), MaxCombo: int(p.MaxCombo), Total: int64(p.Total),
				LegacyMultiplier: set.LegacyMultiplier(r), Multiplier: 1,
			}
			s.Perfect = s.Statistics.Perfect(r, 0)
			got, err := s.Standardise(attributes.Legacy)
			if err != nil || got.Total > 1_300_000 && p.Counts.Objects(r) > 50 {
				t.Errorf("%+v: %d is %+v, %v", o, p.Total, got, err)
			}
		}
	})
}

func TestUntil(t *testing.T) {
	each(t, 0, func(t *testing.T, _ *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset) {
		whole, half := b.Play(autoplay.Options{Accuracy: 1}), b.Play(autoplay.Options{Accuracy: 1, Until: 0.5})
		if half.Passed || half.Grade != osu.GradeF || half.FullCombo || half.Counts.Objects(r) != (whole.Counts.Objects(r)+1)/2 {
			t.Errorf("half is %+v of %+v", half.Counts, whole.Counts)
		}
		if whole.Counts.Objects(r) > 10 && (half.Total >= whole.Total || half.Length >= whole.Length || half.Ended > whole.Ended) {
			t.Errorf("half has a total of %d, the whole of %d", half.Total, whole.Total)
		}
	})
}

func TestInterval(t *testing.T) {
	each(t, 0, func(t *testing.T, m *beatmap.Beatmap, b *autoplay.Beatmap, r osu.Ruleset) {
		if r != m.Mode {
			t.Skip("a converted beatmap tells nothing new")
		}
		fine := b.Play(autoplay.Options{Accuracy: 1})
		if coarse := b.Play(autoplay.Options{Accuracy: 1, Interval: time.Second}); len(coarse.Recording.Frames) > len(fine.Recording.Frames) {
			t.Errorf("%d frames each second, %d usually", len(coarse.Recording.Frames), len(fine.Recording.Frames))
		}
	})
}

func TestRefused(t *testing.T) {
	if _, err := autoplay.New(t.Context(), new(beatmap.Beatmap), osu.Standard, 0); !errors.Is(err, autoplay.ErrEmpty) {
		t.Errorf("an empty beatmap: error is %v", err)
	}
	if _, err := autoplay.New(t.Context(), new(beatmap.Beatmap), 4, 0); !errors.Is(err, autoplay.ErrRuleset) {
		t.Errorf("a strange ruleset: error is %v", err)
	}
	m := &beatmap.Beatmap{General: beatmap.General{Mode: osu.Mania}}
	if _, err := autoplay.New(t.Context(), m, osu.Taiko, 0); !errors.Is(err, beatmap.ErrNotConvertible) {
		t.Errorf("mania as taiko: error is %v", err)
	}
}

func BenchmarkPlay(b *testing.B) {
	source := osutest.Sources(b)[0]
	for r, name := range [osu.Rulesets]string{"osu-mixed", "taiko-patterns", "catch-streams", "mania-4k"} {
		m, err := autoplay.New(b.Context(), source.Beatmap(b, name), osu.Ruleset(r), 0)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p := m.Play(autoplay.Options{Accuracy: 0.97})
				if _, err := replay.Compress(&p.Recording); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

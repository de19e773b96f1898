package autoplay

import (
	"math"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/standard"
)

// TestAim looks for a press on each circle that was hit, within the window of its judgement and within the circle.
func TestAim(t *testing.T) {
	for _, name := range []string{"osu-aim", "osu-speed", "osu-mixed", "osu-rhythm"} {
		b, err := New(t.Context(), osutest.Sources(t)[0].Beatmap(t, name), osu.Standard, osu.ModHardRock)
		if err != nil {
			t.Fatal(err)
		}
		p := b.Play(Options{Accuracy: 0.95, Misses: 3, Seed: 5})
		actor := b.actor.(*standardActor)
		frames := replay.Played(p.Recording.Frames, 0)
		circles, hit := 0, 0
		for i := range actor.Objects {
			o := &actor.Objects[i]
			if o.Kind != standard.Circle {
				continue
			}
			circles++
			last := replay.Keys(0)
			for _, f := range frames {
				pressed := f.Keys&^last&(replay.Left1|replay.Right1) != 0
				last = f.Keys
				place := o.Stacked()
				if pressed && math.Abs(float64(f.Time)-o.Start) <= actor.meh &&
					math.Hypot(float64(f.X-place.X), float64(f.Y-place.Y)) <= actor.Radius() {
					hit++
					break
				}
			}
		}
		if circles == 0 || hit < circles-3-circles/100 {
			t.Errorf("%s: %d of %d circles are hit", name, hit, circles)
		}
	}
}

// TestPlayersDiffer compares where two players' cursors are: as if they were one is for staff to notice, not for a load test.
func TestPlayersDiffer(t *testing.T) {
	b, err := New(t.Context(), osutest.Sources(t)[0].Beatmap(t, "osu-curves"), osu.Standard, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := func(seed uint64) *script {
		p := b.Play(Options{Accuracy: 0.98, Seed: seed})
		s := new(script)
		for _, f := range replay.Played(p.Recording.Frames, 0) {
			s.move(float64(f.Time), float64(f.X), float64(f.Y))
		}
		return s
	}
	one, other := at(1), at(2)
	sum, n := 0.0, 0
	for now := b.moments[0].start; now < b.moments[len(b.moments)-1].end; now += 5 {
		x1, y1 := one.position(now)
		x2, y2 := other.position(now)
		sum += math.Hypot(x1-x2, y1-y2)
		n++
	}
	if apart := sum / float64(n); apart < 10 {
		t.Errorf("the cursors are %.1f osu! pixels apart", apart)
	}
}

package standard

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
	"github.com/pure-peace/peace/osu/slider"
)

// plainBeats returns the beats that TargetPractice makes targets of.
func plainBeats(b *Beatmap, m *beatmap.Beatmap) (beats []float64) {
	end := math.Inf(-1)
	for i := range b.Objects {
		end = math.Max(end, b.Objects[i].End)
	}
	for _, timing := range m.Points.Timing {
		for i, at := 0, timing.Time; !(timing.Time-1 > end) && !(at-1 > end) && m.Points.TimingAt(at) == timing; {
			beat := math.Floor(at)
			i++
			at = timing.Time + float64(float64(i)*timing.BeatLength)
			if !(beat > b.Objects[0].Start-1) || plainResting(b, m, beat) {
				continue
			}
			beats = append(beats, beat)
		}
	}
	for i := len(beats) - 2; i >= 0; i-- {
		if !(beats[i+1]-beats[i]-1 > m.Points.TimingAt(beats[i]).BeatLength/2) {
			beats = append(beats[:i], beats[i+1:]...)
		}
	}
	return beats
}

func plainResting(b *Beatmap, m *beatmap.Beatmap, beat float64) bool {
	for _, rest := range m.Events.Breaks {
		after := math.Inf(1)
		for i := range b.Objects {
			if b.Objects[i].Start > rest.End-1 {
				after = b.Objects[i].Start
				break
			}
		}
		if beat > rest.Start-1 && after-1 > beat {
			return true
		}
	}
	return false
}

type plainTarget struct {
	start    float64
	combo    int
	begins   bool
	ends     bool
	position slider.Vector
}

// plainTargets applies TargetPractice to the objects of b, which was made of m without it.
func plainTargets(b *Beatmap, m *beatmap.Beatmap, seed int32) []plainTarget {
	var targets []plainTarget
	var numbers []int
	number := 0
	for i := range b.Objects {
		if o := &b.Objects[i]; o.Kind != Spinner && (o.NewCombo || i == 0 || b.Objects[i-1].Kind == Spinner) {
			number++
		}
		numbers = append(numbers, number)
	}
	for _, beat := range plainBeats(b, m) {
		combo := 0
		for i := range b.Objects {
			if beat > b.Objects[i].Start-1 {
				combo = numbers[i]
			}
		}
		targets = append(targets, plainTarget{start: beat, combo: combo})
	}
	count := -1
	for i, last := 0, -1; i < len(targets); i++ {
		if targets[i].combo != last {
			last = targets[i].combo
			targets[i].begins = true
			if i > 0 {
				targets[i-1].ends = true
			}
			count++
		}
		targets[i].combo = count
	}
	if len(targets) == 0 {
		return nil
	}
	targets[len(targets)-1].ends = true

	rng := random.NewDotNet(seed)
	single := func() float32 { return float32(rng.NextDouble()) }
	const turn = float32(2 * math.Pi)
	radius := b.Radius()
	direction := turn * single()
	kiai := m.Points.EffectAt(1).Kiai
	for i := range targets {
		o := &targets[i]
		last := slider.Vector{X: 256, Y: 192}
		if i > 0 {
			last = targets[i-1].position
		}
		distance := float32(radius)
		if count != 0 {
			distance = float32(float32(float32(o.combo)*(333-float32(radius)))/float32(count)) + float32(radius)
		}
		if o.begins {
			distance *= 1.5
		}
		if kiai {
			distance *= 1.2
		}
		distance = min(380, distance)
		for try := 0; ; {
			if try > 0 {
				direction = turn * single()
			}
			way := plainFromEdge(last, slider.Vector{X: distance * dotnet.CosF(direction), Y: distance * dotnet.SinF(direction)}, 0.75)
			direction = plainDirection(way)
			o.position = plainInside(last.Add(way), float32(radius))
			try++
			if try%10 == 0 {
				distance *= 0.9
			}
			overlap := false
			for j := max(0, i-5); j < i; j++ {
				overlap = overlap || float64(targets[j].position.Distance(o.position)) < radius*2
			}
			if !(float64(distance) >= radius*2 && overlap) {
				break
			}
		}
		if o.ends {
			direction = turn * single()
		} else {
			direction += float32(distance / 380 * (float32(single()*turn) - math.Pi))
		}
	}
	return targets
}

// TestPlainTargets compares TargetPractice with a plain one on random beatmaps with several tempos and breaks.
func TestPlainTargets(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 23))
	for n := range rounds / 2 {
		m, err := beatmap.Parse([]byte(randomBeatmap(r)))
		if err != nil {
			t.Fatal(err)
		}
		for range r.IntN(4) {
			at := float64(r.IntN(40_000)) - 2000
			m.Events.Breaks = append(m.Events.Breaks, beatmap.Break{Start: at, End: at + float64(r.IntN(6000))})
		}
		for at := m.Points.Timing[0].Time; r.IntN(3) > 0; {
			at += 1 + float64(r.IntN(6000)) + r.Float64()
			m.Points.Timing = append(m.Points.Timing, beatmap.TimingPoint{Time: at, BeatLength: 60 + r.Float64()*900, Meter: 4})
		}
		m.Points.Effect = []beatmap.EffectPoint{{Time: 1, ScrollSpeed: 1, Kiai: n%2 == 0}}
		b, err := New(t.Context(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		seed := int32(r.Uint32())
		got, err := New(t.Context(), m, mods.Set{mods.Mod{Acronym: mods.TargetPractice}.With("seed", int(seed))})
		if err != nil {
			t.Fatal(err)
		}
		want := plainTargets(b, m, seed)
		if len(got.Objects) != len(want) {
			t.Fatalf("%d: got %d targets, want %d", n, len(got.Objects), len(want))
		}
		for i, w := range want {
			if o := &got.Objects[i]; o.Start != w.start || o.Position != w.position || o.NewCombo != w.begins {
				t.Fatalf("%d, target %d: got %v %v %v, want %+v", n, i, o.Start, o.Position, o.NewCombo, w)
			}
		}
	}
}

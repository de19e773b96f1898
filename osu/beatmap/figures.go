package beatmap

import (
	"math"

	"github.com/pure-peace/peace/osu/slider"
)

// Figures is what follows from a beatmap's file alone, without any mods, and what lists of beatmaps show.
type Figures struct {
	Circles, Sliders, Spinners, Holds int // hit objects of each kind

	// Milliseconds.
	Start  float64 // start of the first object
	End    float64 // end of the object that ends last
	Length float64 // from Start to End
	Drain  float64 // Length without breaks
	Break  float64 // all breaks

	BPM        float64 // of the tempo that lasts longest
	MinimumBPM float64
	MaximumBPM float64
}

// Figures calculates them. It fails only when a slider's path is too complex.
//
// Source: ppy/osu osu.Game/Beatmaps/IBeatmap.cs (BeatmapExtensions), Beatmap.cs (GetMostCommonBeatLength),
// ControlPointInfo.cs.
func (m *Beatmap) Figures() (Figures, error) {
	var f Figures
	for i := range m.HitObjects {
		switch m.HitObjects[i].Kind {
		case Circle:
			f.Circles++
		case Slider:
			f.Sliders++
		case Spinner:
			f.Spinners++
		case Hold:
			f.Holds++
		}
	}
	for _, b := range m.Events.Breaks {
		f.Break += b.End - b.Start
	}
	lastTime := 0.0
	if n := len(m.Points.Timing); n > 0 {
		lastTime = m.Points.Timing[n-1].Time
	}
	if len(m.HitObjects) > 0 {
		var err error
		if f.End, err = m.end(); err != nil {
			return Figures{}, err
		}
		f.Start = m.HitObjects[0].Start
		lastTime = f.End
	}
	f.Length = f.End - f.Start
	f.Drain = math.Max(f.Length-f.Break, 0)

	shortest, longest := m.beatLengths()
	f.BPM = 60000 / clamp(m.commonBeatLength(lastTime), shortest, longest)
	f.MinimumBPM, f.MaximumBPM = 60000/longest, 60000/shortest
	return f, nil
}

// RoundBPM returns the beats a minute that the official client shows at a clock rate.
//
// Source: ppy/osu osu.Game/Utils/FormatUtils.cs.
func RoundBPM(bpm, rate float64) int { return int(math.RoundToEven(bpm * rate)) }

// EndTime returns when h ends. The path is a buffer for the path of a slider; it may be the same for all objects.
func (m *Beatmap) EndTime(h *HitObject, path *slider.Path) (float64, error) {
	if h.Slider == nil {
		return h.End, nil
	}
	if err := path.Reset(h.Slider.Points, h.Slider.ExpectedLength); err != nil {
		return 0, err
	}
	return m.sliderEnd(h, path.Distance()), nil
}

// sliderEnd returns when a slider of the given length ends.
func (m *Beatmap) sliderEnd(h *HitObject, distance float64) float64 {
	velocity := 100 * m.SliderMultiplier * m.Points.DifficultyAt(h.Start).SliderVelocity / m.Points.TimingAt(h.Start).BeatLength
	return h.Start + float64(h.Slider.Repeats+1)*distance/velocity
}

// end returns when the last object ends.
func (m *Beatmap) end() (float64, error) {
	var path slider.Path
	last := math.Inf(-1)
	for i := range m.HitObjects {
		h := &m.HitObjects[i]
		if s := h.Slider; s != nil && s.ExpectedLength != 0 && m.sliderEnd(h, s.ExpectedLength) <= last {
			continue // no path is longer than it is expected to be
		}
		end, err := m.EndTime(h, &path)
		if err != nil {
			return 0, err
		}
		last = math.Max(last, end)
	}
	return last, nil
}

// beatLengths returns the shortest and the longest beat in milliseconds.
func (m *Beatmap) beatLengths() (shortest, longest float64) {
	if len(m.Points.Timing) == 0 {
		return defaultTiming.BeatLength, defaultTiming.BeatLength
	}
	shortest, longest = math.Inf(1), math.Inf(-1)
	for i := range m.Points.Timing {
		shortest = min(shortest, m.Points.Timing[i].BeatLength)
		longest = max(longest, m.Points.Timing[i].BeatLength)
	}
	return shortest, longest
}

// commonBeatLength returns the beat length, to a microsecond, that lasts longest in all until lastTime.
func (m *Beatmap) commonBeatLength(lastTime float64) float64 {
	timing := m.Points.Timing
	durations := make(map[float64]int, min(len(timing), 64)) // beat length to index
	type total struct{ beatLength, duration float64 }
	var totals []total // in the order of their first points, of which the first wins among equals
	for i := range timing {
		p := &timing[i]
		duration := 0.0
		if p.Time <= lastTime {
			// As in stable, the first tempo begins with the audio.
			start, end := 0.0, lastTime
			if i > 0 {
				start = p.Time
			}
			if i+1 < len(timing) {
				end = timing[i+1].Time
			}
			duration = end - start
		}
		rounded := math.RoundToEven(p.BeatLength*1000) / 1000
		j, ok := durations[rounded]
		if !ok {
			j = len(totals)
			durations[rounded] = j
			totals = append(totals, total{beatLength: rounded})
		}
		totals[j].duration += duration
	}
	if len(totals) == 0 {
		return defaultTiming.BeatLength
	}
	longest := totals[0]
	for _, t := range totals[1:] {
		if t.duration > longest.duration {
			longest = t
		}
	}
	return longest.beatLength
}

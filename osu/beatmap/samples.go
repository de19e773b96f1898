package beatmap

// leniency is how many milliseconds before its sample point a hit object may already sound like it.
const leniency = 5

// Resolve returns what is heard of s where p holds: p tells what s leaves open.
//
// Source: ppy/osu osu.Game/Beatmaps/Formats/LegacyDecoder.cs (LegacySampleControlPoint).
func (p SamplePoint) Resolve(s Sample) Sample {
	if s.Bank == BankNone && s.Additions == BankNone {
		s.Additions = p.Bank
	}
	if s.Additions == BankNone {
		s.Additions = s.Bank
	}
	if s.Bank == BankNone {
		s.Bank = p.Bank
	}
	if s.Index <= 0 {
		s.Index = int32(p.Index)
	}
	if s.Volume <= 0 {
		s.Volume = int32(p.Volume)
	}
	return s
}

// SampleOf returns what is heard of h: of a slider, while it is travelled, and of any other object, when it ends.
func (m *Beatmap) SampleOf(h *HitObject) Sample {
	t := h.End + leniency
	if h.Kind == Slider {
		t = h.Start + leniency + 1
	}
	return m.Points.SampleAt(t).Resolve(h.Sample)
}

// NodeSampleOf returns what is heard of a slider's node, 0 being its head, when the whole slider lasts as many milliseconds as
// duration says.
func (m *Beatmap) NodeSampleOf(h *HitObject, node int, duration float64) Sample {
	t := h.Start + float64(node)*duration/float64(h.Slider.Repeats+1) + leniency
	return m.Points.SampleAt(t).Resolve(h.Slider.NodeSamples[node])
}

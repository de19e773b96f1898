package standard

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
	"github.com/pure-peace/peace/osu/slider"
)

// plainObject is an object that Random moves.
type plainObject struct {
	kind               Kind
	position           slider.Vector
	points             []slider.ControlPoint
	expected           float64
	path               *slider.Path
	spans              int
	angle, distance    float32
	rotation, original float32
	modified, end      slider.Vector
}

func (o *plainObject) load() {
	o.path = &slider.Path{OptimiseCatmull: true}
	if err := o.path.Reset(o.points, o.expected); err != nil {
		panic(err)
	}
}

func (o *plainObject) turn(change func(slider.Vector) slider.Vector) {
	o.points = slices.Clone(o.points)
	for i := range o.points {
		o.points[i].Position = change(o.points[i].Position)
	}
	o.load()
}

func (o *plainObject) rotate(by float32) {
	o.turn(func(v slider.Vector) slider.Vector { return plainRotated(v, by) })
}

func (o *plainObject) endPosition() slider.Vector {
	if o.kind != Slider {
		return o.position
	}
	return o.position.Add(o.path.PositionAt(float64(o.spans % 2)))
}

func (o *plainObject) direction() float32 { return plainDirection(o.path.PositionAt(1)) }

func plainDirection(v slider.Vector) float32 { return dotnet.Atan2F(v.Y, v.X) }

func plainRotated(v slider.Vector, by float32) slider.Vector {
	angle := plainDirection(v) + by
	return slider.Vector{X: v.Length() * dotnet.CosF(angle), Y: v.Length() * dotnet.SinF(angle)}
}

func plainFromEdge(from, jump slider.Vector, ratio float32) slider.Vector {
	nearest := float32(0)
	if from.X < 256 {
		nearest = max((192-from.X)/192, nearest)
	} else {
		nearest = max((from.X-(512-192))/192, nearest)
	}
	if from.Y < 192 {
		nearest = max((144-from.Y)/144, nearest)
	} else {
		nearest = max((from.Y-(384-144))/144, nearest)
	}
	share := min(1, nearest*ratio)
	start, target := plainDirection(jump), plainDirection(slider.Vector{X: 256, Y: 192}.Sub(from))
	difference := target - start
	for difference < -math.Pi {
		difference += 2 * math.Pi
	}
	for difference > math.Pi {
		difference -= 2 * math.Pi
	}
	angle := start + float32(share*difference)
	return slider.Vector{X: jump.Length() * dotnet.CosF(angle), Y: jump.Length() * dotnet.SinF(angle)}
}

func plainInside(v slider.Vector, r float32) slider.Vector {
	return slider.Vector{X: min(max(v.X, r), 512-r), Y: min(max(v.Y, r), 384-r)}
}

// plainRandom applies Random to the objects of b, which was made of m without it.
func plainRandom(b *Beatmap, m *beatmap.Beatmap, seed int32, sharp float32) []plainObject {
	objects := make([]plainObject, len(b.Objects))
	f := flips(b.Mods)
	for i := range objects {
		o := &objects[i]
		*o = plainObject{kind: b.Objects[i].Kind, position: b.Objects[i].Position}
		if o.kind == Slider {
			data := m.HitObjects[i].Slider
			o.points, o.expected, o.spans = f.points(new([]slider.ControlPoint), data.Points), data.ExpectedLength, data.Repeats+1
			o.load()
		}
	}
	// How they lie.
	previous, previousAngle := slider.Vector{X: 256, Y: 192}, float32(0)
	for i := range objects {
		o := &objects[i]
		relative := o.position.Sub(previous)
		angle := plainDirection(relative)
		o.angle, o.distance = angle-previousAngle, relative.Length()
		if o.kind == Slider {
			o.rotation = o.direction() - angle
			angle = o.direction()
		}
		previous, previousAngle = o.endPosition(), angle
	}
	// New angles.
	rng := random.NewDotNet(seed)
	draw := func(deviation float32) float32 {
		x, y := 1-rng.NextDouble(), 1-rng.NextDouble()
		normal := float32(math.Sqrt(-2*math.Log(x)) * math.Sin(2*math.Pi*y))
		return float32(deviation*((15-sharp)/8)) * normal
	}
	onBeat := func(o *Object, bars bool) bool {
		timing := m.Points.TimingAt(o.Start)
		length := timing.BeatLength
		if bars {
			length *= float64(timing.Meter)
		}
		return math.Mod(math.Abs(o.Start-timing.Time+1), length) < 2
	}
	index := make([]int, len(objects))
	for i := range objects {
		if i > 0 {
			index[i] = index[i-1] + 1
		}
		if b.Objects[i].Kind != Spinner && (b.Objects[i].NewCombo || i == 0 || b.Objects[i-1].Kind == Spinner) {
			index[i] = 0
		}
	}
	section, flow := float32(0), false
	for i := range objects {
		o := &objects[i]
		began := i > 0 && index[max(0, i-2)] > 1 && b.Objects[i-1].NewCombo
		if i == 0 || began && rng.NextDouble() < float64(float32(0.6)) || onBeat(&b.Objects[i-1], true) ||
			onBeat(&b.Objects[i-1], false) && rng.NextDouble() < float64(float32(0.4)) {
			section = draw(0.0008)
			flow = !flow
		}
		if o.kind == Slider && rng.NextDouble() < 0.5 {
			o.turn(func(v slider.Vector) slider.Vector { return slider.Vector{X: -v.X, Y: v.Y} })
		}
		if i == 0 {
			o.distance = float32(rng.NextDouble() * 384 / 2)
			o.angle = float32(rng.NextDouble()*2*math.Pi - math.Pi)
			continue
		}
		once, change := draw(0.002), float32(0)
		if began && rng.NextDouble() < float64(float32(0.6)) {
			change = draw(0.002)
			flow = !flow
		}
		squared := float32(512*512 + 384*384)
		inverse := math.Float32frombits(0x5f375a86 - math.Float32bits(squared)>>1)
		inverse *= 1.5 - float32(float32(float32(0.5*squared)*inverse)*inverse)
		offset := float32((section+once)*o.distance) + float32(change*(1/inverse-o.distance))
		share := sharp / 10
		x, y := float32(share*100)-70, float32((1-share)*0.25)-0.075
		distance := o.distance + x
		angle := float32(2.16/(1+200*math.Exp(0.036*float64(distance-310+x))) + 0.5)
		angle += offset + y
		o.angle = math.Pi - angle
		if flow {
			o.angle = -o.angle
		}
	}
	plainReposition(objects, float32(b.Radius()))
	return objects
}

func plainReposition(objects []plainObject, r float32) {
	for i := range objects {
		o := &objects[i]
		o.modified, o.end = o.position, o.endPosition()
		if o.kind == Slider {
			o.original = o.direction()
		}
	}
	for i := range objects {
		o := &objects[i]
		if o.kind == Spinner {
			continue
		}
		last, angle := slider.Vector{X: 256, Y: 192}, float32(0)
		if i > 0 {
			before := &objects[i-1]
			last = before.end
			if before.kind == Slider {
				angle = before.direction()
			} else {
				earliest := slider.Vector{X: 256, Y: 192}
				if i > 1 {
					earliest = objects[i-2].endPosition()
				}
				angle = plainDirection(before.position.Sub(earliest))
			}
		}
		angle += o.angle
		way := plainFromEdge(last, slider.Vector{X: o.distance * dotnet.CosF(angle), Y: o.distance * dotnet.SinF(angle)}, 0.5)
		o.modified = last.Add(way)
		was := o.modified
		if o.kind == Circle {
			o.modified = plainInside(o.modified, r)
			o.end, o.position = o.modified, o.modified
		} else {
			length := o.path.Distance()
			mass := o.path.PositionAt(1).Div(2)
			if length > 50 {
				mass = slider.Vector{}
				n := 0
				for d := 0.0; d < length; d += 50 {
					mass = mass.Add(o.path.PositionAt(d / length))
					n++
				}
				mass = mass.Div(float32(n))
			}
			turned := plainFromEdge(o.modified, plainRotated(mass, o.rotation+plainDirection(way)-o.direction()), 0.5)
			if by := plainDirection(turned) - plainDirection(mass); math.Abs(float64(by)) > float64(float32(1e-3)) {
				o.rotate(by)
			}
			o.fit(r)
		}
		if shift := o.modified.Sub(was); shift != (slider.Vector{}) {
			n := 0
			for j := i - 1; j >= max(0, i-10) && objects[j].kind == Circle; j-- {
				n++
			}
			for k := range n {
				c := &objects[i-1-k]
				c.position = plainInside(c.position.Add(shift.Mul(float32(n-k)/float32(n+1))), r)
			}
		}
	}
}

// fit moves a slider into the playfield.
func (o *plainObject) fit(r float32) {
	bounds := func() (left, top, wide, high float32) {
		inf := float32(math.Inf(1))
		minX, minY, maxX, maxY := inf, inf, -inf, -inf
		for _, v := range o.path.Vertices() {
			minX, maxX, minY, maxY = min(minX, v.X), max(maxX, v.X), min(minY, v.Y), max(maxY, v.Y)
		}
		left, top = -(minX - r), -(minY - r)
		return left, top, 512 - (maxX + r) - left, 384 - (maxY + r) - top
	}
	left, top, wide, high := bounds()
	if wide < 0 || high < 0 {
		difference := func(a, b float32) float32 {
			d := float32(math.Mod(math.Abs(float64(a-b)), float64(float32(2*math.Pi))))
			return min(d, 2*math.Pi-d)
		}
		now := o.direction()
		if difference(o.original, now) < difference(o.original+math.Pi, now) {
			o.rotate(o.original - now)
		} else {
			o.rotate(o.original + math.Pi - now)
		}
		left, top, wide, high = bounds()
	}
	x, y := min(max(o.modified.X, left), left+wide), min(max(o.modified.Y, top), top+high)
	if wide < 0 {
		x = min(max(left, 0), 512)
	}
	if high < 0 {
		y = min(max(top, 0), 384)
	}
	o.modified = slider.Vector{X: x, Y: y}
	o.position = o.modified
	o.end = o.endPosition()
}

// TestPlainRandom compares Random with a plain one on random beatmaps.
func TestPlainRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 17))
	for n := range rounds / 2 {
		text := randomBeatmap(r)
		m, err := beatmap.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		seed, sharp := int32(r.Uint32()), float64(r.IntN(91)+10)/10
		other := []mods.Set{nil, mods.Of(mods.HardRock), mods.Of(mods.Mirror), mods.Of(mods.Easy)}[n%4]
		b, err := New(t.Context(), m, other)
		if err != nil {
			t.Fatal(err)
		}
		mod := mods.Mod{Acronym: mods.Random}.With("seed", int(seed)).With("angle_sharpness", sharp)
		got, err := New(t.Context(), m, append(slices.Clone(other), mod))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range plainRandom(b, m, seed, float32(sharp)) {
			if o := &got.Objects[i]; o.Position != want.position || o.Last != want.endPosition() {
				t.Fatalf("%v, object %d at %v: got %v to %v, want %v to %v\n%s", mod, i, o.Start, o.Position, o.Last, want.position, want.endPosition(), text)
			}
		}
	}
}

package medals

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"
)

// design is what a medal looks like. It follows from the name of its file alone, so that a medal looks the same on every server.
type design struct {
	light, dark rgb
	emblem      func(x, y float64) float64 // distance from the ruleset's sign, behind the star; negative inside
	points      int                        // of the star
	sharp       float64                    // how deep it is cut, 0 to 1
	gold        bool                       // the rim of what was done without a fault
	scallops    int                        // of the rim
}

// families are the kinds of medals, by what their names begin with.
var families = []struct {
	prefix      string
	light, dark rgb
	emblem      func(x, y float64) float64
}{
	{"osu-combo-", rgb{0xff, 0xc1, 0x5e}, rgb{0xd9, 0x5f, 0x2b}, waves},
	{"osu-", rgb{0xff, 0x8f, 0xc4}, rgb{0xb0, 0x2c, 0x83}, ring},
	{"taiko-", rgb{0xff, 0x7a, 0x5c}, rgb{0xa3, 0x1f, 0x2e}, drum},
	{"fruits-", rgb{0xa8, 0xe0, 0x5f}, rgb{0x2b, 0x7d, 0x3c}, drop},
	{"mania-", rgb{0xa9, 0x8c, 0xff}, rgb{0x46, 0x2c, 0xa6}, columns},
	{"all-intro-", rgb{0x6f, 0xd6, 0xe8}, rgb{0x1c, 0x62, 0x9e}, hexagon},
}

// designOf reads the name of a medal: its family, the number at its end, and whether it is one for a full combo. A name of no
// family gets its colours and its star from its letters.
func designOf(file string) design {
	h := fnv.New32a()
	_, _ = h.Write([]byte(file))
	chance := h.Sum32()
	d := design{emblem: ring, points: 4 + int(chance%6), sharp: 0.35 + float64(chance>>8%4)*0.1, scallops: 24}
	hue := float64(chance>>16%360) / 360
	d.light, d.dark = ofHue(hue, 0.95), ofHue(hue+0.08, 0.5)
	for _, family := range families {
		if !strings.HasPrefix(file, family.prefix) {
			continue
		}
		own := d.light
		d.light, d.dark, d.emblem = family.light, family.dark, family.emblem
		if n, err := strconv.Atoi(file[strings.LastIndexByte(file, '-')+1:]); err == nil && n > 0 {
			if n >= 250 {
				n /= 250 // a combo
			}
			d.points, d.sharp = min(n+3, 16), 0.62-0.03*math.Min(float64(n), 10)
		} else {
			d.light = mix(d.light, own, 0.4)
		}
		d.gold = strings.Contains(file, "-fc-")
		break
	}
	return d
}

// draw draws a medal, size pixels square, as a PNG. The shapes are signed distances, in units of half the picture's width, so
// edges are smooth at every size.
func draw(file string, size int) []byte {
	d := designOf(file)
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	pixel := 2 / float64(size)
	for row := range size {
		for column := range size {
			x, y := (float64(column)+0.5)*pixel-1, (float64(row)+0.5)*pixel-1
			c, alpha := d.at(x, y, pixel)
			picture.SetNRGBA(column, row, color.NRGBA{byteOf(c[0]), byteOf(c[1]), byteOf(c[2]), byteOf(255 * alpha)})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, picture) // a buffer takes everything, and the picture has a size
	return b.Bytes()
}

// at returns the colour of a point.
func (d design) at(x, y, pixel float64) (c rgb, alpha float64) {
	angle, radius := math.Atan2(y, x), math.Hypot(x, y)
	edge := radius - 0.93 - 0.03*math.Cos(float64(d.scallops)*angle)
	alpha = smooth(edge, pixel)
	if alpha == 0 {
		return c, 0
	}
	rim := [2]rgb{{0xf4, 0xf6, 0xfb}, {0x8f, 0x98, 0xad}}
	if d.gold {
		rim = [2]rgb{{0xff, 0xf0, 0xb0}, {0xb8, 0x7a, 0x14}}
	}
	light := (1 - (x+y)/math.Sqrt2) / 2 // from above left
	c = mix(rim[1], rim[0], light)
	face := mix(d.dark, d.light, light)
	face = mix(face, d.light, 0.35*smooth(d.emblem(x, y), pixel))
	inside := star(x, y, d.points, 0.46, d.sharp)
	face = mix(face, d.dark, 0.45*smooth(star(x-0.03, y-0.05, d.points, 0.46, d.sharp), 0.1)) // its shadow
	face = mix(face, rgb{0xff, 0xff, 0xff}, smooth(inside, pixel))
	face = mix(face, d.dark, 0.3*smooth(math.Abs(radius-0.78)-0.012, pixel))
	return mix(c, face, smooth(radius-0.8, pixel)), alpha
}

// star is a star of n points; sharp is how much of its size lies between the points and the notches.
func star(x, y float64, n int, size, sharp float64) float64 {
	angle := math.Atan2(x, -y) // the first point is at the top
	sector := math.Pi / float64(n)
	between := math.Abs(math.Mod(angle+2*math.Pi+sector, 2*sector)-sector) / sector // 0 at a point, 1 at a notch
	return math.Hypot(x, y) - size*(1-sharp*between)
}

func ring(x, y float64) float64 { return math.Abs(math.Hypot(x, y)-0.62) - 0.07 }

// waves are three rings, as of something that went on and on.
func waves(x, y float64) float64 {
	r := math.Hypot(x, y)
	return math.Min(math.Abs(r-0.66)-0.035, math.Abs(r-0.54)-0.035)
}

// drum is a disc with a line down its middle.
func drum(x, y float64) float64 {
	return math.Max(math.Hypot(x, y)-0.68, 0.04-math.Abs(x))
}

// drop is round below and pointed above.
func drop(x, y float64) float64 {
	y += 0.05
	if y > 0 {
		return math.Hypot(x, y) - 0.56
	}
	return math.Hypot(x*(1-0.9*y), y*0.78) - 0.56
}

func columns(x, y float64) float64 {
	nearest := math.Abs(math.Mod(math.Abs(x)+0.13, 0.26)-0.13) - 0.08
	return math.Max(nearest, math.Max(math.Abs(y)-0.6, math.Abs(x)-0.62))
}

func hexagon(x, y float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	return math.Max(x*0.866+y*0.5, y) - 0.62
}

type rgb [3]float64

// mix returns the colour t (0 to 1) of the way from a to b.
func mix(a, b rgb, t float64) rgb {
	for i := range a {
		a[i] += (b[i] - a[i]) * t
	}
	return a
}

// smooth is 1 inside a shape and 0 outside, with an edge of the given width.
func smooth(distance, width float64) float64 {
	return math.Min(math.Max(0.5-distance/width, 0), 1)
}

// ofHue returns a colour by its hue (turns) and how bright it is.
func ofHue(hue, bright float64) rgb {
	var c rgb
	for i := range c {
		wave := 0.5 + 0.5*math.Cos(2*math.Pi*(hue-float64(i)/3))
		c[i] = 255 * bright * (0.35 + 0.65*wave)
	}
	return c
}

func byteOf(v float64) uint8 { return uint8(math.Min(math.Max(v+0.5, 0), 255)) }

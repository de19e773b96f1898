package web

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// drawAvatar draws the default avatar, size pixels square, as a PNG: a white peace sign on a slope from pink to violet. The
// shapes are signed distances, in units of the picture's half width, so edges are smooth at every size.
func drawAvatar(size int) []byte {
	const (
		radius = 0.60 // of the ring
		stroke = 0.055
	)
	sign := func(x, y float64) float64 { // distance from the sign's lines; negative inside
		d := math.Abs(math.Hypot(x, y) - radius)
		d = math.Min(d, segment(x, y, 0, -radius, 0, radius))
		leg := radius * math.Sqrt2 / 2
		d = math.Min(d, segment(x, y, 0, 0, -leg, leg))
		d = math.Min(d, segment(x, y, 0, 0, leg, leg))
		return d - stroke
	}
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	pixel := 2 / float64(size)
	for row := range size {
		for column := range size {
			x, y := (float64(column)+0.5)*pixel-1, (float64(row)+0.5)*pixel-1
			slope := (x + y + 2) / 4
			c := mix(rgb{0xff, 0x7e, 0xb6}, rgb{0x7b, 0x5c, 0xd6}, slope)
			shadow := smooth(sign(x-0.02, y-0.035), 0.09)
			c = mix(c, rgb{0x3a, 0x20, 0x60}, 0.28*shadow)
			c = mix(c, rgb{0xff, 0xff, 0xff}, smooth(sign(x, y), pixel))
			picture.SetNRGBA(column, row, color.NRGBA{uint8(c[0] + 0.5), uint8(c[1] + 0.5), uint8(c[2] + 0.5), 0xff})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, picture) // a buffer takes everything, and the picture has a size
	return b.Bytes()
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

// segment returns the distance of (x, y) from the line between two points.
func segment(x, y, ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := math.Min(math.Max(((x-ax)*dx+(y-ay)*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Hypot(x-ax-t*dx, y-ay-t*dy)
}

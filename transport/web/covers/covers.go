// Package covers draws the pictures behind users on their profiles, for those who have none of their own: a handful of slopes
// with soft lights, each made once, when it is first asked for.
package covers

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Number is how many covers there are, from 1. Width and Height are their size in pixels.
const (
	Number = 8
	Width  = 1000
	Height = 250
)

// Name returns the name of a cover's file.
func Name(cover int) string { return strconv.Itoa(cover) + ".jpg" }

// Of returns the cover of a user: the same one for ever.
func Of(userID int32) int { return int(uint32(userID)%Number) + 1 }

// drawn are the covers.
var drawn = func() (all [Number]func() []byte) {
	for i := range all {
		all[i] = sync.OnceValue(func() []byte { return draw(i) })
	}
	return all
}()

// ServeHTTP answers a path that ends in a cover's name. Covers never change.
func ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	for i, picture := range drawn {
		if file == Name(i+1) {
			h := w.Header()
			h.Set("Content-Type", "image/jpeg")
			h.Set("Cache-Control", "public, max-age=604800")
			h.Set("Access-Control-Allow-Origin", "*")
			http.ServeContent(w, r, file, time.Time{}, bytes.NewReader(picture()))
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

// draw makes a cover as a JPEG: each has its own hue, and lights in other places.
func draw(cover int) []byte {
	hue := float64(cover) / Number
	from, to := colourOf(hue, 0.45, 0.22), colourOf(hue+0.12, 0.55, 0.42)
	picture := image.NewRGBA(image.Rect(0, 0, Width, Height))
	const aspect = float64(Width) / Height
	for row := range Height {
		for column := range Width {
			x, y := float64(column)/Height, float64(row)/Height
			c := mix(from, to, (x/aspect+1-y)/2)
			for light := range 5 {
				n := float64(cover*5 + light)
				cx, cy := aspect*fraction(n*0.618034), fraction(n*0.754878)
				radius := 0.25 + 0.35*fraction(n*0.569840)
				edge := 1 - math.Hypot(x-cx, y-cy)/radius
				c = mix(c, colour{1, 1, 1}, 0.10*min(max(edge*12, 0), 1))
			}
			picture.SetRGBA(column, row, color.RGBA{level(c[0]), level(c[1]), level(c[2]), 0xff})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, picture, &jpeg.Options{Quality: 88}) // a buffer takes everything, and the picture has a size
	return b.Bytes()
}

// colour is red, green and blue, each 0 to 1.
type colour [3]float64

func level(v float64) uint8 { return uint8(min(max(v, 0), 1)*255 + 0.5) }

func fraction(v float64) float64 { return v - math.Floor(v) }

// mix returns the colour t (0 to 1) of the way from a to b.
func mix(a, b colour, t float64) colour {
	for i := range a {
		a[i] += (b[i] - a[i]) * t
	}
	return a
}

// colourOf returns the colour of a hue (in turns), saturation and lightness.
func colourOf(hue, saturation, lightness float64) (c colour) {
	amplitude := saturation * min(lightness, 1-lightness)
	for i, offset := range [3]float64{0, 8, 4} {
		k := math.Mod(offset+12*fraction(hue), 12)
		c[i] = lightness - amplitude*max(-1, min(k-3, 9-k, 1))
	}
	return c
}

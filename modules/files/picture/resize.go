package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// Fill returns the middle of a picture, as much of it as has the proportions of width × height, in that size.
func Fill(m image.Image, width, height int) *image.RGBA {
	width, height = max(width, 1), max(height, 1)
	from := m.Bounds()
	if w := max(from.Dy()*width/height, 1); w < from.Dx() {
		from.Min.X += (from.Dx() - w) / 2
		from.Max.X = from.Min.X + w
	} else if h := max(from.Dx()*height/width, 1); h < from.Dy() {
		from.Min.Y += (from.Dy() - h) / 2
		from.Max.Y = from.Min.Y + h
	}
	return scale(m, from, width, height)
}

// Fit returns a whole picture as large as width × height have room for, and never larger than it is.
func Fit(m image.Image, width, height int) *image.RGBA {
	from := m.Bounds()
	w, h := from.Dx(), from.Dy()
	if w > width {
		w, h = width, h*width/w
	}
	if h > height {
		w, h = w*height/h, height
	}
	return scale(m, from, max(w, 1), max(h, 1))
}

// scale returns a part of a picture in another size. It averages, so that nothing flickers in what has become small.
func scale(m image.Image, from image.Rectangle, width, height int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	if from.Empty() {
		return to
	}
	// The scaler works on the full height first, in 32 bytes a pixel. A picture that is much too large is halved before.
	for from.Dx() >= 4*width && from.Dy() >= 4*height {
		half := image.NewRGBA(image.Rect(0, 0, from.Dx()/2, from.Dy()/2))
		draw.ApproxBiLinear.Scale(half, half.Bounds(), m, from, draw.Src, nil)
		m, from = half, half.Bounds()
	}
	draw.CatmullRom.Scale(to, to.Bounds(), m, from, draw.Src, nil)
	return to
}

// opaque returns a picture without holes, before black.
func opaque(m image.Image) image.Image {
	if o, ok := m.(interface{ Opaque() bool }); ok && o.Opaque() {
		return m
	}
	b := m.Bounds()
	out := image.NewRGBA(b)
	draw.Draw(out, b, image.NewUniform(color.Black), image.Point{}, draw.Src)
	draw.Draw(out, b, m, b.Min, draw.Over)
	return out
}

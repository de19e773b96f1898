// Package picture looks at pictures that strangers send: it judges them by their content, refuses what would take too much
// memory before decoding it, and makes smaller ones of them. It reads JPEG, PNG and GIF (the first frame) and writes JPEG.
//
// It knows nothing of files or of the network, and keeps nothing. Decoding a picture of P pixels takes up to 8 P bytes and a
// few hundred milliseconds at the default limits: callers bound how many they do at once.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"github.com/pure-peace/peace/modules/fault"
)

// The faults of this package.
var (
	ErrUnknown  = fault.New(fault.Invalid, "picture", "unknown_format", "this is no JPEG, PNG or GIF picture")
	ErrDamaged  = fault.New(fault.Invalid, "picture", "damaged", "this picture is damaged")
	ErrTooLarge = fault.New(fault.Invalid, "picture", "too_large", "this picture is too large")
)

// Format is a kind of picture.
type Format string

// The formats.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
)

// ContentType returns the media type.
func (f Format) ContentType() string { return "image/" + string(f) }

// Extension returns the usual end of a file's name, with its dot.
func (f Format) Extension() string {
	if f == JPEG {
		return ".jpg"
	}
	return "." + string(f)
}

// FormatOf judges a picture by its first bytes, of which it looks at 8; ok is false when it is none.
func FormatOf(head []byte) (f Format, ok bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG, true
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, true
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF, true
	}
	return "", false
}

// Limits are what a picture may be at most.
type Limits struct {
	Bytes  int // as a file
	Side   int // pixels of its width and of its height
	Pixels int // in all
}

// DefaultLimits allow what screens and cameras make.
func DefaultLimits() Limits { return Limits{Bytes: 32 << 20, Side: 16_384, Pixels: 16 << 20} }

// Info describes a picture.
type Info struct {
	Format        Format
	Width, Height int
}

// Inspect reads a picture's header. That the rest is sound too, only Decode says. ErrUnknown, ErrDamaged, ErrTooLarge.
func Inspect(data []byte, limits Limits) (Info, error) {
	format, ok := FormatOf(data)
	switch {
	case !ok:
		return Info{}, ErrUnknown
	case len(data) > limits.Bytes:
		return Info{}, ErrTooLarge
	}
	config, err := codecs[format].config(bytes.NewReader(data))
	switch {
	case err != nil:
		return Info{}, damaged(err)
	case config.Width < 1 || config.Height < 1:
		return Info{}, ErrDamaged
	case config.Width > limits.Side || config.Height > limits.Side || config.Width*config.Height > limits.Pixels:
		return Info{}, ErrTooLarge
	}
	return Info{Format: format, Width: config.Width, Height: config.Height}, nil
}

// maxScans bounds the passes of a progressive JPEG: each costs the work of the whole picture, and may be of a few bytes.
const maxScans = 64

// Decode reads a picture. Of an animation it reads the first frame. ErrUnknown, ErrDamaged, ErrTooLarge.
func Decode(data []byte, limits Limits) (image.Image, error) {
	info, err := Inspect(data, limits)
	if err != nil {
		return nil, err
	}
	// Within the data of a scan this marker cannot occur; an embedded preview adds a few.
	if info.Format == JPEG && bytes.Count(data, []byte("\xff\xda")) > maxScans {
		return nil, ErrTooLarge
	}
	decoded, err := codecs[info.Format].decode(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	return decoded, nil
}

// EncodeJPEG returns a picture as a JPEG of a quality from 1 to 100. What is transparent becomes black.
func EncodeJPEG(m image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, opaque(m), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// codec reads one format. A decoder believes the same header as its config does, so no picture is larger than it said.
type codec struct {
	config func(r *bytes.Reader) (image.Config, error)
	decode func(r *bytes.Reader) (image.Image, error)
}

var codecs = map[Format]codec{
	JPEG: {
		func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) },
	},
	PNG: {
		func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) },
	},
	GIF: {
		func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) },
	},
}

func damaged(err error) error {
	return ErrDamaged.WithMessage(fmt.Sprint("this picture is damaged: ", err))
}

package local

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files/picture"
)

// BenchmarkCover makes covers of a background of 1920 × 1080.
func BenchmarkCover(b *testing.B) {
	noise := image.NewRGBA(image.Rect(0, 0, 1920, 1080))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.IntN(256)/16 + i/40_000)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, noise, nil); err != nil {
		b.Fatal(err)
	}
	size := pictures[beatmaps.Cover]
	for b.Loop() {
		background, err := picture.Decode(file.Bytes(), picture.DefaultLimits())
		if err == nil {
			_, err = picture.EncodeJPEG(picture.Fill(background, size.width, size.height), 85)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/files/picture"
)

// scene is red on its left half and blue on its right one.
func scene(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{R: 200, A: 255}
			if x >= width/2 {
				c = color.RGBA{B: 200, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t testing.TB, f picture.Format, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch f {
	case picture.JPEG:
		err = jpeg.Encode(&b, m, nil)
	case picture.PNG:
		err = png.Encode(&b, m)
	case picture.GIF:
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var formats = []picture.Format{picture.JPEG, picture.PNG, picture.GIF}

func TestFormats(t *testing.T) {
	for _, f := range formats {
		data := encoded(t, f, scene(31, 17))
		info, err := picture.Inspect(data, picture.DefaultLimits())
		if diff := cmp.Diff(picture.Info{Format: f, Width: 31, Height: 17}, info); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", f, err, diff)
		}
		m, err := picture.Decode(data, picture.DefaultLimits())
		if err != nil || m.Bounds().Dx() != 31 || m.Bounds().Dy() != 17 {
			t.Errorf("%s: %v, %v", f, m, err)
		}
	}
	if picture.JPEG.ContentType() != "image/jpeg" || picture.JPEG.Extension() != ".jpg" || picture.GIF.Extension() != ".gif" {
		t.Error("a format is named wrongly")
	}
}

func TestLimits(t *testing.T) {
	for _, f := range formats {
		data := encoded(t, f, scene(40, 20))
		for _, tc := range []struct {
			limits picture.Limits
			want   error
		}{
			{picture.Limits{Bytes: len(data), Side: 40, Pixels: 800}, nil},
			{picture.Limits{Bytes: len(data) - 1, Side: 40, Pixels: 800}, picture.ErrTooLarge},
			{picture.Limits{Bytes: len(data), Side: 39, Pixels: 800}, picture.ErrTooLarge},
			{picture.Limits{Bytes: len(data), Side: 40, Pixels: 799}, picture.ErrTooLarge},
			{picture.Limits{}, picture.ErrTooLarge},
		} {
			_, inspected := picture.Inspect(data, tc.limits)
			_, decoded := picture.Decode(data, tc.limits)
			if !errors.Is(inspected, tc.want) || !errors.Is(decoded, tc.want) {
				t.Errorf("%s, %+v: %v and %v, want %v", f, tc.limits, inspected, decoded, tc.want)
			}
		}
	}
}

// claim returns a picture whose header says another size than it has.
func claim(t testing.TB, f picture.Format, width, height int) []byte {
	t.Helper()
	data := encoded(t, f, scene(20, 20))
	switch f {
	case picture.PNG: // signature, length, "IHDR", then the size, and the chunk's checksum after 13 bytes
		binary.BigEndian.PutUint32(data[16:], uint32(width))
		binary.BigEndian.PutUint32(data[20:], uint32(height))
		binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	case picture.JPEG: // marker, length, precision, then the size
		at := bytes.Index(data, []byte{0xff, 0xc0})
		binary.BigEndian.PutUint16(data[at+5:], uint16(height))
		binary.BigEndian.PutUint16(data[at+7:], uint16(width))
	case picture.GIF:
		binary.LittleEndian.PutUint16(data[6:], uint16(width))
		binary.LittleEndian.PutUint16(data[8:], uint16(height))
	}
	return data
}

func TestHostile(t *testing.T) {
	for _, f := range formats {
		good := encoded(t, f, scene(20, 20))
		for name, tc := range map[string]struct {
			data []byte
			want error
		}{
			"huge":      {claim(t, f, 65_000, 65_000), picture.ErrTooLarge},
			"wide":      {claim(t, f, 20_000, 1), picture.ErrTooLarge},
			"header":    {good[:9], picture.ErrDamaged},
			"truncated": {good[:len(good)*2/3], picture.ErrDamaged},
		} {
			if _, err := picture.Decode(tc.data, picture.DefaultLimits()); !errors.Is(err, tc.want) {
				t.Errorf("%s, %s: %v, want %v", f, name, err, tc.want)
			}
		}
		// A size that is allowed and wrong is refused, or gives a picture of that size.
		for _, size := range []int{1, 19, 21, 300} {
			m, err := picture.Decode(claim(t, f, size, size), picture.DefaultLimits())
			if err == nil && (m.Bounds().Dx() > size || m.Bounds().Dy() > size) {
				t.Errorf("%s: a picture of %d pixels has %v", f, size, m.Bounds())
			}
		}
	}
	scans := append(encoded(t, picture.JPEG, scene(20, 20)), bytes.Repeat([]byte("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"), 100)...)
	if _, err := picture.Decode(scans, picture.DefaultLimits()); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("a hundred scans: %v", err)
	}
	for _, data := range [][]byte{nil, []byte("\xff\xd8"), []byte("<svg/>"), []byte("MZ"), []byte("RIFF\x00\x00\x00\x00WEBP"), []byte("GIF")} {
		if _, err := picture.Inspect(data, picture.DefaultLimits()); !errors.Is(err, picture.ErrUnknown) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestFill(t *testing.T) {
	for _, from := range []image.Point{{1920, 1080}, {100, 900}, {900, 100}, {10, 10}, {1, 1}, {3000, 20}, {4001, 3999}} {
		m := picture.Fill(scene(from.X, from.Y), 160, 120)
		if m.Bounds() != image.Rect(0, 0, 160, 120) {
			t.Errorf("%v becomes %v", from, m.Bounds())
		}
		if from.X < 2 {
			continue
		}
		left, right := m.RGBAAt(20, 60), m.RGBAAt(139, 60)
		if left.R < 190 || left.B > 10 || right.B < 190 || right.R > 10 || left.A != 255 {
			t.Errorf("%v: left is %v, right is %v", from, left, right)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tc := range []struct{ from, want image.Point }{
		{image.Pt(1920, 1080), image.Pt(160, 90)}, {image.Pt(100, 900), image.Pt(13, 120)}, {image.Pt(80, 60), image.Pt(80, 60)},
		{image.Pt(9000, 1), image.Pt(160, 1)}, {image.Pt(1, 9000), image.Pt(1, 120)},
	} {
		if got := picture.Fit(scene(tc.from.X, tc.from.Y), 160, 120).Bounds().Max; got != tc.want {
			t.Errorf("%v becomes %v, want %v", tc.from, got, tc.want)
		}
	}
}

func TestTransparent(t *testing.T) {
	data, err := picture.EncodeJPEG(image.NewNRGBA(image.Rect(5, 5, 25, 25)), 90)
	if err != nil {
		t.Fatal(err)
	}
	m, err := picture.Decode(data, picture.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := m.At(10, 10).RGBA(); r+g+b != 0 || m.Bounds().Dx() != 20 {
		t.Errorf("%d %d %d, %v", r, g, b, m.Bounds())
	}
}

func FuzzDecode(f *testing.F) {
	for _, format := range formats {
		f.Add(encoded(f, format, scene(9, 7)))
		f.Add(claim(f, format, 300, 1))
	}
	f.Add([]byte("\xff\xd8\xff\xda"))
	limits := picture.Limits{Bytes: 1 << 16, Side: 512, Pixels: 1 << 16}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, inspected := picture.Inspect(data, limits)
		m, err := picture.Decode(data, limits)
		if err != nil {
			if !errors.Is(err, picture.ErrUnknown) && !errors.Is(err, picture.ErrDamaged) && !errors.Is(err, picture.ErrTooLarge) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if b := m.Bounds(); inspected != nil || b.Dx() > info.Width || b.Dy() > info.Height {
			t.Fatalf("%v, %v, %v", b, info, inspected)
		}
		if _, err := picture.EncodeJPEG(picture.Fill(m, 8, 6), 80); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkCover(b *testing.B) {
	data := encoded(b, picture.JPEG, scene(1920, 1080))
	for b.Loop() {
		m, err := picture.Decode(data, picture.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := picture.EncodeJPEG(picture.Fill(m, 900, 250), 90); err != nil {
			b.Fatal(err)
		}
	}
}

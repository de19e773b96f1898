package local

import (
	"archive/zip"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osz"
)

// pack5 makes an archive of files by name.
func pack5(t *testing.T, contents map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range contents {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// red is a picture of width × height.
func red(t *testing.T, width, height int) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = []byte{255, 0, 0, 255}[i%4]
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// frames is a song of n frames of MP3, 26 ms each.
func frames(n int) string {
	return strings.Repeat("\xff\xfb\x90\x00"+strings.Repeat("\x00", 413), n)
}

func whole(t *testing.T) map[string]string {
	return map[string]string{
		"easy.osu": song(10, "V10"), "hard.osu": song(11, "V11"), "BG.png": red(t, 640, 480), "song.mp3": frames(1000),
		"v.mp4": strings.Repeat("video", 10_000),
	}
}

func importArchive(t *testing.T, s *Service, archive string) beatmaps.Set {
	t.Helper()
	ctx := t.Context()
	if _, err := files.Write(ctx, s.deps.Files, "incoming/test.osz", strings.NewReader(archive), 1<<30); err != nil {
		t.Fatal(err)
	}
	imported, err := s.Import(ctx, "incoming/test.osz", beatmaps.Import{Name: "5 Singer - Song.osz"})
	if err != nil {
		t.Fatal(err)
	}
	return imported.Set
}

func TestMediaOfALocalSet(t *testing.T) {
	s, _, _ := fetching(t, nil)
	ctx := t.Context()
	importArchive(t, s, pack5(t, whole(t)))
	for medium, size := range pictures {
		for range 2 { // made, and there already
			where, err := s.Media(ctx, 5, medium)
			if err != nil || where.Key == "" {
				t.Fatalf("%s: %+v, %v", size.name, where, err)
			}
			data, err := files.Load(ctx, s.deps.Files, where.Key, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if b := m.Bounds(); b.Dx() != size.width || b.Dy() != size.height {
				t.Errorf("%s is %v", size.name, b)
			}
			if r, g, _, _ := m.At(20, 20).RGBA(); color.NRGBAModel.Convert(m.At(20, 20)) == nil || r < 0xe000 || g > 0x2000 {
				t.Errorf("%s has the colour %v", size.name, m.At(20, 20))
			}
		}
	}
	where, err := s.Media(ctx, 5, beatmaps.Preview)
	if err != nil || where.Key != "beatmapsets/5/preview.mp3" {
		t.Fatalf("%+v, %v", where, err)
	}
	data, err := files.Load(ctx, s.deps.Files, where.Key, 1<<20)
	if n := len(data) / 417; err != nil || len(data)%417 != 0 || n < 382 || n > 385 { // ten seconds
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// TestMediaFollowTheArchive sees that an archive that was replaced has new media.
func TestMediaFollowTheArchive(t *testing.T) {
	s, _, _ := fetching(t, nil)
	ctx := t.Context()
	contents := whole(t)
	delete(contents, "BG.png")
	importArchive(t, s, pack5(t, contents))
	where, err := s.Media(ctx, 5, beatmaps.Thumbnail)
	if err != nil || where.URL != "https://b.ppy.sh/thumb/5.jpg" {
		t.Fatalf("without a background: %+v, %v", where, err)
	}
	contents["bg.png"], contents["hard.osu"] = red(t, 64, 48), song(11, "V11")+"\n350,300,5000,1,0,0:0:0:0:\n"
	importArchive(t, s, pack5(t, contents))
	if where, err = s.Media(ctx, 5, beatmaps.Thumbnail); err != nil || where.Key == "" {
		t.Errorf("with a background: %+v, %v", where, err)
	}
}

// TestLostArchive sees that a set whose archive was deleted by hand is served from elsewhere.
func TestLostArchive(t *testing.T) {
	s, _, _ := fetching(t, nil)
	ctx := t.Context()
	importArchive(t, s, pack5(t, whole(t)))
	if err := s.deps.Files.Delete(ctx, []string{ArchiveKey(5)}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if where, err := s.Media(ctx, 5, beatmaps.Preview); err != nil || where.URL == "" {
			t.Errorf("%+v, %v", where, err)
		}
	}
	if err := s.media.make(ctx, s.deps.Files, ArchiveKey(5), "beatmapsets/5/preview.mp3", nil); !errors.Is(err, errUnmade) {
		t.Errorf("told again: %v", err)
	}
}

func TestMediaFromElsewhere(t *testing.T) {
	s, _, _ := fetching(t, nil)
	for medium, want := range map[beatmaps.Medium]string{
		beatmaps.ThumbnailLarge: "https://b.ppy.sh/thumb/77l.jpg", beatmaps.Preview: "https://b.ppy.sh/preview/77.mp3",
		beatmaps.CoverLarge: "https://assets.ppy.sh/beatmaps/77/covers/cover@2x.jpg",
	} {
		if where, err := s.Media(t.Context(), 77, medium); err != nil || where.URL != want {
			t.Errorf("%+v, %v, want %s", where, err, want)
		}
	}
	for _, id := range []int32{0, -5, beatmaps.FirstLocalID} {
		if _, err := s.Media(t.Context(), id, beatmaps.Thumbnail); !errors.Is(err, beatmaps.ErrNotFound) {
			t.Errorf("set %d: %v", id, err)
		}
	}
	if _, err := s.Media(t.Context(), 77, 99); !errors.Is(err, beatmaps.ErrNotFound) {
		t.Errorf("no medium: %v", err)
	}
}

// TestBadMedia imports sets whose pictures and songs are not what they say.
func TestBadMedia(t *testing.T) {
	lying := []byte(red(t, 2, 2))
	copy(lying[16:], "\x00\x01\x00\x00\x00\x01\x00\x00") // 65,536 pixels wide and high
	for name, edit := range map[string]func(map[string]string){
		"text":            func(c map[string]string) { c["BG.png"], c["song.mp3"] = "a picture", "a song" },
		"lies about size": func(c map[string]string) { c["BG.png"], c["song.mp3"] = string(lying), "OggS" },
		"a bomb": func(c map[string]string) {
			c["BG.png"] = strings.Repeat("\x00", 40<<20)
			c["song.mp3"] = strings.Repeat("\x00", 8<<20)
		},
		"cut off": func(c map[string]string) { c["BG.png"] = c["BG.png"][:60]; c["song.mp3"] = c["song.mp3"][:100] },
	} {
		t.Run(name, func(t *testing.T) {
			s, _, _ := fetching(t, nil)
			contents := whole(t)
			edit(contents)
			importArchive(t, s, pack5(t, contents))
			for _, medium := range []beatmaps.Medium{beatmaps.Cover, beatmaps.Preview} {
				for range 2 {
					if where, err := s.Media(t.Context(), 5, medium); err != nil || where.URL == "" {
						t.Errorf("%+v, %v", where, err)
					}
				}
			}
		})
	}
}

func TestArchive(t *testing.T) {
	s, _, _ := fetching(t, nil)
	ctx := t.Context()
	packed := pack5(t, whole(t))
	importArchive(t, s, packed)
	where, err := s.Archive(ctx, 5, false)
	if err != nil || where.Key != ArchiveKey(5) || where.Name != "5 Singer - Song.osz" {
		t.Fatalf("%+v, %v", where, err)
	}
	if data, err := files.Load(ctx, s.deps.Files, where.Key, 1<<20); err != nil || string(data) != packed {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	for range 2 {
		if where, err = s.Archive(ctx, 5, true); err != nil || where.Key != "beatmapsets/5n.osz" {
			t.Fatalf("%+v, %v", where, err)
		}
	}
	blob, err := files.Open(ctx, s.deps.Files, where.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer blob.Close()
	z, err := osz.NewReader(blob, blob.Blob.Size)
	if err != nil || len(z.Entries()) != 4 {
		t.Fatalf("%v, %v", z, err)
	}
	for _, e := range z.Entries() {
		if osz.IsVideo(e.Name) {
			t.Errorf("%s is still there", e.Name)
		}
	}
	for file, err := range z.Beatmaps() {
		if err != nil || file.Name == "easy.osu" && string(file.Data) != song(10, "V10") {
			t.Errorf("%s: %v", file.Name, err)
		}
	}
}

func TestArchiveFromElsewhere(t *testing.T) {
	s, f, mirror := fetching(t, func(c *Config) { c.Fetch.Archives = true })
	ctx := t.Context()
	mirror.put("/s/5", listing(osu.StatusRanked, map[int32]string{10: song(10, "V10"), 11: song(11, "V11")}))
	mirror.put("/d/5", pack5(t, whole(t)))
	if _, err := s.Archive(ctx, 5, false); !errors.Is(err, beatmaps.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	f.drain(ctx) // which has found it
	for withoutVideo, want := range map[bool]string{false: "https://catboy.best/d/5", true: "https://catboy.best/d/5n"} {
		if where, err := s.Archive(ctx, 5, withoutVideo); err != nil || where.URL != want {
			t.Errorf("%+v, %v", where, err)
		}
	}
	f.drain(ctx) // which has fetched it
	where, err := s.Archive(ctx, 5, true)
	if err != nil || where.Key != "beatmapsets/5n.osz" || mirror.count("/d/5") != 1 {
		t.Errorf("%+v, %v, asked %d times", where, err, mirror.count("/d/5"))
	}
	if left, err := s.deps.Files.List(ctx, "incoming/", "", 10); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
	// One that is no archive leaves nothing.
	mirror.put("/s/6", strings.ReplaceAll(strings.ReplaceAll(listing(osu.StatusRanked, map[int32]string{60: song(60, "V60")}), `:5,`, `:6,`), "Song", "Other"))
	mirror.put("/d/6", "PK\x03\x04 and then nothing")
	f.want(nil, []int32{6})
	f.drain(ctx)
	if _, err := s.Archive(ctx, 6, false); err != nil {
		t.Error(err)
	}
	f.drain(ctx)
	if where, err := s.Archive(ctx, 6, false); err != nil || where.URL == "" {
		t.Errorf("%+v, %v", where, err)
	}
	if left, err := s.deps.Files.List(ctx, "incoming/", "", 10); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
	s.cfg.Media.Archive = ""
	if _, err := s.Archive(ctx, 6, false); !errors.Is(err, beatmaps.ErrNoArchive) {
		t.Errorf("nowhere: %v", err)
	}
}

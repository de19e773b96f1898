package direct

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
)

func TestDownload(t *testing.T) {
	s := newStage(t, nil)
	data := strings.Repeat("0123456789", 30_000)
	s.put(t, "beatmapsets/1.osz", data)
	s.archive = beatmaps.Archive{Key: "beatmapsets/1.osz", Name: "1 A - Tür.osz"}
	for path, status := range map[string]int{
		"/d/1": 200, "/d/1.osz": 200, "/d/1%20Artist%20-%20Title.osz": 200, "/d/1%20a%2Fb.osz": 200, "/d/1n": 302, "/d/1n.osz": 302,
		"/d/2": 451, "/d/3": 404, "/d/x": 404, "/d/": 404, "/d/1x": 404, "/d/-1": 404, "/d/99999999999999": 404, "/d/..%2F1": 404, "/d/1/../../x": 404,
	} {
		if w := s.ask(http.MethodGet, path, ""); w.Code != status || status == 200 && w.Body.String() != data {
			t.Errorf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
		}
	}
	w := s.ask(http.MethodGet, "/d/1", "", "Range", "bytes=5-14")
	if w.Code != http.StatusPartialContent || w.Body.String() != "5678901234" {
		t.Errorf("a part: %d %q", w.Code, w.Body)
	}
	w = s.ask(http.MethodHead, "/d/1", "")
	if w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("Content-Length") != "300000" ||
		w.Header().Get("Content-Disposition") != "attachment; filename*=utf-8''1%20A%20-%20T%C3%BCr.osz" {
		t.Errorf("the head: %d %v", w.Code, w.Header())
	}
	if w = s.ask(http.MethodGet, "/d/1", "", "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("again: %d", w.Code)
	}
	if w = s.ask(http.MethodGet, "/d/1?h=wrong", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", w.Code)
	}
	s.archive.Key = "beatmapsets/lost.osz"
	if w = s.ask(http.MethodGet, "/d/1", ""); w.Code != http.StatusNotFound {
		t.Errorf("a lost file: %d", w.Code)
	}
	open := newStage(t, func(c *Config) { c.Open = true })
	if w := open.ask(http.MethodGet, "/d/1n?h=wrong", ""); w.Code != http.StatusFound || w.Header().Get("Location") != "https://example.com/1n" {
		t.Errorf("open to strangers: %d", w.Code)
	}
}

func TestMedia(t *testing.T) {
	s := newStage(t, nil)
	s.put(t, "m/thumb.jpg", "thumb")
	s.put(t, "m/preview.ogg", "preview")
	s.media = map[beatmaps.Medium]beatmaps.Archive{
		beatmaps.Thumbnail: {Key: "m/thumb.jpg"}, beatmaps.ThumbnailLarge: {URL: "https://example.com/l.jpg"},
		beatmaps.Preview: {Key: "m/preview.ogg"}, beatmaps.CoverLarge: {URL: "https://example.com/cover@2x.jpg"},
	}
	for path, want := range map[string]string{
		"/thumb/1.jpg": "image/jpeg", "/mt/1": "image/jpeg", "/images/map-thumb/1.jpg": "image/jpeg", "/preview/1.mp3": "audio/ogg",
		"/mp3/preview/1": "audio/ogg", "/thumb/1l.jpg": "https://example.com/l.jpg", "/mt/1l": "https://example.com/l.jpg",
		"/beatmaps/1/covers/cover@2x.jpg?123": "https://example.com/cover@2x.jpg",
		"/thumb/2.jpg":                        "", "/thumb/x.jpg": "", "/thumb/.jpg": "", "/thumb/1.png": "", "/thumb/1ll.jpg": "", "/preview/-1.mp3": "",
		"/preview/..%2F1.mp3": "audio/ogg", "/beatmaps/1/covers/cover.jpg": "", "/beatmaps/1/covers/raw.jpg": "", "/beatmaps/x/covers/cover@2x.jpg": "",
		"/beatmaps/1/covers/cover@2x": "", "/thumb/": "", "/preview/1.mp3/x": "",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := s.ask(method, path, "")
			got := w.Header().Get("Content-Type")
			switch w.Code {
			case http.StatusFound:
				got = w.Header().Get("Location")
			case http.StatusNotFound:
				got = ""
			}
			if got != want {
				t.Errorf("%s %s: %d %q", method, path, w.Code, got)
			}
		}
	}
	if w := s.ask(http.MethodPost, "/thumb/1.jpg", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a post: %d", w.Code)
	}
}

func TestFile(t *testing.T) {
	s := newStage(t, nil)
	s.known = []beatmaps.Set{disco()}
	s.put(t, beatmaps.FileKey(md5Of75), "osu file format v14")
	for path, want := range map[string]string{
		"/osu/75": "", "/web/maps/75": "", "/web/maps/" + md5Of75: "", "/web/maps/a%20%5BNormal%5D.osu": "", "/web/maps/a+[Normal].osu": "/web/maps/a+[Normal].osu",
		"/osu/76": "/osu/76", "/web/maps/b%2Fc%3F.osu": "/web/maps/b%2Fc%3F.osu", "/osu/99": "/osu/99",
	} {
		w := s.ask(http.MethodGet, path, "")
		if want == "" && (w.Code != 200 || w.Body.String() != "osu file format v14" || !strings.Contains(w.Header().Get("Content-Disposition"), "Normal")) ||
			want != "" && (w.Code != http.StatusFound || w.Header().Get("Location") != "https://osu.ppy.sh"+want) {
			t.Errorf("%s: %d %q %v", path, w.Code, w.Body, w.Header())
		}
	}
	if w := s.ask(http.MethodGet, "/web/maps/"+strings.Repeat("a", 600), ""); w.Code != http.StatusNotFound {
		t.Errorf("a long name: %d", w.Code)
	}
	alone := newStage(t, func(c *Config) { c.Upstream = "" })
	if w := alone.ask(http.MethodGet, "/osu/75", ""); w.Code != http.StatusNotFound {
		t.Errorf("with nobody to send to: %d", w.Code)
	}
}

// FuzzArchiveOf reads paths of downloads: what comes out is an id that the path begins with, or nothing.
func FuzzArchiveOf(f *testing.F) {
	for _, name := range []string{"1", "1n", "1n.osz", "1 A - B.osz", "01", "+1", "1x", "99999999999", "../1", "n", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		id, withoutVideo, ok := archiveOf(name)
		if !ok {
			return
		}
		digits := strings.TrimLeft(name, "0")
		if id <= 0 || !strings.HasPrefix(digits, strconv.Itoa(int(id))) || withoutVideo && !strings.Contains(name, "n") {
			t.Errorf("%q is set %d, without video: %v", name, id, withoutVideo)
		}
	})
}

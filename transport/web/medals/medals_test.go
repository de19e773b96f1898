package medals

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/achievements"
)

// shelf is an achievements module that has these medals.
type shelf struct {
	achievements.Service

	files []string
	err   error
}

func (s *shelf) Achievements(context.Context) ([]achievements.Achievement, error) {
	var all []achievements.Achievement
	for _, file := range s.files {
		all = append(all, achievements.Achievement{File: file})
	}
	return all, s.err
}

func newHandler(t *testing.T, dir string, a achievements.Service) http.Handler {
	t.Helper()
	s, err := New(Config{Dir: dir}, Deps{Achievements: a, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	s.Assets(r)
	return r
}

func get(h http.Handler, path, tag string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, http.NoBody)
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	h.ServeHTTP(w, r)
	return w
}

func TestDrawn(t *testing.T) {
	h := newHandler(t, filepath.Join(t.TempDir(), "absent"), &shelf{files: []string{"osu-skill-pass-3", "of-an-embedder"}})
	for path, size := range map[string]int{
		"/medals/client/osu-skill-pass-3.png": width, "/medals/client/osu-skill-pass-3@2x.png": 2 * width, "/medals/client/of-an-embedder.png": width,
	} {
		w := get(h, path, "")
		picture, err := png.Decode(w.Body)
		if w.Code != http.StatusOK || err != nil || picture.Bounds().Dx() != size || w.Header().Get("Content-Type") != "image/png" {
			t.Fatalf("%s: %d, %v", path, w.Code, err)
		}
		if _, _, _, alpha := picture.At(0, 0).RGBA(); alpha != 0 {
			t.Errorf("%s has corners", path)
		}
		if _, _, _, alpha := picture.At(size/2, size/2).RGBA(); alpha != 0xffff {
			t.Errorf("%s has a hole", path)
		}
		if again := get(h, path, w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.Code)
		}
	}
	for _, path := range []string{
		"/medals/client/osu-skill-pass-4.png", "/medals/client/osu-skill-pass-3.jpg", "/medals/client/osu-skill-pass-3", "/medals/client/.png",
		"/medals/client/%2e%2e%2fsecret.png", "/medals/client/@2x.png", "/medals/client/" + strings.Repeat("a", 65) + ".png",
	} {
		if w := get(h, path, ""); w.Code != http.StatusNotFound || w.Body.Len() != 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAllDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, file := range []string{
		"osu-skill-pass-1", "osu-skill-pass-10", "osu-skill-fc-1", "taiko-skill-pass-1", "fruits-skill-pass-1", "mania-skill-pass-1",
		"osu-combo-500", "osu-combo-750", "osu-combo-1000", "osu-combo-2000", "all-intro-suddendeath", "all-intro-hidden",
		"all-intro-perfect", "all-intro-hardrock", "all-intro-doubletime", "all-intro-flashlight", "all-intro-easy", "all-intro-nofail",
		"all-intro-nightcore", "all-intro-halftime", "all-intro-spunout", "something-else",
	} {
		picture := string(draw(file, 32))
		if other, taken := seen[picture]; taken {
			t.Errorf("%s looks like %s", file, other)
		}
		seen[picture] = file
		if !bytes.Equal(draw(file, 32), []byte(picture)) {
			t.Errorf("%s looks otherwise the second time", file)
		}
	}
}

func TestOwn(t *testing.T) {
	dir := t.TempDir()
	own := draw("mine", 16)
	for name, data := range map[string][]byte{
		"own.png": own, "text.png": []byte("<script>alert(1)</script>"), "empty.png": nil,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "leads-out.png")); err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, dir, nil)
	for path, code := range map[string]int{
		"/medals/client/own.png": 200, "/medals/client/own@2x.png": 200, "/medals/client/text.png": 404, "/medals/client/empty.png": 404,
		"/medals/client/leads-out.png": 404, "/medals/client/other.png": 404,
	} {
		w := get(h, path, "")
		if w.Code != code || code == 200 && !bytes.Equal(w.Body.Bytes(), own) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestUnavailable(t *testing.T) {
	s := &shelf{err: errors.New("gone")}
	h := newHandler(t, t.TempDir(), s)
	if w := get(h, "/medals/client/late.png", ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("while nobody knows: %d", w.Code)
	}
	s.files, s.err = []string{"late"}, nil
	if w := get(h, "/medals/client/late.png", ""); w.Code != http.StatusOK {
		t.Errorf("then: %d", w.Code)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("osu-skill-pass-1@2x.png")
	f.Add("../x.png")
	f.Fuzz(func(t *testing.T, name string) {
		if file, _, ok := parse(name); ok && (file == "" || len(file) > 64 || strings.ContainsAny(file, "./\\\x00 ")) {
			t.Errorf("%q is the picture of %q", name, file)
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		draw("osu-skill-pass-5", 2*width)
	}
}

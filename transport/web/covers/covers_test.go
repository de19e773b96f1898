package covers_test

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pure-peace/peace/transport/web/covers"
)

func TestCovers(t *testing.T) {
	seen := map[string]bool{}
	for cover := 1; cover <= covers.Number; cover++ {
		w := httptest.NewRecorder()
		covers.ServeHTTP(w, httptest.NewRequest("GET", "/user-covers/"+covers.Name(cover), nil))
		picture, err := jpeg.Decode(bytes.NewReader(w.Body.Bytes()))
		if w.Code != http.StatusOK || err != nil {
			t.Fatalf("cover %d: %d, %v", cover, w.Code, err)
		}
		if size := picture.Bounds().Size(); size.X != covers.Width || size.Y != covers.Height || w.Body.Len() > 100<<10 {
			t.Errorf("cover %d: %v in %d bytes", cover, size, w.Body.Len())
		}
		if seen[w.Body.String()] {
			t.Errorf("cover %d is another one, too", cover)
		}
		seen[w.Body.String()] = true
	}
	for _, path := range []string{"/user-covers/0.jpg", "/user-covers/9.jpg", "/user-covers/1.png", "/user-covers/", "/"} {
		w := httptest.NewRecorder()
		covers.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestOf(t *testing.T) {
	used := map[int]bool{}
	for id := int32(-20); id < 20; id++ {
		cover := covers.Of(id)
		if cover < 1 || cover > covers.Number || cover != covers.Of(id) {
			t.Errorf("user %d has cover %d", id, cover)
		}
		used[cover] = true
	}
	if len(used) != covers.Number {
		t.Errorf("%d covers are used", len(used))
	}
}

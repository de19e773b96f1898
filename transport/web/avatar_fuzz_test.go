package web

import (
	"strconv"
	"strings"
	"testing"
)

// FuzzAvatarID reads paths: what comes out names a file, and nothing but a number does.
func FuzzAvatarID(f *testing.F) {
	for _, path := range []string{"/1000", "/1000_1755000000.png", "/-1.jpg", "/99999999999999999999", "/../../peace.db", "//1", "/1%00", "/+1", "/", "/\xff"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		id, ok := avatarID(path)
		if n, err := strconv.ParseInt(id, 10, 32); ok && (err != nil || strconv.FormatInt(n, 10) != id || strings.ContainsAny(id, "/.\\")) {
			t.Errorf("%q names the file %q", path, id)
		}
	})
}

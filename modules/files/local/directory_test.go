package local_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/local"
)

// FuzzPath gives keys: each that is valid lies below the root, where nothing hidden is, and the way back leads to it alone.
func FuzzPath(f *testing.F) {
	for _, key := range []string{"a", "a/b", "a/b/c", "../a", ".new/x", "c4/x", "a//b", "a/b/c/d/e/f/g/h", "sha256/00", "a.", "+a/x", "a\x00"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if !files.ValidKey(key) {
			return
		}
		dir, name := local.Path(key)
		if p := path.Join(dir, name); !fs.ValidPath(p) || strings.HasPrefix(p, ".") || strings.ContainsAny(p, "\\:\x00") {
			t.Fatalf("%q lies at %q", key, p)
		}
		var back []string
		for part := range strings.SplitSeq(dir, "/") {
			if folder, ok := strings.CutPrefix(part, "+"); ok {
				back = append(back, folder)
			} else if len(part) != 2 || len(back) > 1 {
				t.Fatalf("%q lies in %q", key, dir)
			}
		}
		if again := strings.Join(append(back, name), "/"); again != key {
			t.Fatalf("%q comes back as %q", key, again)
		}
	})
}

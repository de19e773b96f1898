package screenshots

import (
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/files"
)

// FuzzParse reads links: what comes out names a blob among the screenshots of its owner, and only by its one name.
func FuzzParse(f *testing.F) {
	secret := strings.Repeat("a7", 13)
	for _, text := range []string{"1000-" + secret + ".jpg", "1000-" + secret + ".png", "0-" + secret + ".jpg", "1-" + secret + ".jpg/../x", "-", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, ok := parse(text)
		if !ok {
			return
		}
		if i.String() != text || !files.ValidKey(i.key()) || !strings.HasPrefix(i.key(), ownedBy(i.owner)) || strings.Count(i.key(), "/") != 2 {
			t.Errorf("%q names %q", text, i.key())
		}
	})
}

package ws

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func FuzzASCII(f *testing.F) {
	for _, text := range []string{"", "plain", "平和", "🎵é", "\u2028\u0000<>&", "\xff\xfe", "\U0010ffff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written, err := json.Marshal(map[string]string{"k": text})
		if err != nil {
			t.Fatal(err)
		}
		out := ascii(written)
		for _, b := range out {
			if b >= utf8.RuneSelf {
				t.Fatalf("%q becomes %q", text, out)
			}
		}
		var before, after map[string]string
		if json.Unmarshal(written, &before) != nil || json.Unmarshal(out, &after) != nil || before["k"] != after["k"] {
			t.Errorf("%q becomes %q", before["k"], after["k"])
		}
	})
}

func FuzzWord(f *testing.F) {
	for _, text := range []string{"", `{"event":"chat.start"}`, `{"event":7}`, "[]", "null", `{"EVENT":"chat.end"}`, "{"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if w := word(data); w != "" && !json.Valid(data) {
			t.Errorf("%q is %q", data, w)
		}
	})
}

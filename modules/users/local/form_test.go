package local

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUnicodeName(t *testing.T) {
	for _, test := range []struct{ typed, name, key string }{
		{"小林", "小林", "小林"},
		{"C\u0327a", "Ça", "ça"},
		{"ΩMEGA", "ΩMEGA", "ωmega"},
		{"ｐｅｐｐｙ小", "ｐｅｐｐｙ小", "peppy小"},
		{"straße", "straße", "strasse"}, // ASCII by its key
		{"नमस्ते दुनिया", "नमस्ते दुनिया", "नमस्ते दुनिया"},
		{"١٢٣", "١٢٣", "١٢٣"},
	} {
		name, key, problem := unicodeName(test.typed)
		if name != test.name || key != test.key {
			t.Errorf("%q is %q with key %q, want %q with %q", test.typed, name, key, test.name, test.key)
		}
		if ascii := isASCII(key); (problem != "") != ascii {
			t.Errorf("%q: %q", test.typed, problem)
		}
	}
}

func FuzzUnicodeName(f *testing.F) {
	for _, seed := range []string{"小林", "Ça", "\u202e", "ﷺ", strings.Repeat("ﷺ", 15), "\xff", "a\u0301\u0301", "ｐｅｐｐｙ", "İI", "ﬃ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, key, problem := unicodeName(typed)
		if problem != "" {
			return
		}
		if utf8.RuneCountInString(name) > maxName || utf8.RuneCountInString(key) > maxUnicodeKey {
			t.Errorf("%q does not fit its column", name)
		}
		if isASCII(key) || nameProblem(key, 2) == "" || nameProblem(name, 2) == "" {
			t.Errorf("%q could be a plain name", name)
		}
		again, sameKey, problem := unicodeName(name)
		if again != name || sameKey != key || problem != "" {
			t.Errorf("%q becomes %q, its key %q becomes %q: %s", name, again, key, sameKey, problem)
		}
		if _, keyOfKey, _ := unicodeName(key); keyOfKey != key && utf8.RuneCountInString(key) <= maxName {
			t.Errorf("the key %q has the key %q", key, keyOfKey)
		}
	})
}

func FuzzParseHash(f *testing.F) {
	f.Add(hash(md5hex("correct horse")))
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1 $$")
	f.Fuzz(func(t *testing.T, stored string) {
		h, err := parseHash(stored)
		if err != nil {
			return
		}
		if h.memory > maxHashMemory || h.time > maxHashTime || h.threads > maxHashThreads || len(h.key) > maxKeyLength {
			t.Errorf("%q costs too much", stored)
		}
	})
}

func TestPlainText(t *testing.T) {
	for _, reason := range []string{"\x00", "\xff", strings.Repeat("a", maxReason+1)} {
		if reasonProblem(reason) == "" {
			t.Errorf("%.10q is a reason", reason)
		}
	}
}

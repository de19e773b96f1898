package files

import "strings"

// ValidKey reports whether key can name a blob: one to eight parts between slashes, each of ASCII letters, digits and
// -_.,+=@, beginning with a letter or a digit and not ending in a dot, in all at most MaxKey bytes. Such a key is a path on
// every system, leads nowhere else, and is not hidden.
func ValidKey(key string) bool {
	if key == "" || len(key) > MaxKey {
		return false
	}
	parts, first := 1, true // first: the next byte begins a part
	for i := range len(key) {
		c := key[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			first = false
		case c == '/':
			if first || key[i-1] == '.' {
				return false
			}
			parts, first = parts+1, true
		case first:
			return false
		case c == '-', c == '_', c == '.', c == ',', c == '+', c == '=', c == '@':
		default:
			return false
		}
	}
	return !first && parts <= 8 && key[len(key)-1] != '.'
}

// contents is what the keys of blobs begin with that are named by their content. Nobody else writes there, or a name could lie.
const contents = "sha256/"

// WritableKey reports whether a blob may be written under key: it is valid, and not that of a content.
func WritableKey(key string) bool { return ValidKey(key) && !strings.HasPrefix(key, contents) }

// ContentKey returns the key of the blob whose bytes have this sha256 (in lower-case hexadecimal).
func ContentKey(sha256 string) string { return contents + sha256 }

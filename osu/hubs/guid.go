package hubs

import (
	"bytes"
	"encoding/hex"
	"errors"

	"github.com/tinylib/msgp/msgp"
)

// GUID is a unique id. Its bytes are in the order of its text form.
type GUID [16]byte

// guidLength is the length of the text form.
const guidLength = 36

var errGUID = errors.New("not a GUID")

// ParseGUID reads the text form, "6f9619ff-8b86-d011-b42d-00c04fc964ff", in either case.
func ParseGUID(text string) (GUID, error) {
	if len(text) != guidLength {
		return GUID{}, errGUID
	}
	return parseGUID([]byte(text))
}

func parseGUID(text []byte) (g GUID, err error) {
	if len(text) != guidLength || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return GUID{}, errGUID
	}
	var digits [32]byte
	n := copy(digits[:], text[:8])
	for _, at := range [...]int{9, 14, 19} {
		n += copy(digits[n:], text[at:at+4])
	}
	copy(digits[n:], text[24:])
	if _, err := hex.Decode(g[:], digits[:]); err != nil {
		return GUID{}, errGUID
	}
	return g, nil
}

// String returns the text form, in lower case.
func (g GUID) String() string {
	text := g.text()
	return string(text[:])
}

func (g GUID) text() (text [guidLength]byte) {
	out := hex.AppendEncode(text[:0], g[:4])
	for _, at := range [...]int{4, 6, 8} {
		out = append(out, '-')
		out = hex.AppendEncode(out, g[at:at+2])
	}
	out = append(out, '-')
	hex.AppendEncode(out, g[10:])
	return text
}

// compare orders GUIDs.
func (g GUID) compare(other GUID) int { return bytes.Compare(g[:], other[:]) }

func (g GUID) appendTo(b []byte) []byte {
	text := g.text()
	return msgp.AppendStringFromBytes(b, text[:])
}

func (r *reader) guid() GUID {
	if r.err != nil {
		return GUID{}
	}
	text, o, err := msgp.ReadStringZC(r.b)
	r.took(o, err)
	if r.err != nil {
		return GUID{}
	}
	g, err := parseGUID(text)
	if err != nil {
		r.fail(err)
	}
	return g
}

// readOnlyGUID reads an object whose only member is a GUID.
func readOnlyGUID(r *reader) (g GUID) {
	n := r.begin()
	if n > 0 {
		g = r.guid()
	}
	r.rest(n - 1)
	return g
}

package memory

import (
	"slices"
	"testing"
)

// A list of ids in a damaged journal is refused, or read as something that is written in the same way.
func FuzzUnpackIDs(f *testing.F) {
	f.Add(packIDs([]uint64{1, 2, 300, 1 << 60}))
	f.Add([]byte{})
	f.Add([]byte{0x80})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, packed []byte) {
		ids, ok := unpackIDs(packed)
		if !ok {
			return
		}
		if again, ok := unpackIDs(packIDs(ids)); !ok || !slices.Equal(again, ids) {
			t.Errorf("%v was read again as %v, %v", ids, again, ok)
		}
	})
}

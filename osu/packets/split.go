package packets

import (
	"encoding/binary"
	"fmt"
	"iter"
)

// Limit returns the largest payload, in bytes, that a reader accepts in packets with the given id.
type Limit func(id ID) int

// ClientLimit is the limit of a server that reads a client: 2^14 bytes, and 2^18 for the one packet that lists file names.
// Source: Lekuruu/chio.py chio/clients.
func ClientLimit(id ID) int {
	if id == IDBeatmapInfoRequest {
		return 1 << 18
	}
	return 1 << 14
}

// ServerLimit is the limit of a client that reads a server: 2^20 bytes, which is more than the fullest list takes.
func ServerLimit(ID) int { return 1 << 20 }

// Split yields the packets of body in order, known and unknown alike, and allocates nothing. Payloads are parts of body, capped
// so that appending to one does not reach the next.
//
// When the rest of body is not a packet within limit, Split yields the packet's ID, as far as it could be read, with an error
// that wraps [ErrTruncated], [ErrTooLarge] or [ErrCompressed], and ends: nothing after a damaged header can be found again. The
// packets before it stand.
func Split(body []byte, limit Limit) iter.Seq2[Raw, error] {
	return func(yield func(Raw, error) bool) {
		for rest := body; len(rest) > 0; {
			p, n, err := first(rest, limit)
			if !yield(p, err) || err != nil {
				return
			}
			rest = rest[n:]
		}
	}
}

// first returns the packet at the front of b and how many bytes it takes.
func first(b []byte, limit Limit) (p Raw, n int, err error) {
	if len(b) < headerSize {
		return Raw{}, 0, fmt.Errorf("%w: %d bytes of a header", ErrTruncated, len(b))
	}
	p.ID = ID(binary.LittleEndian.Uint16(b))
	length := uint64(binary.LittleEndian.Uint32(b[3:]))
	switch {
	case b[2] != 0:
		return p, 0, fmt.Errorf("%w: flag %d of %v", ErrCompressed, b[2], p.ID)
	case length > uint64(limit(p.ID)):
		return p, 0, fmt.Errorf("%w: %d bytes announced for %v", ErrTooLarge, length, p.ID)
	case length > uint64(len(b)-headerSize):
		return p, 0, fmt.Errorf("%w: %d of %d bytes of %v", ErrTruncated, len(b)-headerSize, length, p.ID)
	}
	n = headerSize + int(length)
	p.Payload = b[headerSize:n:n]
	return p, n, nil
}

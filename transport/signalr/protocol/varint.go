package protocol

// maxVarint is how many bytes the length of a message may have; lengths fit in 31 bits.
const maxVarint = 5

// varint reads a length: seven bits a byte, the lowest first, the highest bit says that more follow.
func varint(b []byte) (length uint64, n int, err error) {
	for n < maxVarint {
		if n == len(b) {
			return 0, 0, ErrShort
		}
		length |= uint64(b[n]&0x7f) << (7 * n)
		n++
		if b[n-1] < 0x80 {
			if length > 1<<31-1 {
				return 0, 0, ErrInvalid
			}
			return length, n, nil
		}
	}
	return 0, 0, ErrInvalid
}

func varintSize(length uint64) int {
	n := 1
	for ; length >= 0x80; length >>= 7 {
		n++
	}
	return n
}

func putVarint(b []byte, length uint64) {
	for i := range b {
		b[i] = byte(length) | 0x80
		length >>= 7
	}
	b[len(b)-1] &= 0x7f
}

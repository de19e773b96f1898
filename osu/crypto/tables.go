package crypto

import "math/bits"

// tables are computed once, from the definition: 8.5 KiB that hold a round's substitution and mixing in one step.
var tables = makeTables()

type lookup struct {
	box, unbox [256]byte
	mix, unmix [4][256]uint32 // for a byte in each of the four rows
}

func makeTables() *lookup {
	t := new(lookup)
	// p runs through all bytes but zero as powers of 3, q as its inverses.
	for p, q := byte(1), byte(1); ; {
		p ^= double(p)
		q ^= q << 1 // divides by 3
		q ^= q << 2
		q ^= q << 4
		if q&0x80 != 0 {
			q ^= 0x09
		}
		t.box[p] = q ^ bits.RotateLeft8(q, 1) ^ bits.RotateLeft8(q, 2) ^ bits.RotateLeft8(q, 3) ^ bits.RotateLeft8(q, 4) ^ 0x63
		if p == 1 {
			break
		}
	}
	t.box[0] = 0x63
	for i, b := range t.box {
		t.unbox[b] = byte(i)
	}
	for i := range 256 {
		mixed := column(t.box[i], 2, 1, 1, 3)
		unmixed := column(t.unbox[i], 14, 9, 13, 11)
		for row := range 4 {
			t.mix[row][i] = bits.RotateLeft32(mixed, -8*row)
			t.unmix[row][i] = bits.RotateLeft32(unmixed, -8*row)
		}
	}
	return t
}

// column returns the products of b with four constants, the first in the highest byte.
func column(b byte, factors ...byte) (c uint32) {
	for _, f := range factors {
		c = c<<8 | uint32(multiply(b, f))
	}
	return c
}

// double multiplies by x in the field of 256 elements, modulo x⁸ + x⁴ + x³ + x + 1.
func double(b byte) byte {
	if b&0x80 != 0 {
		return b<<1 ^ 0x1b
	}
	return b << 1
}

func multiply(a, b byte) (product byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			product ^= a
		}
		a = double(a)
	}
	return product
}

// substitute puts each byte of a word through the box.
func substitute(w uint32) uint32 {
	return uint32(tables.box[w>>24])<<24 | uint32(tables.box[w>>16&0xff])<<16 |
		uint32(tables.box[w>>8&0xff])<<8 | uint32(tables.box[w&0xff])
}

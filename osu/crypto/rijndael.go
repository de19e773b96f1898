package crypto

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
)

// BlockSize is the length of a block in bytes.
const BlockSize = 32

const (
	columns = BlockSize / 4
	rounds  = 14 // with blocks of 256 bits, whatever the length of the key
)

// ErrKeySize says that a key is not 16, 24 or 32 bytes long.
var ErrKeySize = errors.New("crypto: a key is 16, 24 or 32 bytes long")

// schedule holds the round keys, a word for each column.
type schedule [(rounds + 1) * columns]uint32

// rijndael is the cipher with one key.
type rijndael struct{ forward, backward schedule }

// NewCipher returns Rijndael with blocks of 256 bits and a key of 16, 24 or 32 bytes. It is safe for concurrent use.
func NewCipher(key []byte) (cipher.Block, error) {
	if len(key) != 16 && len(key) != 24 && len(key) != 32 {
		return nil, fmt.Errorf("%w, not %d", ErrKeySize, len(key))
	}
	c := new(rijndael)
	c.forward = expand(key)
	c.backward = invert(&c.forward)
	return c, nil
}

// expand makes the round keys.
func expand(key []byte) (w schedule) {
	n := len(key) / 4
	for i := range n {
		w[i] = binary.BigEndian.Uint32(key[4*i:])
	}
	constant := byte(1)
	for i := n; i < len(w); i++ {
		t := w[i-1]
		switch {
		case i%n == 0:
			t = substitute(t<<8|t>>24) ^ uint32(constant)<<24
			constant = double(constant)
		case n > 6 && i%n == 4:
			t = substitute(t)
		}
		w[i] = w[i-n] ^ t
	}
	return w
}

// invert returns the round keys in the order of decryption. Those in the middle are unmixed once here, so that each round of
// decryption is like one of encryption.
func invert(w *schedule) (inverse schedule) {
	for r := range rounds + 1 {
		for i := range columns {
			k := w[(rounds-r)*columns+i]
			if r != 0 && r != rounds {
				k = tables.unmix[0][tables.box[k>>24]] ^ tables.unmix[1][tables.box[k>>16&0xff]] ^
					tables.unmix[2][tables.box[k>>8&0xff]] ^ tables.unmix[3][tables.box[k&0xff]]
			}
			inverse[r*columns+i] = k
		}
	}
	return inverse
}

func (*rijndael) BlockSize() int { return BlockSize }

// Encrypt encrypts the first block of src into dst, which may be the same. It panics when either is shorter than a block, as
// the ciphers of the standard library do.
func (c *rijndael) Encrypt(dst, src []byte) {
	// The rows of a block are rotated by 0, 1, 3 and 4 columns.
	c.crypt(dst, src, &c.forward, &tables.mix, &tables.box, 1, 3, 4)
}

// Decrypt is the inverse of Encrypt.
func (c *rijndael) Decrypt(dst, src []byte) {
	c.crypt(dst, src, &c.backward, &tables.unmix, &tables.unbox, columns-1, columns-3, columns-4)
}

func (*rijndael) crypt(dst, src []byte, keys *schedule, mix *[4][256]uint32, box *[256]byte, row1, row2, row3 int) {
	_, _ = src[BlockSize-1], dst[BlockSize-1]
	var s, t [columns]uint32
	for i := range s {
		s[i] = binary.BigEndian.Uint32(src[4*i:]) ^ keys[i]
	}
	k := columns
	for range rounds - 1 {
		for i := range t {
			t[i] = mix[0][s[i]>>24] ^ mix[1][s[(i+row1)%columns]>>16&0xff] ^
				mix[2][s[(i+row2)%columns]>>8&0xff] ^ mix[3][s[(i+row3)%columns]&0xff] ^ keys[k+i]
		}
		s = t
		k += columns
	}
	for i := range t {
		t[i] = uint32(box[s[i]>>24])<<24 | uint32(box[s[(i+row1)%columns]>>16&0xff])<<16 |
			uint32(box[s[(i+row2)%columns]>>8&0xff])<<8 | uint32(box[s[(i+row3)%columns]&0xff])
		binary.BigEndian.PutUint32(dst[4*i:], t[i]^keys[k+i])
	}
}

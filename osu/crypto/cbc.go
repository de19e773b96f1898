package crypto

import (
	"crypto/cipher"
	"errors"
	"fmt"
)

// What can be wrong with a sealed text.
var (
	ErrIVSize  = errors.New("crypto: an initialisation vector is 32 bytes long")
	ErrLength  = errors.New("crypto: a sealed text is one or more whole blocks")
	ErrPadding = errors.New("crypto: the padding is wrong: another key or another vector sealed the text")
)

// Seal pads a text to whole blocks and encrypts it. The key is 16, 24 or 32 bytes long, the vector 32.
func Seal(key, iv, text []byte) ([]byte, error) {
	c, err := prepare(key, iv)
	if err != nil {
		return nil, err
	}
	pad := BlockSize - len(text)%BlockSize
	sealed := make([]byte, len(text)+pad)
	for i := copy(sealed, text); i < len(sealed); i++ {
		sealed[i] = byte(pad)
	}
	cipher.NewCBCEncrypter(c, iv).CryptBlocks(sealed, sealed)
	return sealed, nil
}

// Open returns the text that Seal sealed. It does not change sealed. A wrong key or vector is noticed by the padding alone,
// once in 255 times not at all.
func Open(key, iv, sealed []byte) ([]byte, error) {
	c, err := prepare(key, iv)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || len(sealed)%BlockSize != 0 {
		return nil, fmt.Errorf("%w, not %d bytes", ErrLength, len(sealed))
	}
	text := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(c, iv).CryptBlocks(text, sealed)
	pad := int(text[len(text)-1])
	if pad == 0 || pad > BlockSize {
		return nil, ErrPadding
	}
	for _, b := range text[len(text)-pad:] {
		if int(b) != pad {
			return nil, ErrPadding
		}
	}
	return text[:len(text)-pad], nil
}

func prepare(key, iv []byte) (cipher.Block, error) {
	c, err := NewCipher(key)
	if err == nil && len(iv) != BlockSize {
		err = fmt.Errorf("%w, not %d", ErrIVSize, len(iv))
	}
	return c, err
}

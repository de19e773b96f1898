package crypto_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu/crypto"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	exampleKey   = "2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfe"
	examplePlain = "3243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c8"
)

func TestBlock(t *testing.T) {
	for _, tc := range []struct{ name, key, want string }{
		// Keys of 192 bits share their schedule with those of 128, so TestRoundTrip is enough for them.
		{"256-bit key", exampleKey, "a49406115dfb30a40418aafa4869b7c6a886ff31602a7dd19c889dc64f7e4e7a"},
		{"128-bit key", exampleKey[:32], "7d15479076b69a46ffb3b3beae97ad8313f622f67fedb487de9f06b9ed9c8f19"},
	} {
		c, err := crypto.NewCipher(unhex(t, tc.key))
		if err != nil {
			t.Fatal(err)
		}
		block := unhex(t, examplePlain)
		c.Encrypt(block, block)
		if got := hex.EncodeToString(block); got != tc.want {
			t.Errorf("%s: encrypted is %s, want %s", tc.name, got, tc.want)
		}
		c.Decrypt(block, block)
		if got := hex.EncodeToString(block); got != examplePlain {
			t.Errorf("%s: decrypted is %s, want %s", tc.name, got, examplePlain)
		}
	}
}

// vector is 00, 01, … 1f.
func vector() []byte {
	iv := make([]byte, crypto.BlockSize)
	for i := range iv {
		iv[i] = byte(i)
	}
	return iv
}

func TestSeal(t *testing.T) {
	key := []byte("osu!-scoreburgr---------20250815")
	sealed, err := crypto.Seal(key, vector(), []byte("peace"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "5NUqsnfTwXt3iZiRA6mtetJtXYytWzV9wzfZeuZrHj0="
	if got := base64.StdEncoding.EncodeToString(sealed); got != want {
		t.Errorf("sealed is %s, want %s", got, want)
	}
	before := bytes.Clone(sealed)
	if text, err := crypto.Open(key, vector(), sealed); err != nil || string(text) != "peace" {
		t.Errorf("opened is %q, %v", text, err)
	}
	if !bytes.Equal(before, sealed) {
		t.Error("opening changed what was sealed")
	}
}

func TestRoundTrip(t *testing.T) {
	for _, keySize := range []int{16, 24, 32} {
		key := bytes.Repeat([]byte{0xa7, 3, 91}, 11)[:keySize]
		for n := range 100 {
			text := bytes.Repeat([]byte{byte(n), 0, 32}, 34)[:n]
			sealed, err := crypto.Seal(key, vector(), text)
			if err != nil {
				t.Fatal(err)
			}
			if want := n/32*32 + 32; len(sealed) != want {
				t.Errorf("%d bytes are sealed as %d, want %d", n, len(sealed), want)
			}
			if opened, err := crypto.Open(key, vector(), sealed); err != nil || !bytes.Equal(opened, text) {
				t.Errorf("key of %d bytes: %q came back as %q, %v", keySize, text, opened, err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	key, iv := bytes.Repeat([]byte{7}, 32), vector()
	sealed, err := crypto.Seal(key, iv, []byte(strings.Repeat("x", 40)))
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(sealed)
	other[len(other)-33] ^= 0x40 // of the last block's padding in CBC
	for _, tc := range []struct {
		name            string
		key, iv, sealed []byte
		want            error
	}{
		{"no key", nil, iv, sealed, crypto.ErrKeySize},
		{"a long key", append(key, 1), iv, sealed, crypto.ErrKeySize},
		{"no vector", key, nil, sealed, crypto.ErrIVSize},
		{"AES's vector", key, iv[:16], sealed, crypto.ErrIVSize},
		{"nothing", key, iv, nil, crypto.ErrLength},
		{"half a block", key, iv, sealed[:48], crypto.ErrLength},
		{"a block too few", key, iv, sealed[:32], crypto.ErrPadding},
		{"changed padding", key, iv, other, crypto.ErrPadding},
		{"another key", key[:16], iv, sealed, crypto.ErrPadding},
	} {
		if _, err := crypto.Open(tc.key, tc.iv, tc.sealed); !errors.Is(err, tc.want) {
			t.Errorf("%s: error is %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := crypto.Seal(key, iv[1:], nil); !errors.Is(err, crypto.ErrIVSize) {
		t.Errorf("sealing with a short vector: error is %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("osu!-scoreburgr---------20250815"), vector(), unhex(f, "e4d52ab277d3c17b7789989103a9ad7ad26d5d8cad5b357dc337d97ae66b1e3d"))
	f.Add([]byte("sixteen byte key"), vector(), make([]byte, 64))
	f.Add([]byte("a key of twenty-four !!!"), vector(), []byte("short"))
	f.Fuzz(func(t *testing.T, key, iv, data []byte) {
		// Whatever is sealed opens; whatever opens seals to the same.
		if sealed, err := crypto.Seal(key, iv, data); err == nil {
			if opened, err := crypto.Open(key, iv, sealed); err != nil || !bytes.Equal(opened, data) {
				t.Fatalf("%x came back as %x, %v", data, opened, err)
			}
		}
		text, err := crypto.Open(key, iv, data)
		if err != nil {
			return
		}
		if again, err := crypto.Seal(key, iv, text); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x sealed again is %x, %v", data, again, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	key := []byte("osu!-scoreburgr---------20250815")
	sealed, err := crypto.Seal(key, vector(), make([]byte, 152))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(sealed)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := crypto.Open(key, vector(), sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBlock(b *testing.B) {
	c, err := crypto.NewCipher(unhex(b, exampleKey))
	if err != nil {
		b.Fatal(err)
	}
	block := unhex(b, examplePlain)
	for name, crypt := range map[string]func(dst, src []byte){"encrypt": c.Encrypt, "decrypt": c.Decrypt} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(crypto.BlockSize)
			for b.Loop() {
				crypt(block, block)
			}
		})
	}
}

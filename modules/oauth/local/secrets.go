package local

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secretLength is that of a token, a code or an application's secret, in characters: 256 bits.
const secretLength = 43

// newSecret returns what nobody can guess. It has no character that URLs, forms or lazer's configuration file would change.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hash is the form in which a secret is kept. It needs neither salt nor work: there is nothing to guess in 256 random bits.
func hash(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

// same reports whether a secret is the one of the hash, in a time that tells nothing.
func same(secret string, kept []byte) bool {
	sum := hash(secret)
	return subtle.ConstantTimeCompare(sum[:], kept) == 1
}

// newLine returns the name of a line of tokens.
func newLine() []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return b
}

// newMailCode returns 8 hexadecimal digits, which is what lazer's form takes.
func newMailCode() string {
	b := make([]byte, 4)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// key is what must not be in the database. It encrypts the secrets of authenticators, which have to be read again, and keys the
// hashes of codes that are short enough to be guessed.
type key struct {
	aead cipher.AEAD
	mac  []byte
}

func newKey(secret []byte) (key, error) {
	derive := func(use string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte("peace oauth " + use))
		return h.Sum(nil)
	}
	block, err := aes.NewCipher(derive("encryption"))
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	return key{aead, derive("codes")}, err
}

// seal encrypts a secret of a user.
func (k key) seal(userID int32, secret []byte) []byte {
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return k.aead.Seal(nonce, nonce, secret, owner(userID))
}

// open decrypts it. One that was sealed for another user does not open.
func (k key) open(userID int32, sealed []byte) ([]byte, error) {
	if len(sealed) < k.aead.NonceSize() {
		return nil, errors.New("oauth: a sealed secret is cut")
	}
	nonce, text := sealed[:k.aead.NonceSize()], sealed[k.aead.NonceSize():]
	secret, err := k.aead.Open(nil, nonce, text, owner(userID))
	if err != nil {
		return nil, errors.New("oauth: a sealed secret does not open with this key")
	}
	return secret, nil
}

func owner(userID int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(userID)) }

// codeMAC is the form in which a short code is kept: use is what it is for, and id whose it is.
func (k key) codeMAC(use string, id int64, code string) []byte {
	h := hmac.New(sha256.New, k.mac)
	fmt.Fprintf(h, "%s\x00%d\x00%s", use, id, code)
	return h.Sum(nil)
}

// keyBytes is the length of the secret in a key file, which holds it in hexadecimal.
const keyBytes = 32

// loadKey reads the key file, and makes it when it is missing.
func loadKey(path string) (key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(path); err != nil {
			return key{}, err
		}
		text, err = os.ReadFile(path) // perhaps that of another process that starts as well
	}
	if err != nil {
		return key{}, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != keyBytes {
		return key{}, fmt.Errorf("%s does not hold %d hexadecimal digits", path, 2*keyBytes)
	}
	return newKey(secret)
}

// makeKey writes a new key, readable by this user alone, unless there is one meanwhile. Nobody reads half a key: the file has its
// name only when it is complete.
func makeKey(path string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".oauth-key-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	_, err = f.WriteString(hex.EncodeToString(secret) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

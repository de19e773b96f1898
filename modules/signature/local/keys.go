package local

import (
	"cmp"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/signature"
)

const (
	idLength   = 16 // hex digits
	maxKeys    = 1000
	maxKeyFile = 4 << 10 // bytes

	// A key is in a file named by the time of its making, in UTC, and its id, so that names sort by age:
	// 20261121T081530.123456Z-0123456789abcdef.pem.
	timeLayout = "20060102T150405.000000Z"
	extension  = ".pem"
	blockType  = "PRIVATE KEY"
)

// key is a key pair.
type key struct {
	private ed25519.PrivateKey
	public  signature.Key
}

func newPair(private ed25519.PrivateKey, at time.Time) key {
	public := private.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(public)
	return key{private, signature.Key{
		ID: hex.EncodeToString(sum[:])[:idLength], Public: public, CreatedAt: at.UTC().Truncate(time.Microsecond),
	}}
}

func (k key) fileName() string {
	return k.public.CreatedAt.Format(timeLayout) + "-" + k.public.ID + extension
}

// newKey makes a key and a file with it. When it returns, the file survives a loss of power.
func newKey(dir string, at time.Time) (_ key, err error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return key{}, err
	}
	k := newPair(private, at)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return key{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return key{}, err
	}
	// Under another name until it is complete: nobody ever reads half a key. CreateTemp makes the file for its owner alone.
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return key{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = pem.Encode(f, &pem.Block{Type: blockType, Bytes: der})
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return key{}, err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, k.fileName())); err != nil {
		return key{}, err
	}
	// The key exists from here on, so that nothing is removed any more: a directory that cannot be synced is only less
	// durable.
	return k, syncDir(dir)
}

// syncDir makes the names in a directory durable. Windows has no such thing and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readKeys returns the keys of a directory, newest first. A directory that does not exist has none. Files of other names are
// somebody else's; a key that others can read, or that is damaged, fails the whole.
func readKeys(dir string) ([]key, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var keys []key
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") || filepath.Ext(entry.Name()) != extension {
			continue
		}
		if len(keys) == maxKeys {
			return nil, fmt.Errorf("%s: holds more than %d keys", dir, maxKeys)
		}
		path := filepath.Join(dir, entry.Name())
		k, err := readKey(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(b.public.CreatedAt.Compare(a.public.CreatedAt), cmp.Compare(b.public.ID, a.public.ID))
	})
	return keys, nil
}

// readKey reads one file. No error contains any of its content.
func readKey(path string) (key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return key{}, err
	}
	switch {
	case !info.Mode().IsRegular():
		return key{}, errors.New("not a file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return key{}, fmt.Errorf("others can read or write this private key (mode %04o): chmod 600 it", info.Mode().Perm())
	case info.Size() > maxKeyFile:
		return key{}, errors.New("too large for a key")
	}
	made, id, ok := strings.Cut(strings.TrimSuffix(filepath.Base(path), extension), "-")
	at, err := time.Parse(timeLayout, made)
	if !ok || err != nil {
		return key{}, fmt.Errorf("must be named TIME-ID%s with a time such as %s", extension, timeLayout)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return key{}, err
	}
	block, rest := pem.Decode(content)
	if block == nil || block.Type != blockType || len(strings.TrimSpace(string(rest))) > 0 {
		return key{}, errors.New("does not hold one PEM block " + blockType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return key{}, errors.New("is not a PKCS #8 key")
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return key{}, errors.New("is not an ed25519 key")
	}
	k := newPair(private, at)
	if k.public.ID != id {
		return key{}, fmt.Errorf("holds the key %s: was it renamed?", k.public.ID)
	}
	return k, nil
}

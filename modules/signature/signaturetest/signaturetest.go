// Package signaturetest is the conformance suite of the signature contract: what it asks, every implementation must answer,
// in this process or behind a peer. It makes new keys; do not run it on a server whose keys matter.
package signaturetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/signature"
)

// Run runs the whole suite.
func Run(t *testing.T, s signature.Service) {
	t.Run("Keys", func(t *testing.T) { testKeys(t, s) })
	t.Run("Sign", func(t *testing.T) { testSign(t, s) })
	t.Run("Verify", func(t *testing.T) { testVerify(t, s) })
	t.Run("Limit", func(t *testing.T) { testLimit(t, s) })
	t.Run("Rotate", func(t *testing.T) { testRotate(t, s) })
	t.Run("Ownership", func(t *testing.T) { testOwnership(t, s) })
	t.Run("Together", func(t *testing.T) { testTogether(t, s) })
}

var message = []byte("a replay, or something like it")

func testKeys(t *testing.T, s signature.Service) {
	all := keys(t, s)
	if len(all) == 0 {
		t.Fatal("there is no key")
	}
	for i, k := range all {
		sum := sha256.Sum256(k.Public)
		if len(k.Public) != ed25519.PublicKeySize || k.ID != hex.EncodeToString(sum[:8]) {
			t.Errorf("key %s of %d bytes", k.ID, len(k.Public))
		}
		if k.CreatedAt.IsZero() || k.CreatedAt.Location() != time.UTC {
			t.Errorf("key %s was made at %v", k.ID, k.CreatedAt)
		}
		if i > 0 && k.CreatedAt.After(all[i-1].CreatedAt) {
			t.Errorf("key %s is newer than the one before it", k.ID)
		}
	}
}

// testSign checks signatures as an outsider would, who has nothing but the public keys.
func testSign(t *testing.T, s signature.Service) {
	current := keys(t, s)[0]
	for _, m := range [][]byte{nil, {}, {0}, message, bytes.Repeat([]byte{0xff}, signature.MaxMessage)} {
		sig := sign(t, s, m)
		if sig.KeyID != current.ID || !ed25519.Verify(current.Public, m, sig.Bytes) {
			t.Errorf("the signature of %d bytes does not hold", len(m))
		}
		if err := s.Verify(t.Context(), m, sig); err != nil {
			t.Errorf("%d bytes: %v", len(m), err)
		}
	}
}

func testVerify(t *testing.T, s signature.Service) {
	sig := sign(t, s, message)
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*signature.Signature)) signature.Signature {
		c := signature.Signature{KeyID: sig.KeyID, Bytes: slices.Clone(sig.Bytes)}
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		message []byte
		sig     signature.Signature
	}{
		"another message":  {[]byte("something else"), sig},
		"no message":       {nil, sig},
		"a flipped bit":    {message, changed(func(s *signature.Signature) { s.Bytes[7] ^= 1 })},
		"no bytes":         {message, changed(func(s *signature.Signature) { s.Bytes = nil })},
		"cut":              {message, changed(func(s *signature.Signature) { s.Bytes = s.Bytes[:63] })},
		"too long":         {message, changed(func(s *signature.Signature) { s.Bytes = append(s.Bytes, 0) })},
		"no key":           {message, changed(func(s *signature.Signature) { s.KeyID = "" })},
		"an unknown key":   {message, changed(func(s *signature.Signature) { s.KeyID = "0123456789abcdef" })},
		"a path as key":    {message, changed(func(s *signature.Signature) { s.KeyID = "../../etc/passwd" })},
		"a stranger's key": {message, changed(func(s *signature.Signature) { s.Bytes = ed25519.Sign(stranger, message) })},
		"nothing":          {message, signature.Signature{}},
	} {
		if err := s.Verify(t.Context(), test.message, test.sig); !errors.Is(err, signature.ErrBadSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testLimit(t *testing.T, s signature.Service) {
	long := make([]byte, signature.MaxMessage+1)
	if _, err := s.Sign(t.Context(), long); !errors.Is(err, signature.ErrTooLarge) {
		t.Error(err)
	}
	if err := s.Verify(t.Context(), long, sign(t, s, nil)); !errors.Is(err, signature.ErrTooLarge) {
		t.Error(err)
	}
}

func testRotate(t *testing.T, s signature.Service) {
	before := keys(t, s)
	old := sign(t, s, message)
	made := []signature.Key{rotate(t, s), rotate(t, s)}
	slices.Reverse(made)
	if diff := cmp.Diff(append(made, before...), keys(t, s)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if sig := sign(t, s, message); sig.KeyID != made[0].ID {
		t.Errorf("%s signs, not the newest key", sig.KeyID)
	}
	if err := s.Verify(t.Context(), message, old); err != nil {
		t.Errorf("what the old key signed: %v", err)
	}
	mixed := signature.Signature{KeyID: made[0].ID, Bytes: old.Bytes}
	if err := s.Verify(t.Context(), message, mixed); !errors.Is(err, signature.ErrBadSignature) {
		t.Errorf("the old signature under the new key: %v", err)
	}
}

// testOwnership makes sure that what is returned belongs to the caller.
func testOwnership(t *testing.T, s signature.Service) {
	clear(rotate(t, s).Public)
	clear(keys(t, s)[0].Public)
	if err := s.Verify(t.Context(), message, sign(t, s, message)); err != nil {
		t.Error(err)
	}
	testKeys(t, s)
}

func testTogether(t *testing.T, s signature.Service) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 10 {
				if i == 5 {
					if _, err := s.Rotate(t.Context()); err != nil {
						t.Error(err)
					}
				}
				sig, err := s.Sign(t.Context(), message)
				if err != nil {
					t.Error(err)
				}
				if err := s.Verify(t.Context(), message, sig); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	testKeys(t, s)
}

func keys(t *testing.T, s signature.Service) []signature.Key {
	t.Helper()
	all, err := s.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sign(t *testing.T, s signature.Service, m []byte) signature.Signature {
	t.Helper()
	sig, err := s.Sign(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func rotate(t *testing.T, s signature.Service) signature.Key {
	t.Helper()
	k, err := s.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

package local

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/signature"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t testing.TB, dir string) *Service {
	t.Helper()
	s, err := New(t.Context(), Config{Dir: dir}, Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files returns the names in the directory, oldest key first.
func files(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestKeysStay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "some", "keys")
	first := newService(t, dir)
	old, err := first.Sign(t.Context(), []byte("m"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	newest, err := first.Sign(t.Context(), []byte("m"))
	if err != nil {
		t.Fatal(err)
	}
	again := newService(t, dir)
	for _, sig := range []signature.Signature{old, newest} {
		if err := again.Verify(t.Context(), []byte("m"), sig); err != nil {
			t.Error(err)
		}
	}
	if sig, err := again.Sign(t.Context(), nil); err != nil || sig.KeyID != newest.KeyID {
		t.Errorf("%s signs, want %s; %v", sig.KeyID, newest.KeyID, err)
	}
	names := files(t, dir)
	if len(names) != 2 {
		t.Fatalf("the directory has %v", names)
	}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %v, %v", info.Mode(), err)
	}
}

// TestOtherProcess has two services on one directory.
func TestOtherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		ours := newService(t, dir)
		theirs := newService(t, dir)
		verify := func() error {
			t.Helper()
			sig, err := theirs.Sign(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return ours.Verify(t.Context(), nil, sig)
		}
		if err := verify(); err != nil {
			t.Errorf("with a shared key: %v", err)
		}
		for range 2 {
			if _, err := theirs.Rotate(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(rereadEvery)
			if err := verify(); err != nil {
				t.Errorf("after they rotated: %v", err)
			}
		}

		// Unknown keys do not make the directory be read all the time.
		if _, err := theirs.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := verify(); !errors.Is(err, signature.ErrBadSignature) {
			t.Errorf("at once: %v", err)
		}
		time.Sleep(rereadEvery)
		if err := verify(); err != nil {
			t.Errorf("a moment later: %v", err)
		}

		// The newest key of all signs, whoever made it.
		made, err := ours.Rotate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all, err := theirs.Keys(t.Context())
		if err != nil || len(all) != 5 || all[0].ID != made.ID {
			t.Errorf("%d keys, %v", len(all), err)
		}
		if sig, err := theirs.Sign(t.Context(), nil); err != nil || sig.KeyID != made.ID {
			t.Errorf("%s signs, want %s; %v", sig.KeyID, made.ID, err)
		}

		// A key that the operator removes is gone, and a directory that vanishes leaves what is known.
		if err := os.Remove(filepath.Join(dir, files(t, dir)[0])); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rereadEvery)
		if all, err := theirs.Keys(t.Context()); err != nil || len(all) != 4 {
			t.Errorf("%d keys, %v", len(all), err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rereadEvery)
		if all, err := theirs.Keys(t.Context()); err != nil || len(all) != 4 {
			t.Errorf("%d keys, %v", len(all), err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil { // for the clean-up
			t.Fatal(err)
		}
	})
}

// TestClockSetBack makes sure that a new key signs although an older one claims to be from the future.
func TestClockSetBack(t *testing.T) {
	dir := t.TempDir()
	future, err := newKey(dir, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t, dir)
	made, err := s.Rotate(t.Context())
	if err != nil || !made.CreatedAt.After(future.public.CreatedAt) {
		t.Errorf("made at %v after %v, %v", made.CreatedAt, future.public.CreatedAt, err)
	}
	for _, s := range []*Service{s, newService(t, dir)} {
		if sig, err := s.Sign(t.Context(), nil); err != nil || sig.KeyID != made.ID {
			t.Errorf("%s signs, want %s; %v", sig.KeyID, made.ID, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(t *testing.T, path string)
		says  string
	}{
		"readable by others": {func(t *testing.T, path string) { check(t, os.Chmod(path, 0o644)) }, "chmod 600"},
		"cut":                {func(t *testing.T, path string) { check(t, os.Truncate(path, 40)) }, "PEM"},
		"another kind of block": {func(t *testing.T, path string) {
			check(t, os.WriteFile(path, []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), 0o600))
		}, "PEM"},
		"no PKCS #8": {func(t *testing.T, path string) {
			check(t, os.WriteFile(path, []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), 0o600))
		}, "PKCS #8"},
		"huge": {func(t *testing.T, path string) { check(t, os.Truncate(path, 1<<20)) }, "too large"},
		"renamed": {func(t *testing.T, path string) {
			check(t, os.Rename(path, filepath.Join(filepath.Dir(path), "key.pem")))
		}, "named"},
		"other id": {func(t *testing.T, path string) { check(t, os.Rename(path, strings.TrimSuffix(path, ".pem")+"0.pem")) }, "renamed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			newService(t, dir)
			test.spoil(t, filepath.Join(dir, files(t, dir)[0]))
			_, err := New(t.Context(), Config{Dir: dir}, Deps{Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.HasPrefix(err.Error(), "dir: ") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error is %v", err)
			}
		})
	}
	check(t, DefaultConfig().Validate())
	if _, err := New(t.Context(), Config{}, Deps{}); err == nil || !strings.HasPrefix(err.Error(), "dir: ") {
		t.Error(err)
	}
}

// TestLeftovers passes over what a crash or an editor leaves in the directory.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	newService(t, dir)
	for _, name := range []string{".new-123", ".old.pem", "README"} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte("-----BEGIN"), 0o644))
	}
	if all, err := newService(t, dir).Keys(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d keys, %v", len(all), err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkSign(b *testing.B) {
	s, message := newService(b, b.TempDir()), make([]byte, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Sign(b.Context(), message); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	s, message := newService(b, b.TempDir()), make([]byte, 256)
	sig, err := s.Sign(b.Context(), message)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Verify(b.Context(), message, sig); err != nil {
			b.Fatal(err)
		}
	}
}

package local_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/buckettest"
	"github.com/pure-peace/peace/modules/files/local"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("PEACE_TEST_FILES_CRASH"); dir != "" {
		crash(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

func directory(t testing.TB) local.Config {
	t.Helper()
	cfg := local.DefaultConfig()
	cfg.Dir = t.TempDir()
	return cfg
}

func bucket(store *buckettest.Store) local.Config {
	cfg := local.DefaultConfig()
	cfg.Engine = local.S3
	cfg.S3.Endpoint, cfg.S3.Bucket, cfg.S3.Prefix = store.URL, store.Bucket, "peace/"
	cfg.S3.Region, cfg.S3.AccessKey, cfg.S3.Secret = buckettest.Region, buckettest.AccessKey, buckettest.Secret
	return cfg
}

func open(t testing.TB, cfg local.Config) *local.Service {
	t.Helper()
	s, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func begin(t *testing.T, s files.Service, key string, data []byte) string {
	t.Helper()
	upload, err := s.Begin(t.Context(), key)
	if err == nil {
		err = s.Append(t.Context(), upload, 0, data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return upload
}

// unfinished returns what lies in the directory of files that are being written.
func unfinished(t *testing.T, cfg local.Config) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(cfg.Dir, ".new"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// TestExpiry says that an upload is forgotten an hour after its last piece, with its room.
func TestExpiry(t *testing.T) {
	cfg := directory(t)
	cfg.Uploads, cfg.UploadBytes = 2, files.MaxPiece+10
	synctest.Test(t, func(t *testing.T) {
		s, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()

		idle, busy := begin(t, s, "idle", make([]byte, 20)), begin(t, s, "busy", []byte("one"))
		want(t, s.Append(t.Context(), busy, 3, make([]byte, files.MaxPiece)), files.ErrFull)
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		if err := s.Append(t.Context(), busy, 3, []byte("two")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(21 * time.Minute)
		synctest.Wait()
		want(t, s.Append(t.Context(), idle, 20, []byte("x")), files.ErrNoUpload)
		if err := s.Append(t.Context(), busy, 6, make([]byte, files.MaxPiece)); err != nil {
			t.Errorf("the room of the one that is gone is not given back: %v", err)
		}
		if _, err := s.Commit(t.Context(), busy, ""); err != nil {
			t.Error(err)
		}
		for range 3 { // commits and refusals give it back as well
			upload := begin(t, s, "again", make([]byte, files.MaxPiece))
			if _, err := s.Commit(t.Context(), upload, strings.Repeat("0", 64)); !errors.Is(err, files.ErrMismatch) {
				t.Error(err)
			}
		}
		if left := unfinished(t, cfg); len(left) != 0 {
			t.Errorf("left: %q", left)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestClose says that what is under way at the end leaves nothing behind.
func TestClose(t *testing.T) {
	cfg := directory(t)
	s, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	begin(t, s, "a", []byte("x"))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left := unfinished(t, cfg); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

// TestSweepDirectory says that a start clears away what others left, and not what others may be at.
func TestSweepDirectory(t *testing.T) {
	cfg := directory(t)
	s := open(t, cfg)
	synctest.Test(t, func(t *testing.T) {
		for name, age := range map[string]time.Duration{"old": 3 * time.Hour, "new": time.Minute} {
			name = filepath.Join(cfg.Dir, ".new", name)
			at := time.Now().Add(-age)
			if err := errors.Join(os.WriteFile(name, []byte("x"), 0o600), os.Chtimes(name, at, at)); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		if left := unfinished(t, cfg); len(left) != 1 || left[0] != "new" {
			t.Errorf("left: %q", left)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if left := unfinished(t, cfg); len(left) != 0 {
			t.Errorf("left after hours: %q", left)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestCleanedUp says that directories may be removed while the service runs: it makes them again.
func TestCleanedUp(t *testing.T) {
	cfg := directory(t)
	s := open(t, cfg)
	for range 2 {
		for _, key := range []string{"a", "a/b", "a/b/c", "a/b/c/d/e"} {
			if _, err := s.Put(t.Context(), key, []byte(key)); err != nil {
				t.Fatal(err)
			}
			if data, err := files.Load(t.Context(), s, key, 100); err != nil || string(data) != key {
				t.Errorf("%s is %q, %v", key, data, err)
			}
		}
		entries, err := os.ReadDir(cfg.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Name() == ".new" {
				continue
			}
			if err := os.RemoveAll(filepath.Join(cfg.Dir, entry.Name())); err != nil {
				t.Fatal(err)
			}
		}
		want(t, s.Check(t.Context()), nil)
	}
}

// TestLinks says that a link in the directory does not lead out of it.
func TestLinks(t *testing.T) {
	cfg := directory(t)
	s := open(t, cfg)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, "+a"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(cfg.Dir, "+a", "+b")); err != nil {
		t.Skip(err)
	}
	if data, err := files.Load(t.Context(), s, "a/b/secret", 100); err == nil {
		t.Errorf("%q is read", data)
	}
	if _, err := s.Put(t.Context(), "a/b/new", []byte("x")); err == nil {
		t.Error("something is written")
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("outside there is %v, %v", entries, err)
	}
}

func TestDirectoryIsGone(t *testing.T) {
	cfg := directory(t)
	s := open(t, cfg)
	want(t, s.Check(t.Context()), nil)
	if err := os.RemoveAll(cfg.Dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("the check does not notice")
	}
	cfg.Dir = filepath.Join(cfg.Dir, "file")
	if err := errors.Join(os.MkdirAll(filepath.Dir(cfg.Dir), 0o750), os.WriteFile(cfg.Dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.HasPrefix(err.Error(), "dir: ") {
		t.Errorf("error is %v", err)
	}
}

// crash writes blobs and uploads until it is killed, and tells of each one that it was acknowledged.
func crash(dir string) {
	cfg := local.DefaultConfig()
	cfg.Dir = dir
	ctx := context.Background()
	s, err := local.New(ctx, cfg, local.Deps{Log: slog.New(slog.DiscardHandler)})
	for i := 0; err == nil; i++ {
		content := bytes.Repeat([]byte{byte(i)}, 50_000)
		var blob files.Blob
		if blob, err = s.Put(ctx, fmt.Sprint("put/", i), content); err == nil {
			fmt.Println(blob.Key, blob.SHA256) // to the test that started this
			blob, err = files.Write(ctx, s, fmt.Sprint("written/", i), bytes.NewReader(bytes.Repeat(content, 30)), 1<<30)
			fmt.Println(blob.Key, blob.SHA256)
		}
	}
	os.Exit(1)
}

// TestKilled kills a process while it writes: what it acknowledged is whole, and nothing else is half there.
func TestKilled(t *testing.T) {
	cfg := directory(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), "PEACE_TEST_FILES_CRASH="+cfg.Dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := make(map[string]string)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		key, sum, _ := strings.Cut(lines.Text(), " ")
		acknowledged[key] = sum
		if len(acknowledged) == 20 {
			_ = child.Process.Kill()
		}
	}
	_ = child.Wait()
	if len(acknowledged) < 20 {
		t.Fatalf("the process ended by itself after %d blobs", len(acknowledged))
	}
	s := open(t, cfg)
	all, err := s.List(t.Context(), "", "", files.MaxBatch)
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range all {
		data, err := files.Load(t.Context(), s, blob.Key, files.MaxBlob)
		if err != nil || len(data) != 50_000 && len(data) != 1_500_000 || bytes.Count(data, data[:1]) != len(data) {
			t.Errorf("%s has %d bytes, %v", blob.Key, len(data), err)
		}
		again, err := files.Write(t.Context(), s, "again", bytes.NewReader(data), files.MaxBlob)
		if sum, ok := acknowledged[blob.Key]; err != nil || ok && sum != again.SHA256 {
			t.Errorf("%s is %s, was acknowledged as %s, %v", blob.Key, again.SHA256, sum, err)
		}
		delete(acknowledged, blob.Key)
	}
	if len(acknowledged) != 0 {
		t.Errorf("lost: %v", acknowledged)
	}
}

func TestBucketConfig(t *testing.T) {
	store := buckettest.New(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(buckettest.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := bucket(store)
	cfg.S3.Secret, cfg.S3.SecretFile = "", secret
	s := open(t, cfg)
	if _, err := s.Put(t.Context(), "a", []byte("x")); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*local.S3Config){
		"s3.bucket":      func(c *local.S3Config) { c.Bucket = "another" },
		"s3.secret_file": func(c *local.S3Config) { c.Secret, c.SecretFile = "", "nowhere" },
		"s3":             func(c *local.S3Config) { c.Secret = "wrong" },
	} {
		cfg := bucket(store)
		edit(&cfg.S3)
		_, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), buckettest.Secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBucketFails(t *testing.T) {
	store := buckettest.New(t)
	var status int
	var refused func(r *http.Request) bool
	store.Fail = func(r *http.Request) int {
		if refused != nil && refused(r) {
			return status
		}
		return 0
	}
	s := open(t, bucket(store))
	if _, err := s.Put(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	// A part that did not get through may be sent again.
	parts := 0
	piece := bytes.Repeat([]byte("p"), files.MaxPiece)
	upload, err := s.Begin(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	status, refused = http.StatusBadRequest, func(r *http.Request) bool {
		if r.URL.Query().Has("partNumber") {
			parts++
		}
		return parts == 1
	}
	for i := range 9 {
		err := s.Append(t.Context(), upload, int64(i*files.MaxPiece), piece)
		if (err != nil) != (i == 7) {
			t.Errorf("piece %d: %v", i, err)
		}
		if err != nil {
			refused = nil
			if err := s.Append(t.Context(), upload, int64(i*files.MaxPiece), piece); err != nil {
				t.Error(err)
			}
		}
	}
	// And an upload that fails in the end is gone.
	refused = func(r *http.Request) bool { return r.Method == http.MethodPost }
	if _, err := s.Commit(t.Context(), upload, ""); err == nil {
		t.Error("a commit that the store refused succeeds")
	}
	if _, err := s.Commit(t.Context(), upload, ""); !errors.Is(err, files.ErrNoUpload) || store.Uploads() != 0 {
		t.Errorf("%v, %d uploads in the store", err, store.Uploads())
	}

	status, refused = http.StatusInsufficientStorage, func(*http.Request) bool { return true }
	_, err = s.Put(t.Context(), "b", []byte("x"))
	want(t, err, files.ErrFull)
	status = http.StatusServiceUnavailable
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Put(ctx, "b", []byte("x"))
	want(t, err, context.Canceled)
	for name, call := range map[string]func() error{
		"Put":    func() error { _, err := s.Put(t.Context(), "b", []byte("x")); return err },
		"Stat":   func() error { _, err := s.Stat(t.Context(), []string{"a", "b"}); return err },
		"Read":   func() error { _, err := files.Load(t.Context(), s, "a", 10); return err },
		"List":   func() error { _, err := s.List(t.Context(), "", "", 10); return err },
		"Delete": func() error { return s.Delete(t.Context(), []string{"a"}) },
		"Check":  func() error { return s.Check(t.Context()) },
	} {
		if err := call(); err == nil || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused = nil
	if data, err := files.Load(t.Context(), s, "a", 10); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestSweepBucket(t *testing.T) {
	store := buckettest.New(t)
	s := open(t, bucket(store))
	piece := make([]byte, files.MaxPiece)
	start := func(key string) {
		t.Helper()
		upload := begin(t, s, key, piece)
		for i := 1; i < 9; i++ {
			if err := s.Append(t.Context(), upload, int64(i*files.MaxPiece), piece); err != nil {
				t.Fatal(err)
			}
		}
	}
	start("old")
	if _, err := s.Put(t.Context(), "kept", nil); err != nil {
		t.Fatal(err)
	}
	store.Add("peace/.new/old", []byte("x"))
	store.Age(25 * time.Hour)
	store.Add("peace/.new/new", []byte("x"))
	start("new")
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if objects := fmt.Sprint(store.Objects()); objects != "[peace/.new/new peace/kept]" || store.Uploads() != 1 {
		t.Errorf("left: %s and %d uploads", objects, store.Uploads())
	}
	if blobs, err := s.List(t.Context(), "", "", 10); err != nil || len(blobs) != 1 {
		t.Errorf("listed: %v, %v", blobs, err)
	}
}

func TestConfig(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	s3 := bucket(&buckettest.Store{URL: "https://example.com", Bucket: "b"})
	if err := s3.Validate(); err != nil {
		t.Error(err)
	}
	for key, edit := range map[string]func(*local.Config){
		"engine":        func(c *local.Config) { c.Engine = "tape" },
		"dir":           func(c *local.Config) { c.Engine, c.Dir = local.Directory, "" },
		"uploads":       func(c *local.Config) { c.Uploads = 0 },
		"upload_bytes":  func(c *local.Config) { c.UploadBytes = 1000 },
		"s3.endpoint":   func(c *local.Config) { c.S3.Endpoint = "example.com" },
		"s3.bucket":     func(c *local.Config) { c.S3.Bucket = "" },
		"s3.access_key": func(c *local.Config) { c.S3.AccessKey = "" },
		"s3.secret":     func(c *local.Config) { c.S3.Secret = "" },
		"s3.prefix":     func(c *local.Config) { c.S3.Prefix = "/x" },
		"s3.timeout":    func(c *local.Config) { c.S3.Timeout = time.Millisecond },
	} {
		c := s3
		edit(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

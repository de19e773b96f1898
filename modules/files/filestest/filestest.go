// Package filestest is the conformance suite of the files contract: what it asks, every implementation must answer, in this
// process or behind a peer.
package filestest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/files"
)

// Subject is what is examined.
type Subject struct {
	Files files.Service

	// Uploads is how many uploads can be under way, when that is few enough to try; 0 means that it is not. Nobody else may
	// use the service then.
	Uploads int
}

// Run runs the whole suite. It leaves nothing behind.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Put", testPut},
		{"Keys", testKeys},
		{"Content", testContent},
		{"Read", testRead},
		{"Stat", testStat},
		{"Delete", testDelete},
		{"List", testList},
		{"Upload", testUpload},
		{"UploadOfContent", testUploadOfContent},
		{"UploadRefusals", testUploadRefusals},
		{"UploadBounds", testUploadBounds},
		{"Bounds", testBounds},
		{"Replace", testReplace},
		{"Write", testWrite},
		{"Reader", testReader},
		{"Archive", testArchive},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// folder returns the beginning of keys that are a test's own, and removes what it leaves there.
func folder(t *testing.T, s Subject) string {
	t.Helper()
	prefix := "test-" + strings.ToLower(rand.Text()) + "/"
	t.Cleanup(func() { forget(t, s, prefix) })
	return prefix
}

func forget(t *testing.T, s Subject, prefix string) {
	ctx := t.Context()
	if ctx.Err() != nil { // it is, during cleanup
		ctx = detached{ctx}
	}
	for {
		blobs, err := s.Files.List(ctx, prefix, "", files.MaxBatch)
		if err != nil {
			t.Error(err)
			return
		}
		if len(blobs) == 0 {
			return
		}
		if err := s.Files.Delete(ctx, keysOf(blobs)); err != nil {
			t.Error(err)
			return
		}
	}
}

// noise returns n bytes that are the same in every run.
func noise(n int, seed uint64) []byte {
	r := mathrand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	data := make([]byte, n)
	_, _ = r.Read(data)
	return data
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func keysOf(blobs []files.Blob) []string {
	keys := make([]string, len(blobs))
	for i, blob := range blobs {
		keys[i] = blob.Key
	}
	return keys
}

func put(t *testing.T, s Subject, key string, data []byte) files.Blob {
	t.Helper()
	blob, err := s.Files.Put(t.Context(), key, data)
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	wantBlob(t, blob, key, data)
	return blob
}

// wantBlob checks what is said of a blob that was written a moment ago.
func wantBlob(t *testing.T, blob files.Blob, key string, data []byte) {
	t.Helper()
	if blob.Key != key || blob.Size != int64(len(data)) || blob.SHA256 != "" && blob.SHA256 != sumOf(data) {
		t.Errorf("blob is %+v, want %s of %d bytes and %s", blob, key, len(data), sumOf(data))
	}
	if age := time.Since(blob.StoredAt); age < -time.Hour || age > time.Hour || blob.StoredAt.Location() != time.UTC {
		t.Errorf("%s is stored at %v", key, blob.StoredAt)
	}
}

// wantBytes checks the bytes of a blob, and that they come in pieces.
func wantBytes(t *testing.T, s Subject, key string, data []byte) {
	t.Helper()
	if got := read(t, s, key, 0, 0); !bytes.Equal(got, data) {
		t.Errorf("%s has %d bytes (%.20q…), want %d (%.20q…)", key, len(got), got, len(data), data)
	}
}

func read(t *testing.T, s Subject, key string, offset, length int64) []byte {
	t.Helper()
	var got []byte
	for piece, err := range s.Files.Read(t.Context(), key, offset, length) {
		if err != nil {
			t.Fatalf("read %s from %d: %v", key, offset, err)
		}
		if len(piece) > files.MaxPiece {
			t.Errorf("a piece has %d bytes", len(piece))
		}
		got = append(got, piece...)
	}
	return got
}

func wantNone(t *testing.T, s Subject, key string) {
	t.Helper()
	if blobs, err := s.Files.Stat(t.Context(), []string{key}); err != nil || len(blobs) != 0 {
		t.Errorf("%s is there: %v, %v", key, blobs, err)
	}
	calls := 0
	for piece, err := range s.Files.Read(t.Context(), key, 0, 0) {
		if calls++; !errors.Is(err, files.ErrNotFound) || len(piece) > 0 {
			t.Errorf("reading %s gives %d bytes and %v", key, len(piece), err)
		}
	}
	if calls != 1 {
		t.Errorf("reading %s, which is not there, yields %d times", key, calls)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func testPut(t *testing.T, s Subject) {
	prefix := folder(t, s)
	for _, size := range []int{0, 1, 60_000, files.MaxPiece} {
		key, data := prefix+"a.bin", noise(size, uint64(size))
		put(t, s, key, data)
		wantBytes(t, s, key, data)
		kept := bytes.Clone(data)
		if len(data) > 0 {
			data[0]++ // arguments are not kept
		}
		wantBytes(t, s, key, kept)
	}
	if _, err := s.Files.Put(t.Context(), prefix+"a.bin", noise(files.MaxPiece+1, 0)); err == nil {
		t.Error("a piece that is too large is taken")
	} else {
		want(t, err, files.ErrTooLarge)
	}
}

func testKeys(t *testing.T, s Subject) {
	prefix := folder(t, s)
	var keys []string
	for _, key := range []string{
		"a", "a/b", "a/b/c", "a/b/c/d", "a/b/c/d/e/f/g", "a-b", "a.b", "B", "b=,@+_-", "00", "c4", "c4/x", "new", "tmp",
		strings.Repeat("x", files.MaxKey-len(prefix)),
	} {
		put(t, s, prefix+key, []byte(key)) // a key may be the beginning of another
		keys = append(keys, prefix+key)
	}
	for _, key := range keys {
		wantBytes(t, s, key, []byte(strings.TrimPrefix(key, prefix)))
	}
	slices.Sort(keys)
	listed, err := s.Files.List(t.Context(), prefix, "", files.MaxBatch)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keys, keysOf(listed)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	for _, key := range []string{
		"/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", ".new/a", "a.", "a./b", "-a", "+a", "a/+b", "_a", "a b", "a\x00", "a\\b",
		"ä", "a%2e", "a:b", "~a", "a/b/c/d/e/f/g/h/i", strings.Repeat("x", files.MaxKey+1), "\xff", "a\n",
	} {
		_, err := s.Files.Put(t.Context(), key, nil)
		if !errors.Is(err, files.ErrBadKey) && key != "\xff" { // which is no text, and refused on the way
			t.Errorf("putting %q: %v", key, err)
		}
		if _, err := s.Files.Begin(t.Context(), key); err == nil {
			t.Errorf("%q can be uploaded", key)
		}
		if key == "\xff" {
			continue
		}
		wantNone(t, s, key)
		if err := s.Files.Delete(t.Context(), []string{key}); err != nil {
			t.Errorf("deleting %q: %v", key, err)
		}
	}
}

func testContent(t *testing.T, s Subject) {
	data := noise(1000, uint64(time.Now().UnixNano()))
	data = append(data, rand.Text()...) // nobody else has this
	key := files.ContentKey(sumOf(data))
	t.Cleanup(func() { forget(t, s, key) })
	wantNone(t, s, key)
	for range 2 {
		blob, err := s.Files.Put(t.Context(), "", data)
		if err != nil {
			t.Fatal(err)
		}
		wantBlob(t, blob, key, data)
		if blob.SHA256 == "" {
			t.Error("a blob named by its content has none")
		}
	}
	wantBytes(t, s, key, data)
	for _, name := range []string{key, "sha256/x", "sha256/x/y"} { // which are nobody's to give
		_, err := s.Files.Put(t.Context(), name, []byte("x"))
		want(t, err, files.ErrBadKey)
		_, err = s.Files.Begin(t.Context(), name)
		want(t, err, files.ErrBadKey)
	}
}

func testRead(t *testing.T, s Subject) {
	prefix := folder(t, s)
	data := noise(3*files.MaxPiece+17, 1)
	key := prefix + "large"
	if _, err := files.Write(t.Context(), s.Files, key, bytes.NewReader(data), files.MaxBlob); err != nil {
		t.Fatal(err)
	}
	size := int64(len(data))
	for _, r := range []struct{ offset, length int64 }{
		{0, 0}, {0, 1}, {1, 0}, {5, 10}, {size - 1, 0}, {size - 1, 5}, {size, 0}, {size, 5}, {size + 100, 0}, {files.MaxPiece - 1, 2},
		{files.MaxPiece, files.MaxPiece + 1}, {0, size}, {0, size + 1}, {0, -1}, {-5, 0}, {7, 1 << 62},
	} {
		first := min(max(r.offset, 0), size)
		last := size
		if r.length > 0 && r.length < size-first {
			last = first + r.length
		}
		if got := read(t, s, key, r.offset, r.length); !bytes.Equal(got, data[first:last]) {
			t.Errorf("%d bytes from %d: got %d, want %d", r.length, r.offset, len(got), last-first)
		}
	}
	for piece, err := range s.Files.Read(t.Context(), key, 0, 0) { // which may end early
		if err != nil || len(piece) == 0 {
			t.Errorf("the first piece has %d bytes, %v", len(piece), err)
		}
		break
	}
	put(t, s, prefix+"empty", nil)
	for piece, err := range s.Files.Read(t.Context(), prefix+"empty", 0, 0) {
		t.Errorf("an empty blob yields %q, %v", piece, err)
	}
	wantNone(t, s, prefix+"nothing")
}

func testStat(t *testing.T, s Subject) {
	prefix := folder(t, s)
	var keys []string
	for _, name := range []string{"b", "c", "a"} {
		put(t, s, prefix+name, []byte(name+name))
		keys = append(keys, prefix+name)
	}
	asked := slices.Concat([]string{prefix + "0", "..", ""}, keys, []string{prefix + "d", keys[0]})
	blobs, err := s.Files.Stat(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(slices.Clone(keys), keys[0]), keysOf(blobs)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	for _, blob := range blobs {
		name := strings.TrimPrefix(blob.Key, prefix)
		wantBlob(t, blob, blob.Key, []byte(name+name))
	}
	if blobs, err := s.Files.Stat(t.Context(), nil); err != nil || len(blobs) != 0 {
		t.Errorf("nothing is %v, %v", blobs, err)
	}
}

func testDelete(t *testing.T, s Subject) {
	prefix := folder(t, s)
	a, b, c := prefix+"a", prefix+"b", prefix+"a/c"
	for range 2 {
		for _, key := range []string{a, b, c} {
			put(t, s, key, []byte(key))
		}
		for range 2 {
			if err := s.Files.Delete(t.Context(), []string{a, prefix + "nothing", "../x"}); err != nil {
				t.Fatal(err)
			}
			wantNone(t, s, a)
			wantBytes(t, s, b, []byte(b))
			wantBytes(t, s, c, []byte(c))
		}
	}
	if err := s.Files.Delete(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func testList(t *testing.T, s Subject) {
	prefix := folder(t, s)
	var keys []string
	for _, name := range []string{
		"0", "1", "10", "2", "a", "a-", "a.txt", "a/1", "a/2", "a/10", "a/b/1", "a/b/2", "a/bc", "a/c/d/1", "a0", "a0/x", "b/x/1", "b/y/1", "c/x/y/1", "z",
	} {
		keys = append(keys, prefix+name)
		put(t, s, prefix+name, []byte(name))
	}
	slices.Sort(keys)
	for _, c := range []struct {
		prefix, after string
		limit         int
	}{
		{"", "", 1000}, {"", "", 3}, {"", "a", 4}, {"", "a/b/1", 1000}, {"", "a/b", 2}, {"a", "", 1000}, {"a/", "", 1000}, {"a/", "", 1}, {"a/b", "", 1000},
		{"a/b/", "a/b/1", 1000}, {"a/b/", "a/b/2", 1000}, {"", "z", 10}, {"", "zz", 10}, {"a/1", "", 10}, {"b", "b/x", 10}, {"b", "b/x/1", 10}, {"none", "", 10},
		{"none/at/all/", "", 10}, {"a//", "", 10}, {"a/../a/", "", 10}, {"c/x/y", "", 10}, {"a0", "a", 10}, {"c", "a", 10}, {"a", "c", 10},
	} {
		var expected []string
		for _, key := range keys {
			name := strings.TrimPrefix(key, prefix)
			if strings.HasPrefix(name, c.prefix) && name > c.after && len(expected) < c.limit {
				expected = append(expected, key)
			}
		}
		after := ""
		if c.after != "" {
			after = prefix + c.after
		}
		blobs, err := s.Files.List(t.Context(), prefix+c.prefix, after, c.limit)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if diff := cmp.Diff(expected, keysOf(blobs), cmp.Transformer("none", func(s []string) []string { return append([]string{}, s...) })); diff != "" && (len(expected) > 0 || len(blobs) > 0) {
			t.Errorf("%+v (-want +got):\n%s", c, diff)
		}
		for _, blob := range blobs {
			wantBlob(t, blob, blob.Key, []byte(strings.TrimPrefix(blob.Key, prefix)))
		}
	}
	var paged []string
	for after := ""; ; {
		blobs, err := s.Files.List(t.Context(), prefix, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(blobs) == 0 {
			break
		}
		paged = append(paged, keysOf(blobs)...)
		after = blobs[len(blobs)-1].Key
	}
	if diff := cmp.Diff(keys, paged); diff != "" {
		t.Errorf("by pages (-want +got):\n%s", diff)
	}
}

func testBounds(t *testing.T, s Subject) {
	many := make([]string, files.MaxBatch+1)
	for i := range many {
		many[i] = "x"
	}
	_, err := s.Files.Stat(t.Context(), many)
	want(t, err, files.ErrTooLarge)
	want(t, s.Files.Delete(t.Context(), many), files.ErrTooLarge)
	for _, limit := range []int{-1, 0, files.MaxBatch + 1} {
		_, err := s.Files.List(t.Context(), "", "", limit)
		want(t, err, files.ErrTooLarge)
	}
	long := strings.Repeat("x", files.MaxKey+1)
	_, err = s.Files.List(t.Context(), long, "", 1)
	want(t, err, files.ErrTooLarge)
	_, err = s.Files.List(t.Context(), "", long, 1)
	want(t, err, files.ErrTooLarge)
}

// testReplace reads a blob while it is replaced: what comes is always one of both.
func testReplace(t *testing.T, s Subject) {
	prefix := folder(t, s)
	key := prefix + "a"
	versions := [][]byte{noise(100_000, 1), noise(50_000, 2)}
	put(t, s, key, versions[0])
	var writers sync.WaitGroup
	for _, data := range versions {
		writers.Go(func() {
			for range 20 {
				if _, err := s.Files.Put(t.Context(), key, data); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		writers.Wait()
		close(done)
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		got := read(t, s, key, 0, 0)
		if !bytes.Equal(got, versions[0]) && !bytes.Equal(got, versions[1]) {
			t.Fatalf("%d bytes that nobody wrote", len(got))
		}
	}
}

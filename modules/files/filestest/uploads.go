package filestest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/pure-peace/peace/modules/files"
)

// detached is a context without its end, for what comes after a test.
type detached struct{ context.Context }

func (detached) Deadline() (time.Time, bool) { return time.Time{}, false }
func (detached) Done() <-chan struct{}       { return nil }
func (detached) Err() error                  { return nil }

func begin(t *testing.T, s Subject, key string) string {
	t.Helper()
	upload, err := s.Files.Begin(t.Context(), key)
	if err != nil {
		t.Fatalf("begin %s: %v", key, err)
	}
	return upload
}

// send uploads data in pieces.
func send(t *testing.T, s Subject, upload string, data []byte, piece int) {
	t.Helper()
	for offset := 0; offset < len(data); offset += piece {
		if err := s.Files.Append(t.Context(), upload, int64(offset), data[offset:min(offset+piece, len(data))]); err != nil {
			t.Fatalf("append at %d: %v", offset, err)
		}
	}
}

func testUpload(t *testing.T, s Subject) {
	prefix := folder(t, s)
	for _, size := range []int{0, 10, files.MaxPiece, 9*files.MaxPiece + 5, 20 * files.MaxPiece} { // stores have parts of 5 MiB and more
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			key, data := fmt.Sprint(prefix, "sub/", size), noise(size, 3)
			old := put(t, s, key, []byte("old"))
			upload := begin(t, s, key)
			send(t, s, upload, data, files.MaxPiece-3)
			wantBytes(t, s, key, []byte("old")) // until it is complete
			blob, err := s.Files.Commit(t.Context(), upload, sumOf(data))
			if err != nil {
				t.Fatal(err)
			}
			wantBlob(t, blob, old.Key, data)
			if blob.SHA256 == "" {
				t.Error("the store does not tell the sha256 of what it has just read")
			}
			wantBytes(t, s, key, data)
			want(t, s.Files.Append(t.Context(), upload, int64(size), []byte("x")), files.ErrNoUpload)
			_, err = s.Files.Commit(t.Context(), upload, "")
			want(t, err, files.ErrNoUpload)
			if err := s.Files.Abort(t.Context(), upload); err != nil {
				t.Error(err)
			}
			wantBytes(t, s, key, data)
		})
	}
}

func testUploadOfContent(t *testing.T, s Subject) {
	for _, size := range []int{100, 9 * files.MaxPiece} {
		data := noise(size, uint64(time.Now().UnixNano()))
		data = append(data, t.Name()+time.Now().String()...)
		key := files.ContentKey(sumOf(data))
		t.Cleanup(func() { forget(t, s, key) })
		for range 2 {
			upload := begin(t, s, "")
			send(t, s, upload, data, files.MaxPiece)
			blob, err := s.Files.Commit(t.Context(), upload, strings.ToUpper(sumOf(data)))
			if err != nil {
				t.Fatal(err)
			}
			wantBlob(t, blob, key, data)
			wantBytes(t, s, key, data)
		}
	}
}

func testUploadRefusals(t *testing.T, s Subject) {
	prefix := folder(t, s)
	key := prefix + "a"
	ctx := t.Context()

	upload := begin(t, s, key)
	for range 2 {
		send(t, s, upload, []byte("one"), 10)
	}
	if err := s.Files.Append(ctx, upload, 3, []byte("two")); err != nil {
		t.Fatal(err)
	}
	for range 3 { // the answer may have been lost
		if err := s.Files.Append(ctx, upload, 3, []byte("two")); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []struct {
		offset int64
		data   string
	}{{0, "one"}, {3, "Two"}, {3, "tw"}, {3, "twoo"}, {4, "x"}, {7, "x"}, {-1, "x"}, {1 << 60, "x"}} {
		want(t, s.Files.Append(ctx, upload, bad.offset, []byte(bad.data)), files.ErrMismatch)
	}
	want(t, s.Files.Append(ctx, upload, 6, noise(files.MaxPiece+1, 0)), files.ErrTooLarge)
	if _, err := s.Files.Commit(ctx, upload, ""); err != nil {
		t.Fatal(err)
	}
	wantBytes(t, s, key, []byte("onetwo"))

	upload = begin(t, s, key)
	send(t, s, upload, []byte("three"), 10)
	_, err := s.Files.Commit(ctx, upload, sumOf([]byte("tree")))
	want(t, err, files.ErrMismatch)
	_, err = s.Files.Commit(ctx, upload, sumOf([]byte("three")))
	want(t, err, files.ErrNoUpload)
	wantBytes(t, s, key, []byte("onetwo"))

	upload = begin(t, s, prefix+"b")
	send(t, s, upload, noise(9*files.MaxPiece, 1), files.MaxPiece)
	for range 2 {
		if err := s.Files.Abort(ctx, upload); err != nil {
			t.Error(err)
		}
	}
	want(t, s.Files.Append(ctx, upload, 9*files.MaxPiece, nil), files.ErrNoUpload)
	wantNone(t, s, prefix+"b")

	for _, name := range []string{"", "nothing", "../../etc/passwd"} {
		want(t, s.Files.Append(ctx, name, 0, nil), files.ErrNoUpload)
		_, err = s.Files.Commit(ctx, name, "")
		want(t, err, files.ErrNoUpload)
		if err := s.Files.Abort(ctx, name); err != nil {
			t.Error(err)
		}
	}
}

func testUploadBounds(t *testing.T, s Subject) {
	if s.Uploads == 0 {
		t.Skip("nobody says how many uploads there can be")
	}
	prefix := folder(t, s)
	var open []string
	for i := range s.Uploads {
		open = append(open, begin(t, s, fmt.Sprint(prefix, i)))
	}
	_, err := s.Files.Begin(t.Context(), prefix+"more")
	want(t, err, files.ErrFull)
	if err := s.Files.Abort(t.Context(), open[0]); err != nil {
		t.Fatal(err)
	}
	open[0] = begin(t, s, prefix+"more")
	for _, upload := range open {
		if _, err := s.Files.Commit(t.Context(), upload, ""); err != nil {
			t.Error(err)
		}
	}
	if err := s.Files.Abort(t.Context(), begin(t, s, prefix+"again")); err != nil {
		t.Error(err)
	}
}

func testWrite(t *testing.T, s Subject) {
	prefix := folder(t, s)
	for i, size := range []int{0, 10, files.MaxPiece, files.MaxPiece + 1, 9*files.MaxPiece + 3} {
		key, data := fmt.Sprint(prefix, i), noise(size, 5)
		blob, err := files.Write(t.Context(), s.Files, key, iotest.HalfReader(bytes.NewReader(data)), int64(size))
		if err != nil {
			t.Fatal(err)
		}
		wantBlob(t, blob, key, data)
		got, err := files.Load(t.Context(), s.Files, key, int64(size))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes of %d are loaded, %v", len(got), size, err)
		}
		if size == 0 {
			continue
		}
		_, err = files.Load(t.Context(), s.Files, key, int64(size)-1)
		want(t, err, files.ErrTooLarge)
		_, err = files.Write(t.Context(), s.Files, key+"x", bytes.NewReader(data), int64(size)-1)
		want(t, err, files.ErrTooLarge)
		wantNone(t, s, key+"x")
		broken := errors.New("the source failed")
		_, err = files.Write(t.Context(), s.Files, key+"x", io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), 1<<30)
		want(t, err, broken)
		wantNone(t, s, key+"x")
	}
	_, err := files.Load(t.Context(), s.Files, prefix+"nothing", 10)
	want(t, err, files.ErrNotFound)
}

func testReader(t *testing.T, s Subject) {
	prefix := folder(t, s)
	for i, size := range []int{0, 100, 3*files.MaxPiece + 11} {
		key, data := fmt.Sprint(prefix, i), noise(size, 7)
		if _, err := files.Write(t.Context(), s.Files, key, bytes.NewReader(data), int64(size)); err != nil {
			t.Fatal(err)
		}
		r, err := files.Open(t.Context(), s.Files, key)
		if err != nil {
			t.Fatal(err)
		}
		wantBlob(t, r.Blob, key, data)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes of %d are read, %v", len(got), size, err)
		}
		for _, offset := range []int{0, 1, size / 3, size - 1, size, size + 1, 90_000} {
			for _, length := range []int{0, 1, 70, 65 << 10, size} {
				if offset < 0 {
					continue
				}
				p := make([]byte, length)
				n, err := r.ReadAt(p, int64(offset))
				expected := data[min(offset, size):min(offset+length, size)]
				if !bytes.Equal(p[:n], expected) || (n < length) != errors.Is(err, io.EOF) || n == length && err != nil {
					t.Errorf("%d bytes at %d of %d: %d and %v", length, offset, size, n, err)
				}
			}
		}
		if at, err := r.Seek(-int64(size/2), io.SeekEnd); err != nil || at != int64(size-size/2) {
			t.Errorf("the middle is at %d, %v", at, err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data[size-size/2:]) {
			t.Errorf("the second half has %d bytes, %v", len(got), err)
		}
		if _, err := r.Seek(-1, io.SeekStart); err == nil {
			t.Error("a place before the start is found")
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	_, err := files.Open(t.Context(), s.Files, prefix+"nothing")
	want(t, err, files.ErrNotFound)
}

// testArchive reads an archive as a consumer of beatmaps does.
func testArchive(t *testing.T, s Subject) {
	prefix := folder(t, s)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	contents := make(map[string][]byte)
	for i := range 50 {
		name, data := fmt.Sprintf("folder/%d.osu", i), noise(40_000+i, uint64(i))
		contents[name] = data
		entry, err := w.Create(name)
		if err == nil {
			_, err = entry.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	blob, err := files.Write(t.Context(), s.Files, prefix+"1.osz", &archive, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	r, err := files.Open(t.Context(), s.Files, blob.Key)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := zip.NewReader(r, r.Blob.Size)
	if err != nil {
		t.Fatal(err)
	}
	if len(opened.File) != len(contents) {
		t.Errorf("the archive has %d entries", len(opened.File))
	}
	for _, entry := range opened.File {
		body, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, contents[entry.Name]) {
			t.Errorf("%s has %d bytes, %v", entry.Name, len(got), err)
		}
	}
}

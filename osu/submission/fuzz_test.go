package submission_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/submission"
)

// formErrors are the errors that a form may cause; any other is a mistake of ours.
var formErrors = []error{
	submission.ErrForm, submission.ErrTruncated, submission.ErrTooLarge, submission.ErrMissing, submission.ErrTwice,
	submission.ErrField, submission.ErrSealed, submission.ErrScore,
}

func expected(t *testing.T, err error) {
	t.Helper()
	for _, e := range formErrors {
		if errors.Is(err, e) {
			return
		}
	}
	t.Errorf("unexpected error: %v", err)
}

func FuzzReadForm(f *testing.F) {
	form, err := known().Seal(iv())
	if err != nil {
		f.Fatal(err)
	}
	sent, contentType := body(f, form.Write)
	f.Add(contentType, sent)
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=score; filename=\r\n\r\n\r\n--x--"))
	f.Fuzz(func(t *testing.T, contentType string, sent []byte) {
		form, err := submission.ReadForm(contentType, bytes.NewReader(sent))
		if err != nil {
			expected(t, err)
			return
		}
		again, contentType := body(t, form.Write)
		if read, err := submission.ReadForm(contentType, bytes.NewReader(again)); err != nil || !cmp.Equal(form, read) {
			// A text may hold the boundary that the test writes.
			if !bytes.Contains(sent, []byte("28947758029299")) {
				t.Errorf("written again it differs: %v %s", err, cmp.Diff(form, read))
			}
		}
		s, err := form.Open()
		if err != nil {
			expected(t, err)
			return
		}
		s.Check(login(t))
	})
}

// FuzzOpen gets the plain texts, which fuzzing would not find its way to through the encryption.
func FuzzOpen(f *testing.F) {
	f.Add(knownScore, knownHashes, "uninst|disk", "0", "1500", "20250815")
	f.Add(knownScore, "", "", "1", "-3", "")
	f.Fuzz(func(t *testing.T, text, hashes, ids, exited, failed, build string) {
		s := known()
		parsed, err := submission.ParseScore(text)
		if err != nil {
			expected(t, err)
			return
		}
		if again, err := submission.ParseScore(parsed.String()); err != nil || again != parsed {
			t.Fatalf("%q written again is %q, %v", text, parsed.String(), err)
		}
		s.Score, s.Hashes, s.UniqueIDs, s.Build = parsed, hashes, ids, build
		form, err := s.Seal(iv())
		if err != nil {
			expected(t, err)
			return
		}
		form.Exited, form.FailTime = exited, failed
		opened, err := form.Open()
		if err != nil {
			expected(t, err)
			return
		}
		if opened.Score != s.Score || opened.Hashes != hashes {
			t.Errorf("opened is %+v", opened)
		}
		opened.Check(login(t))
		var b bytes.Buffer
		if err := form.Write(multipart.NewWriter(&b)); err != nil {
			t.Error(err)
		}
	})
}

func FuzzParseResponse(f *testing.F) {
	f.Add(chartLines)
	f.Add("error: no")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := submission.ParseResponse(text)
		if err != nil {
			var refusal submission.Refusal
			if !errors.Is(err, submission.ErrResponse) && !errors.As(err, &refusal) {
				t.Errorf("unexpected error: %v", err)
			}
			return
		}
		once := string(r.Append(nil))
		again, err := submission.ParseResponse(once)
		if err != nil {
			t.Fatalf("written again: %v", err)
		}
		if twice := string(again.Append(nil)); once != twice {
			t.Errorf("%q becomes %q", once, twice)
		}
	})
}

func FuzzParseBoard(f *testing.F) {
	f.Add(boardLines)
	f.Add("-1|false")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := submission.ParseBoard(text)
		if err != nil {
			if !errors.Is(err, submission.ErrResponse) {
				t.Errorf("unexpected error: %v", err)
			}
			return
		}
		once := string(b.Append(nil))
		again, err := submission.ParseBoard(once)
		if err != nil {
			t.Fatalf("written again: %v\n%s", err, once)
		}
		if twice := string(again.Append(nil)); once != twice {
			t.Errorf("%q becomes %q", once, twice)
		}
	})
}

package submission_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/crypto"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/submission"
)

// The known submission was computed by an independent implementation.
const (
	knownHashes = "98e83379d45538379c2ac4e47c3be81d:001122334455.66778899AABB.:476e54af2da2b70ab752bd74f4c3f0e0:" +
		"9a141cd5e628755e59c9279e1ca48b83:75688b0220ad16c4e02152b6c2b56424:"
	knownSealedHashes = "aZeMb4mdiS5Xt1xkx5yDKzX290C9Gbr/YA9vQYd6eSOoBWyhaw36m9/vUOzekttekIEuthtmvVgk2JGKXcZiD+Yh+bnsQt1PEsySZ/" +
		"SnzoBmR07Wr24iNf7insy2CeCN2VbjF/HJXx5PzZJPocG0V735WADhszEBmr0Z90MjxPTckZKAkNI8X+S5XV4Hhe8Unv+4VS+UWtXzhrv03Jm0pw=="
	knownScore = "ed22210bef1773a3f72cd3031881b641:Peace Tester :5e9f43a076acb1b5896f44beb7271b6a:300:20:3:60:12:1:1234567:456:" +
		"False:A:72:True:0:250901123456:20250815    "
	knownSealedScore = "y5B7LLh/GNHXbNoX7OdP1hZFZkq5evoLVqMtgws529c2+nq+0gzr8YdH3GqMxlEw4z4lbanKWd7gt78kEfyFV6dWkIfihrLhbpCrnNGkH" +
		"713jNzsjeQrTz/knyH9nROjd8DgpklcclTEm54HMic+4wdjEhYODeo1kiUDiKSICEdvobEkIRlDq4zDnvBwdxAJiJkR2DysemjMT3WItdzOyw=="
	knownIV = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
)

// known returns the known submission, with what its vectors leave open.
func known() *submission.Submission {
	return &submission.Submission{
		Score: submission.Score{
			BeatmapMD5: "ed22210bef1773a3f72cd3031881b641", Player: "Peace Tester", Supporter: true,
			Checksum: "5e9f43a076acb1b5896f44beb7271b6a",
			Counts:   score.Counts{Count300: 300, Count100: 20, Count50: 3, CountGeki: 60, CountKatu: 12, CountMiss: 1},
			Total:    1234567, MaxCombo: 456, Grade: osu.GradeA, Mods: osu.ModHidden | osu.ModDoubleTime, Passed: true,
			Time: "250901123456", Version: "20250815", Flags: submission.FlagMods,
		},
		Hashes: knownHashes, Visual: "50:False:", PlayTime: 93 * time.Second, BeatmapMD5: "ed22210bef1773a3f72cd3031881b641",
		UniqueIDs: "uninst|disk", PasswordMD5: "0123456789abcdef0123456789abcdef", Build: "20250815",
		Replay: []byte("the frames, compressed, are not looked at"),
	}
}

func iv() (v [crypto.BlockSize]byte) {
	for i := range v {
		v[i] = byte(i)
	}
	return v
}

// login returns what the client of known logged in with.
func login(t testing.TB) submission.Login {
	t.Helper()
	hashes, err := packets.ParseClientHashes(knownHashes)
	if err != nil {
		t.Fatal(err)
	}
	return submission.Login{Version: osu.Version{Date: 20250815, Revision: 2}, Hashes: hashes}
}

func TestKnown(t *testing.T) {
	s := known()
	if got := s.Checksum(); got != s.Score.Checksum {
		t.Errorf("checksum is %s, want %s", got, s.Score.Checksum)
	}
	if got := s.Score.String(); got != knownScore {
		t.Errorf("score is %q, want %q", got, knownScore)
	}
	form, err := s.Seal(iv())
	if err != nil {
		t.Fatal(err)
	}
	if form.Score != knownSealedScore || form.Hashes != knownSealedHashes || form.IV != knownIV {
		t.Errorf("the form is %+v", form)
	}
	opened, err := form.Open()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s, opened); d != "" {
		t.Errorf("opened it differs: %s", d)
	}
	if doubts := opened.Check(login(t)); doubts != nil {
		t.Errorf("doubts are %+v", doubts)
	}
	if at, ok := opened.Score.PlayedAt(); !ok || submission.Timestamp(at) != "250901123456" {
		t.Errorf("played at %v, %v", at, ok)
	}
}

// body writes a form and returns it with its content type.
func body(t testing.TB, write func(*multipart.Writer) error) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary("-----------------------------28947758029299"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(w), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

func TestForm(t *testing.T) {
	withAll := known()
	withAll.Processes, withAll.Screenshot = "osu!.exe | osu!", []byte{0xff, 0xd8}
	withAll.StoryboardMD5, withAll.Exited, withAll.FailTime = withAll.BeatmapMD5, true, 1500*time.Millisecond
	failed := known()
	failed.Replay = nil
	old := known()
	old.Build, old.UniqueIDs = "", ""
	for name, s := range map[string]*submission.Submission{"usual": known(), "all fields": withAll, "failed": failed, "old": old} {
		form, err := s.Seal(iv())
		if err != nil {
			t.Fatal(err)
		}
		if form.Old() != (name == "old") {
			t.Errorf("%s: old is %v", name, form.Old())
		}
		sent, contentType := body(t, form.Write)
		read, err := submission.ReadForm(contentType, iotest.OneByteReader(bytes.NewReader(sent)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(form, read); d != "" {
			t.Errorf("%s: read it differs: %s", name, d)
		}
		opened, err := read.Open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(s, opened); d != "" {
			t.Errorf("%s: opened it differs: %s", name, d)
		}
	}
}

func TestFormOfOtherBuilds(t *testing.T) {
	form, err := known().Seal(iv())
	if err != nil {
		t.Fatal(err)
	}
	// The file is called score, comes first and has no type; a field is not known.
	sent, contentType := body(t, func(w *multipart.Writer) error {
		part, err := w.CreatePart(map[string][]string{"Content-Disposition": {`form-data; name="score"; filename="score"`}})
		_, errFile := part.Write(form.Replay)
		return errors.Join(err, errFile, w.WriteField("score", form.Score), w.WriteField("new", "of a later build"),
			w.WriteField("iv", form.IV), w.WriteField("pass", form.Password), w.WriteField("osuver", form.Build))
	})
	read, err := submission.ReadForm(contentType, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	if read.Score != form.Score || !bytes.Equal(read.Replay, form.Replay) {
		t.Errorf("the parts called score are mixed up: %+v", read)
	}
	if s, err := read.Open(); err != nil || s.Hashes != "" || s.Score.Player != "Peace Tester" {
		t.Errorf("opened is %+v, %v", s, err)
	}
}

// trickle ends with an error of the connection.
type trickle struct{ err error }

func (r trickle) Read([]byte) (int, error) { return 0, r.err }

func TestFormRefused(t *testing.T) {
	form, err := known().Seal(iv())
	if err != nil {
		t.Fatal(err)
	}
	sent, contentType := body(t, form.Write)
	field := func(name, value string) ([]byte, string) {
		return body(t, func(w *multipart.Writer) error { return w.WriteField(name, value) })
	}
	big, bigType := body(t, func(w *multipart.Writer) error {
		part, err := w.CreateFormFile("score", "replay")
		_, errFile := part.Write(make([]byte, submission.MaxReplay+1))
		return errors.Join(err, errFile)
	})
	long, longType := field("fs", strings.Repeat("A", submission.MaxVisual+1))
	twice, twiceType := body(t, func(w *multipart.Writer) error {
		return errors.Join(w.WriteField("score", "a"), w.WriteField("score", "b"))
	})
	many, manyType := body(t, func(w *multipart.Writer) error {
		for range 100 {
			if err := w.WriteField("x0", ""); err != nil {
				return err
			}
		}
		return nil
	})
	endless, endlessType := body(t, func(w *multipart.Writer) error {
		return w.WriteField("nobody reads this", strings.Repeat("A", submission.MaxBody))
	})
	lost := errors.New("connection lost")
	for _, tc := range []struct {
		name        string
		contentType string
		body        io.Reader
		want        error
	}{
		{"no type", "", bytes.NewReader(sent), submission.ErrForm},
		{"another type", "application/x-www-form-urlencoded", bytes.NewReader(sent), submission.ErrForm},
		{"no boundary", "multipart/form-data", bytes.NewReader(sent), submission.ErrForm},
		{"another boundary", "multipart/form-data; boundary=x", bytes.NewReader(sent), submission.ErrTruncated},
		{"nothing", contentType, bytes.NewReader(nil), submission.ErrTruncated},
		{"half", contentType, bytes.NewReader(sent[:len(sent)/2]), submission.ErrTruncated},
		{"all but the end", contentType, bytes.NewReader(sent[:len(sent)-10]), submission.ErrTruncated},
		{"a broken header", contentType, strings.NewReader("-------------------------------28947758029299\r\nno header\r\n\r\n"), submission.ErrForm},
		{"a large replay", bigType, bytes.NewReader(big), submission.ErrTooLarge},
		{"a long field", longType, bytes.NewReader(long), submission.ErrTooLarge},
		{"many fields", manyType, bytes.NewReader(many), submission.ErrTooLarge},
		{"a large body", endlessType, bytes.NewReader(endless), submission.ErrTooLarge},
		{"a field twice", twiceType, bytes.NewReader(twice), submission.ErrTwice},
		{"lost", contentType, io.MultiReader(bytes.NewReader(sent[:300]), trickle{lost}), lost},
	} {
		if _, err := submission.ReadForm(tc.contentType, tc.body); !errors.Is(err, tc.want) {
			t.Errorf("%s: error is %v, want %v", tc.name, err, tc.want)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	good, err := known().Seal(iv())
	if err != nil {
		t.Fatal(err)
	}
	seal := func(text string) string {
		v := iv()
		sealed, err := crypto.Seal([]byte("osu!-scoreburgr---------20250815"), v[:], []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(sealed)
	}
	for name, tc := range map[string]struct {
		edit func(*submission.Form)
		want error
	}{
		"no score":           {func(f *submission.Form) { f.Score = "" }, submission.ErrMissing},
		"no vector":          {func(f *submission.Form) { f.IV = "" }, submission.ErrMissing},
		"no password":        {func(f *submission.Form) { f.Password = "" }, submission.ErrMissing},
		"a short vector":     {func(f *submission.Form) { f.IV = "AAAA" }, submission.ErrField},
		"another build":      {func(f *submission.Form) { f.Build = "20250816" }, submission.ErrSealed},
		"a strange build":    {func(f *submission.Form) { f.Build = "b2025081" }, submission.ErrField},
		"an old build":       {func(f *submission.Form) { f.Build = "" }, submission.ErrSealed},
		"no base64":          {func(f *submission.Form) { f.Score = "!" }, submission.ErrSealed},
		"half a block":       {func(f *submission.Form) { f.Hashes = "AAAA" }, submission.ErrSealed},
		"truncated":          {func(f *submission.Form) { f.Score = f.Score[:len(f.Score)/2] }, submission.ErrSealed},
		"long hashes":        {func(f *submission.Form) { f.Hashes = seal(strings.Repeat("a", 5000)) }, submission.ErrField},
		"binary hashes":      {func(f *submission.Form) { f.Hashes = seal("\xff\xfe") }, submission.ErrField},
		"another score":      {func(f *submission.Form) { f.Score = seal("hello") }, submission.ErrScore},
		"exited perhaps":     {func(f *submission.Form) { f.Exited = "2" }, submission.ErrField},
		"a day in years":     {func(f *submission.Form) { f.PlayTime = "31536000000000" }, submission.ErrField},
		"a fail in words":    {func(f *submission.Form) { f.FailTime = "soon" }, submission.ErrField},
		"a strange password": {func(f *submission.Form) { f.Password = "correct horse" }, submission.ErrField},
		"a strange beatmap":  {func(f *submission.Form) { f.Beatmap = "../../etc/passwd" }, submission.ErrField},
	} {
		f := *good
		tc.edit(&f)
		_, err := f.Open()
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: error is %v, want %v", name, err, tc.want)
		}
		if err != nil && strings.Contains(err.Error(), "correct horse") {
			t.Errorf("%s: the error tells the password", name)
		}
	}
	early := *good
	early.FailTime = "-1200"
	if s, err := early.Open(); err != nil || s.FailTime != 0 {
		t.Errorf("a play that ends before the music begins: %v, %v", s, err)
	}
	s := known()
	s.Build = "2025"
	if _, err := s.Seal(iv()); !errors.Is(err, submission.ErrField) {
		t.Errorf("sealing for a strange build: error is %v", err)
	}
}

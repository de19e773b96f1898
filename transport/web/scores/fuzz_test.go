package scores_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu/crypto"
	"github.com/pure-peace/peace/osu/submission"
)

// answered fails unless an answer is one that a client understands: never a page, never an internal error.
func answered(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	body := w.Body.String()
	switch {
	case w.Code == 200 && strings.HasPrefix(body, "error: "):
	case w.Code == 200:
		if _, err := submission.ParseResponse(body); err != nil {
			t.Errorf("charts %q: %v", body, err)
		}
	case w.Code == 400 || w.Code == 429 || w.Code == 503:
		if body != "" {
			t.Errorf("answer %d %q", w.Code, body)
		}
	default:
		t.Errorf("answer %d %q", w.Code, body)
	}
}

// FuzzSubmit sends any body.
func FuzzSubmit(f *testing.F) {
	b := newBench(f, nil, nil)
	b.first()
	for _, edit := range []func(*submission.Form){
		func(*submission.Form) {}, func(x *submission.Form) { x.Build = "" }, func(x *submission.Form) { x.Replay = nil },
	} {
		r := upload(f, b.play(), edit)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(r.Header.Get("Content-Type"), r.Header.Get("Token"), body)
	}
	f.Add("multipart/form-data; boundary=x", "", []byte("--x\r\nContent-Disposition: form-data; name=\"score\"\r\n\r\nAA==\r\n--x--\r\n"))
	f.Fuzz(func(t *testing.T, kind, token string, body []byte) {
		r := httptest.NewRequest("POST", "/web/osu-submit-modular-selector.php", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Token", token)
		b.scores.submitted = nil
		answered(t, b.serve(r))
		sane(t, b)
	})
}

// FuzzScore sends anything inside of a form that decrypts.
func FuzzScore(f *testing.F) {
	b := newBench(f, nil, nil)
	b.first()
	play := b.play()
	f.Add(play.Score.String(), play.Hashes, play.UniqueIDs, "0", "1000", "2000", beatmapMD5, []byte("replayreplayreplayreplayreplay"))
	f.Add(strings.Replace(play.Score.String(), "1234567", "99999999999", 1), "", "|", "1", "-5", "", "", []byte{})
	f.Add(strings.Replace(play.Score.String(), ":72:", ":2147483647:", 1), "a:b:c:d:e:", "%s|%n", "True", "1e3", " ", "' OR 1=1", []byte{0})
	f.Fuzz(func(t *testing.T, text, hashes, ids, exited, failed, played, beatmap string, frames []byte) {
		var iv [crypto.BlockSize]byte
		seal := func(text string) string {
			sealed, err := crypto.Seal([]byte("osu!-scoreburgr---------20250815"), iv[:], []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return base64.StdEncoding.EncodeToString(sealed)
		}
		form := submission.Form{
			Score: seal(text), Hashes: seal(hashes), IV: base64.StdEncoding.EncodeToString(iv[:]), Exited: exited, FailTime: failed, PlayTime: played,
			Beatmap: beatmap, UniqueIDs: ids, Password: play.PasswordMD5, Build: "20250815", Replay: frames,
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		if err := errors.Join(form.Write(w), w.Close()); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/web/osu-submit-modular-selector.php", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		b.scores.submitted = nil
		answered(t, b.serve(r))
		sane(t, b)
	})
}

// sane fails if the edge passes on what scores must not be bothered with.
func sane(t *testing.T, b *bench) {
	t.Helper()
	for _, s := range b.scores.submitted {
		if s.UserID != b.ann.ID() || len(s.Key) != 32 || len(s.BeatmapMD5) != 32 || !s.Ruleset.Valid() || s.MaxCombo < 0 || s.Total < 0 ||
			s.PlayTime < 0 || s.Passed && s.Exited || len(s.Doubts) > 32 || s.Client != scores.Stable {
			t.Errorf("submission %+v", s)
		}
		for _, d := range s.Doubts {
			if len(d.Detail) > 512 || strings.ContainsFunc(d.Detail, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("doubt %q", d)
			}
		}
	}
}

// FuzzBoard asks for leaderboards with any parameters.
func FuzzBoard(f *testing.F) {
	b := newBench(f, nil, nil)
	own := b.placed(12, b.ann.ID(), 1)
	b.scores.board = scores.Leaderboard{Own: &own, Scores: []scores.Placed{own}, Count: 1}
	f.Add(b.query().Encode())
	f.Add(b.query("v", "2", "mods", "576").Encode())
	f.Add("c=%00&f=%ff&i=1e9&m=;DROP")
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query) // what does not parse is left out, as by the edge
		for key, value := range b.ann.Credentials("us", "ha") {
			values[key] = value
		}
		w := b.get("/web/osu-osz2-getscores.php", values)
		if w.Code == 400 && w.Body.Len() == 0 {
			return
		}
		if _, err := submission.ParseBoard(w.Body.String()); err != nil || w.Code != 200 {
			t.Errorf("answer %d %q: %v", w.Code, w.Body, err)
		}
	})
}

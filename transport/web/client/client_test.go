package client_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/submission"
	bancho "github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/web/client"
)

const password = "secret of Ann"

// server answers by path, in place of a network.
type server map[string]http.HandlerFunc

func (s server) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if h, ok := s[r.URL.Path]; ok {
		h(w, r)
	} else {
		w.WriteHeader(http.StatusNotFound)
	}
	return w.Result(), nil
}

// newClient returns Ann, who is not logged in: nothing here looks at that.
func newClient(s server) *client.Client {
	return client.New(bancho.New(bancho.Options{Domain: "peace.test", Name: "Ann", Password: password, Transport: s}))
}

// says answers with a body, if the credentials of the style are Ann's.
func says(name, secret, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		want := bancho.New(bancho.Options{Name: "Ann", Password: password}).PasswordMD5()
		if r.FormValue(name) != "Ann" || r.FormValue(secret) != want {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, body)
	}
}

const setLine = "1 A - B.osz|A|B|Bob|1|9.87|2020-02-02T02:02:02+00:00|1|0|1|0|1234567|1000|[3.21⭐] Easy, not@0,Oni@1"

func set() client.Set {
	return client.Set{
		File: "1 A - B.osz", Artist: "A", Title: "B", Creator: "Bob", Status: osu.StatusRanked, Rating: 9.87,
		UpdatedAt: time.Date(2020, 2, 2, 2, 2, 2, 0, time.UTC), ID: 1, Video: true, Size: 1234567, SizeNoVideo: 1000,
		Difficulties: []client.Difficulty{{Name: "[3.21⭐] Easy", Ruleset: osu.Standard}, {Name: "Oni", Ruleset: osu.Taiko}},
	}
}

func TestSearch(t *testing.T) {
	line := strings.Replace(setLine, ", not", "", 1)
	var query string
	for name, tc := range map[string]struct {
		body string
		want client.Found
		fail string
	}{
		"one":          {body: "1\n" + line, want: client.Found{Sets: []client.Set{set()}}},
		"with an end":  {body: "1\n" + line + "\n", want: client.Found{Sets: []client.Set{set()}}},
		"none":         {body: "0"},
		"more":         {body: "101" + strings.Repeat("\n"+line, 100), want: client.Found{Sets: slices.Repeat([]client.Set{set()}, 100), More: true}},
		"failed":       {body: "-1\nnot available", fail: "the search failed: not available"},
		"too few":      {body: "2\n" + line, fail: "2 sets are announced, 1 listed"},
		"a bar":        {body: "1\n" + strings.Replace(line, "Bob", "B|o|b", 1), fail: "16 fields"},
		"a comma":      {body: "1\n" + setLine, fail: "a difficulty is"},
		"a date":       {body: "1\n" + strings.Replace(line, "2020-", "20-", 1), fail: "a date is"},
		"a number":     {body: "1\n" + strings.Replace(line, "|1234567|", "|1.2e6|", 1), fail: "field 11"},
		"a page":       {body: "<html>", fail: "a search begins with"},
		"nothing":      {body: "", fail: "a search begins with"},
		"a ruleset":    {body: "1\n" + strings.Replace(line, "@1", "@4", 1), fail: "a difficulty is"},
		"not a rating": {body: "1\n" + strings.Replace(line, "9.87", "9,87", 1), fail: "the rating"},
	} {
		ann := newClient(server{"/web/osu-search.php": func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.Query().Get("q") + "/" + r.URL.Query().Get("m")
			says("u", "h", tc.body)(w, r)
		}})
		found, err := ann.Search(t.Context(), client.Search{})
		if tc.fail == "" && err != nil || tc.fail != "" && (err == nil || !strings.Contains(err.Error(), tc.fail)) {
			t.Errorf("%s: error is %v", name, err)
		} else if d := cmp.Diff(tc.want, found); tc.fail == "" && d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if query != "Newest/-1" {
		t.Errorf("the search is for %q", query)
	}
	ann := newClient(server{"/web/osu-search-set.php": says("u", "h", line)})
	want := set()
	for _, look := range []func() (*client.Set, error){
		func() (*client.Set, error) { return ann.SetOf(t.Context(), "x") },
		func() (*client.Set, error) { return ann.SetOfID(t.Context(), 1) },
	} {
		if got, err := look(); err != nil || !cmp.Equal(got, &want) {
			t.Errorf("a set is %+v, %v", got, err)
		}
	}
	if got, err := newClient(server{}).SetOfID(t.Context(), 1); got != nil || err != nil {
		t.Errorf("no set is %+v, %v", got, err)
	}
}

// archive returns an .osz of test maps.
func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name + ".osu")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(osutest.Sources(t)[0].Map(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDownload(t *testing.T) {
	bytes := archive(t, "osu-mixed", "mania-4k")
	ann := newClient(server{
		"/d/5n": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes) },
		"/d/6n": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://mirror.test/6.osz", http.StatusFound)
		},
		"/d/7":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnavailableForLegalReasons) },
		"/d/8n": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "no archive") },
	})
	songs, err := ann.Get(t.Context(), 5)
	if err != nil || len(songs) != 2 || songs[0].File != "osu-mixed.osu" || songs[0].SetID != 5 || songs[1].Map.Mode != osu.Mania {
		t.Fatalf("the songs are %d, %v", len(songs), err)
	}
	if songs[0].MD5 != songs[0].Map.MD5 {
		t.Errorf("MD5 is %s, the file's %s", songs[0].MD5, songs[0].Map.MD5)
	}
	var elsewhere *client.Elsewhere
	if _, err := ann.Get(t.Context(), 6); !errors.As(err, &elsewhere) || elsewhere.URL != "https://mirror.test/6.osz" {
		t.Errorf("a redirect: %v", err)
	}
	var status *bancho.StatusError
	if _, err := ann.Download(t.Context(), 7, false); !errors.As(err, &status) || status.Status != http.StatusUnavailableForLegalReasons {
		t.Errorf("unavailable: %v", err)
	}
	if _, err := ann.Get(t.Context(), 8); err == nil {
		t.Error("no archive is unpacked")
	}
	if _, err := client.Unpack(archive(t), 1); !errors.Is(err, client.ErrNoSongs) {
		t.Errorf("an empty archive: %v", err)
	}
}

func song(t *testing.T, name string) client.Song {
	t.Helper()
	songs, err := client.Unpack(archive(t, name), 5)
	if err != nil {
		t.Fatal(err)
	}
	return songs[0]
}

func TestPlay(t *testing.T) {
	song := song(t, "osu-mixed")
	var received *submission.Submission
	answer, status := "", http.StatusOK
	ann := newClient(server{"/web/osu-submit-modular-selector.php": func(w http.ResponseWriter, r *http.Request) {
		form, err := submission.ReadForm(r.Header.Get("Content-Type"), r.Body)
		if err == nil {
			received, err = form.Open()
		}
		if blob, sum, _ := strings.Cut(r.Header.Get("Token"), "|"); err != nil || len(blob) < 4000 || len(sum) != 32 {
			t.Errorf("the form is malformed: %v, token of %d and %d", err, len(blob), len(sum))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}})
	answer = string((&submission.Response{ScoreID: 9, Overall: submission.Chart{After: submission.Figures{Rank: 3}}}).Append(nil))
	outcome, err := ann.Play(t.Context(), song, client.Attempt{Accuracy: 0.95, Mods: osu.ModNightcore, Misses: 1})
	if err != nil || outcome.Response.ScoreID != 9 || outcome.Response.Overall.After.Rank != 3 {
		t.Fatalf("outcome is %+v, %v", outcome.Response, err)
	}
	if d := cmp.Diff(outcome.Submission, received); d != "" {
		t.Errorf("what arrives differs: %s", d)
	}
	hashes, _ := ann.Game().Machine()
	if doubts := received.Check(submission.Login{Version: osu.Version{Date: 20250815}, Hashes: hashes}); doubts != nil {
		t.Errorf("doubts are %+v", doubts)
	}
	if s := received.Score; s.Player != "Ann" || s.Counts.CountMiss != 1 || !s.Mods.Has(osu.ModDoubleTime) || s.Ruleset != osu.Standard {
		t.Errorf("the score is %+v", s)
	}
	if rec, err := received.Replay.Recording(osu.Standard); err != nil || len(rec.Frames) < 100 {
		t.Errorf("the replay has %d frames, %v", len(rec.Frames), err)
	}

	// Plays that are not passed have no replay, and the silent refusal is what they get.
	answer = submission.RefusedSilently.Body()
	if _, err := ann.Play(t.Context(), song, client.Attempt{Accuracy: 0.7, Until: 0.4, Exited: true}); err != nil {
		t.Errorf("a play that is left: %v", err)
	}
	if received.Score.Passed || !received.Exited || received.FailTime == 0 || received.Replay != nil || received.Score.Grade != osu.GradeF {
		t.Errorf("a play that is left arrives as %+v", received)
	}
	var refusal submission.Refusal
	if _, err := ann.Play(t.Context(), song, client.Attempt{Accuracy: 1}); !errors.As(err, &refusal) {
		t.Errorf("a refusal: %v", err)
	}
	answer, status = "", http.StatusServiceUnavailable
	if _, err := ann.Play(t.Context(), song, client.Attempt{Accuracy: 1}); !errors.Is(err, client.ErrLater) {
		t.Errorf("no answer: %v", err)
	}
	if _, err := ann.Play(t.Context(), song, client.Attempt{Ruleset: 4}); err == nil {
		t.Error("a ruleset that does not exist is played")
	}
}

func TestBoard(t *testing.T) {
	song := song(t, "taiko-patterns")
	board := &submission.Board{Status: submission.Loved, BeatmapID: 5, SetID: 6, Title: "x"}
	var query submission.BoardQuery
	ann := newClient(server{
		"/web/osu-osz2-getscores.php": func(w http.ResponseWriter, r *http.Request) {
			query, _ = submission.ParseBoardQuery(r.URL.Query())
			says("us", "ha", string(board.Append(nil)))(w, r)
		},
		"/web/osu-getreplay.php": says("u", "h", "frames"),
	})
	want := song.Query(osu.Taiko, osu.ModHidden, submission.BoardMods)
	if got, err := ann.Board(t.Context(), want); err != nil || !cmp.Equal(got, board) || query != want {
		t.Errorf("the board is %+v, %v; the query was %+v", got, err, query)
	}
	if frames, err := ann.Replay(t.Context(), osu.Taiko, 9); err != nil || string(frames) != "frames" {
		t.Errorf("the replay is %q, %v", frames, err)
	}
	var status *bancho.StatusError
	if _, err := newClient(server{}).Board(t.Context(), want); !errors.As(err, &status) {
		t.Errorf("a board of nobody: %v", err)
	}
}

func TestOpinions(t *testing.T) {
	posted := map[string]string{}
	ann := newClient(server{
		"/web/osu-rate.php": says("u", "p", "alreadyvoted\n8.50"),
		"/web/osu-comment.php": func(w http.ResponseWriter, r *http.Request) {
			for key := range map[string]int{"a": 0, "s": 0, "b": 0, "r": 0, "target": 0, "starttime": 0, "comment": 0, "f": 0} {
				posted[key] = r.FormValue(key)
			}
			says("u", "p", "1500\tmap\tsupporter|ff8800\tnice\n0\tsong\t\tfirst")(w, r)
		},
		"/web/osu-getfavourites.php": says("u", "h", "5\n7\n"),
		"/web/osu-addfavourite.php":  says("u", "h", "Added."),
		"/web/osu-screenshot.php": func(w http.ResponseWriter, r *http.Request) {
			file, _, err := r.FormFile("ss")
			if err != nil {
				t.Error(err)
				return
			}
			picture, err := io.ReadAll(file)
			says("u", "p", fmt.Sprintf("%d.jpg", len(picture)))(w, r)
			if err != nil {
				t.Error(err)
			}
		},
		"/web/lastfm.php": says("us", "ha", "-3"),
	})
	ctx := t.Context()
	if vote, average, err := ann.Rate(ctx, "x", 9); vote != client.Voted || average != 8.5 || err != nil {
		t.Errorf("a vote: %v, %v, %v", vote, average, err)
	}
	comments, err := ann.Comments(ctx, client.Place{SetID: 1, BeatmapID: 2, ScoreID: 3})
	want := []client.Comment{
		{Moment: 1500 * time.Millisecond, Target: "map", Role: "supporter", Colour: "ff8800", Text: "nice"}, {Target: "song", Text: "first"},
	}
	if d := cmp.Diff(want, comments); d != "" || err != nil {
		t.Errorf("the comments: %v %s", err, d)
	}
	if err := ann.Comment(ctx, client.Place{SetID: 1, BeatmapID: 2}, want[0]); err != nil {
		t.Error(err)
	}
	wantForm := map[string]string{"a": "post", "s": "1", "b": "2", "r": "0", "target": "map", "starttime": "1500", "comment": "nice", "f": "ff8800"}
	if d := cmp.Diff(wantForm, posted); d != "" {
		t.Errorf("the comment: %s", d)
	}
	if ids, err := ann.Favourites(ctx); err != nil || !slices.Equal(ids, []int32{5, 7}) {
		t.Errorf("the favourites: %v, %v", ids, err)
	}
	if text, err := ann.AddFavourite(ctx, 9); err != nil || text != "Added." {
		t.Errorf("adding one: %q, %v", text, err)
	}
	if path, err := ann.Screenshot(ctx, make([]byte, 77)); err != nil || path != "/ss/77.jpg" {
		t.Errorf("a screenshot: %q, %v", path, err)
	}
	if err := ann.Listening(ctx, 1); !errors.Is(err, client.ErrStop) {
		t.Errorf("listening: %v", err)
	}
	if err := ann.Tell(ctx, 1<<17); !errors.Is(err, client.ErrStop) {
		t.Errorf("telling: %v", err)
	}
}

func TestInfos(t *testing.T) {
	md5 := strings.Repeat("0a", 16)
	line := "0|5|6|" + md5 + "|1|XH|N|A|F"
	body := line + "\n-1|7|6|" + md5 + "|0|N|N|N|N"
	ann := newClient(server{
		"/web/osu-getbeatmapinfo.php": func(w http.ResponseWriter, r *http.Request) {
			var asked struct {
				Filenames []string
				IDs       []int32 `json:"Ids"`
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Filenames) != 1 || asked.IDs == nil {
				t.Errorf("asked for %+v, %v", asked, err)
			}
			says("u", "h", body)(w, r)
		},
		"/difficulty-rating": func(w http.ResponseWriter, r *http.Request) {
			var asked struct {
				Mods mods.Set `json:"mods"`
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Mods) != 1 {
				t.Errorf("asked for %+v, %v", asked, err)
			}
			_, _ = io.WriteString(w, "5.125")
		},
		"/web/maps/a b.osu": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(osutest.Sources(t)[0].Map(t, "osu-single"))
		},
	})
	ctx := t.Context()
	want := []client.Info{
		{Index: 0, BeatmapID: 5, SetID: 6, MD5: md5, Status: osu.StatusRanked, Grades: [4]osu.Grade{osu.GradeXH, osu.GradeNone, osu.GradeA, osu.GradeF}},
		{Index: -1, BeatmapID: 7, SetID: 6, MD5: md5, Grades: [4]osu.Grade{osu.GradeNone, osu.GradeNone, osu.GradeNone, osu.GradeNone}},
	}
	infos, err := ann.Infos(ctx, []string{"a.osu"}, nil)
	if d := cmp.Diff(want, infos); d != "" || err != nil {
		t.Errorf("the information: %v %s", err, d)
	}
	for _, body = range []string{line + "|", "1" + line[1:], strings.Replace(line, "XH", "SS", 1), strings.Replace(line, "|5|", "|five|", 1)} {
		if infos, err := ann.Infos(ctx, []string{"a.osu"}, nil); !errors.Is(err, client.ErrAnswer) {
			t.Errorf("%s: %+v, %v", body, infos, err)
		}
	}
	if stars, err := ann.Stars(ctx, 5, osu.Standard, mods.Of(mods.DoubleTime)); err != nil || stars != 5.125 {
		t.Errorf("%v stars, %v", stars, err)
	}
	if song, err := ann.Update(ctx, "a b.osu"); err != nil || song.File != "a b.osu" {
		t.Errorf("an update: %+v, %v", song, err)
	}
}

package load_test

import (
	"archive/zip"
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/bancho/load"
	"github.com/pure-peace/peace/transport/stacktest"
	web "github.com/pure-peace/peace/transport/web/client"
)

// songTitle is the file that is played.
const songTitle = "osu-mixed"

// boards answers players as the endpoints of scores do, with less behind it.
type boards struct {
	t    *testing.T
	next http.Handler
	lost bool // scores are taken, but do not show

	mu      sync.Mutex
	scored  map[string]bool
	passed  int
	failed  int
	strange []submission.Doubt
}

func (b *boards) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch path := r.URL.Path; {
	case path == "/web/osu-search.php":
		_, _ = w.Write([]byte("1\n5 A - B.osz|A|B|C|1|0.00|2020-02-02T02:02:02+00:00|5|0|0|0|1|0|x@0"))
	case path == "/d/5n":
		z := zip.NewWriter(w)
		file, err := z.Create("x.osu")
		if err == nil {
			_, err = file.Write(osutest.Sources(b.t)[0].Map(b.t, songTitle))
		}
		if err := z.Close(); err != nil {
			b.t.Error(err)
		}
		if err != nil {
			b.t.Error(err)
		}
	case path == "/web/osu-osz2-getscores.php":
		board := submission.Board{Status: submission.Ranked, BeatmapID: 5, SetID: 5}
		if b.scored[r.URL.Query().Get("us")] {
			board.Own = &submission.Line{ScoreID: 1, UserID: 1000, Position: 1, Time: time.Unix(0, 0)}
		}
		_, _ = w.Write(board.Append(nil))
	case strings.HasPrefix(path, "/web/osu-submit"):
		b.submit(w, r)
	default:
		b.next.ServeHTTP(w, r)
	}
}

func (b *boards) submit(w http.ResponseWriter, r *http.Request) {
	form, err := submission.ReadForm(r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		b.t.Error(err)
		return
	}
	s, err := form.Open()
	if err != nil {
		b.t.Error(err)
		return
	}
	b.strange = append(b.strange, s.Check(submission.Login{Version: osu.Version{Date: 20250815}, Hashes: client.HashesOf(s.Score.Player)})...)
	if !s.Score.Passed {
		b.failed++
		_, _ = w.Write([]byte(submission.RefusedSilently.Body()))
		return
	}
	b.passed++
	b.scored[s.Score.Player] = !b.lost
	_, _ = w.Write((&submission.Response{ScoreID: 1}).Append(nil))
}

// play runs clients that play, and returns what happened by the names of the operations.
func play(t *testing.T, b *boards, songs []web.Song) map[string]load.Operation {
	t.Helper()
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	b.t, b.next, b.scored = t, s.Handler, map[string]bool{}
	report, err := load.Run(t.Context(), load.Options{
		Client: client.Options{Domain: stacktest.Domain, Address: stacktest.Serve(t, b)}, Users: 4, Rate: 1000,
		Duration: 1500 * time.Millisecond, Register: true, Plays: 600, Songs: songs,
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]load.Operation{}
	for _, o := range report.Operations {
		seen[o.Name] = o
	}
	return seen
}

func TestPlays(t *testing.T) {
	b := new(boards)
	seen := play(t, b, nil)
	for _, name := range []string{load.Search, load.Download, load.Board, load.Submit} {
		if o := seen[name]; o.Count == 0 || o.Errors != 0 {
			t.Errorf("%s: %d times, %d errors, the first: %s", name, o.Count, o.Errors, o.FirstError)
		}
	}
	if seen[load.Search].Count != 1 || seen[load.Download].Count != 1 {
		t.Errorf("%d searches, %d downloads", seen[load.Search].Count, seen[load.Download].Count)
	}
	if b.passed < b.failed || len(b.strange) != 0 {
		t.Errorf("%d plays are passed, %d failed; doubts: %+v", b.passed, b.failed, b.strange)
	}
}

func TestPlaysOfSongs(t *testing.T) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for _, name := range []string{"taiko-patterns", "osu-empty"} {
		file, err := z.Create(name + ".osu")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(osutest.Sources(t)[0].Map(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	songs, err := web.Unpack(archive.Bytes(), 5)
	if err != nil {
		t.Fatal(err)
	}
	seen := play(t, &boards{lost: true}, songs)
	if seen[load.Search].Count != 0 || seen[load.Submit].Count == 0 {
		t.Errorf("songs that are given: %+v", seen)
	}
	if o := seen[load.Board]; o.Errors == 0 || !strings.Contains(o.FirstError, "is not on its board") {
		t.Errorf("scores that are lost are not noticed: %+v", o)
	}
	empty, err := web.Read("x.osu", osutest.Sources(t)[0].Map(t, "osu-empty"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Run(t.Context(), load.Options{
		Client: client.Options{Domain: "x"}, Users: 1, Duration: time.Second, Plays: 1, Songs: []web.Song{empty},
	}); err == nil {
		t.Error("songs that cannot be played are accepted")
	}
}

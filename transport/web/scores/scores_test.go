package scores_test

import (
	"bytes"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
	"github.com/pure-peace/peace/transport/web"
	edge "github.com/pure-peace/peace/transport/web/scores"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	beatmapMD5 = "ed22210bef1773a3f72cd3031881b641"
	playMD5    = "5e9f43a076acb1b5896f44beb7271b6a"
)

// bench is the edge with real accounts and sessions, and fakes for everything about scores.
type bench struct {
	*stacktest.Stack
	scores       *fakeScores
	beatmaps     *fakeBeatmaps
	files        *fakeFiles
	rankings     *fakeRankings
	achievements *fakeAchievements
	moderation   *fakeModeration
	metrics      *prometheus.Registry
	log          *bytes.Buffer
	handler      http.Handler
	ann          *client.Client
}

func newBench(t testing.TB, calls wire.Observer, edit func(*edge.Config, *edge.Deps)) *bench {
	t.Helper()
	b := &bench{log: new(bytes.Buffer), metrics: prometheus.NewRegistry()}
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.Stack = stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler), Calls: calls}).Serve(t)
	b.scores = &fakeScores{known: map[string]scores.Result{}, scores: map[int64]scores.Score{}, replays: map[int64]string{}}
	b.beatmaps = &fakeBeatmaps{found: []beatmaps.Found{{
		Beatmap: beatmaps.Beatmap{ID: 75, SetID: 7, MD5: beatmapMD5, File: "A - T (C) [Easy].osu", Name: "Easy", Status: osu.StatusRanked, Offset: -3},
		Set:     beatmaps.Set{ID: 7, Artist: "Artist", Title: "Title", Rating: beatmaps.Rating{Average: 8.456}, RankedAt: time.Date(2007, 10, 6, 17, 46, 31, 0, time.UTC)},
	}}}
	b.files = &fakeFiles{blobs: map[string][]byte{}}
	b.rankings, b.achievements, b.moderation = &fakeRankings{}, &fakeAchievements{}, &fakeModeration{}
	b.handler = b.edge(t, log, edit)
	b.ann = b.Player(t, "Ann")
	if _, err := b.ann.Poll(t.Context()); err != nil { // what a client sends after its login must not come later
		t.Fatal(err)
	}
	return b
}

// edge makes the edge, of the fakes unless edit says otherwise.
func (b *bench) edge(t testing.TB, log *slog.Logger, edit func(*edge.Config, *edge.Deps)) http.Handler {
	t.Helper()
	config := web.DefaultConfig()
	config.AvatarsDir.Dir = t.TempDir()
	site, err := web.New(config, web.Deps{
		Users: b.Users, Sessions: b.Sessions, Relations: b.Relations, Chat: b.Chat, Geoip: b.Geoip, Domain: stacktest.Domain, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	settings := edge.DefaultConfig()
	settings.Submissions, settings.Boards, settings.Replays = 100_000, 100_000, 100_000
	deps := edge.Deps{
		Web: site, Users: b.Users, Sessions: b.Sessions, Relations: b.Relations, Files: b.files, Beatmaps: b.beatmaps,
		Scores: b.scores, State: b.State, Domain: stacktest.Domain, Log: log, Metrics: b.metrics,
		Rankings: b.rankings, Achievements: b.achievements, Moderation: b.moderation,
	}
	if edit != nil {
		edit(&settings, &deps)
	}
	server, err := edge.New(settings, deps)
	if err != nil {
		t.Fatal(err)
	}
	router := site.Osu()
	server.Osu(router)
	return router
}

func (b *bench) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *bench) get(path string, query url.Values) *httptest.ResponseRecorder {
	return b.serve(httptest.NewRequest(http.MethodGet, path+"?"+query.Encode(), nil))
}

// play is what an honest client of Ann submits.
func (b *bench) play() *submission.Submission {
	hashes := client.HashesOf("Ann")
	s := &submission.Submission{
		Score: submission.Score{
			BeatmapMD5: beatmapMD5, Player: "Ann", Supporter: true,
			Counts: score.Counts{Count300: 300, Count100: 20, Count50: 3, CountGeki: 60, CountKatu: 12, CountMiss: 1},
			Total:  1234567, MaxCombo: 456, Grade: osu.GradeA, Mods: osu.ModHidden | osu.ModDoubleTime, Passed: true,
			Time: "250901123456", Version: "20250815", Flags: submission.FlagMods,
		},
		Hashes: hashes.String(), PlayTime: 100 * time.Second, BeatmapMD5: beatmapMD5,
		UniqueIDs:   "uninstall\x00Ann|disk\x00Ann",
		PasswordMD5: b.ann.Credentials("u", "p").Get("p"), Build: "20250815", Replay: bytes.Repeat([]byte("replay"), 20),
	}
	s.Sign()
	return s
}

const token = 4100

// upload returns the request that a client makes.
func upload(t testing.TB, play *submission.Submission, edit ...func(*submission.Form)) *http.Request {
	t.Helper()
	form, err := play.Seal([32]byte{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range edit {
		f(form)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := errors.Join(form.Write(w), w.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/web/osu-submit-modular-selector.php", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Token", strings.Repeat("x", token)+"|"+playMD5)
	return r
}

func TestConfig(t *testing.T) {
	if err := edge.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*edge.Config){
		"submissions_per_minute": func(c *edge.Config) { c.Submissions = 0 },
		"boards_per_minute":      func(c *edge.Config) { c.Boards = -1 },
		"replays_per_minute":     func(c *edge.Config) { c.Replays = 1 << 30 },
		"upload_memory":          func(c *edge.Config) { c.UploadMemory = 1 },
	} {
		c := edge.DefaultConfig()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

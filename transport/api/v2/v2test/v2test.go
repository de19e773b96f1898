// Package v2test runs what API v2 needs of Peace in one process for tests: the real modules on SQLite and the memory engine of
// state. Only tokens are faked: a test gives itself whichever it needs.
package v2test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	beatmapsLocal "github.com/pure-peace/peace/modules/beatmaps/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/files"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/performance"
	performanceLocal "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/rankings"
	rankingsLocal "github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/scores"
	scoresLocal "github.com/pure-peace/peace/modules/scores/local"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/stacktest"
)

// Domain is that of the server.
const Domain = stacktest.Domain

// Stack is a server with the modules that the API needs.
type Stack struct {
	*stacktest.Stack
	Files       files.Service
	Performance performance.Service
	Beatmaps    beatmaps.Service
	Scores      scores.Service
	Rankings    rankings.Service
	People      *resource.People
	Links       resource.Links
	Log         *slog.Logger

	API *v2.API

	mu     sync.Mutex
	tokens map[string]oauth.Token
}

// New makes the modules, runs them until the test ends, and an API without endpoints.
func New(t testing.TB) *Stack {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s := &Stack{
		Stack: stacktest.New(t, stacktest.Options{Log: log}), Links: resource.LinksOf(Domain), Log: log,
		tokens: make(map[string]oauth.Token),
	}
	s.fill(t)
	s.People = resource.NewPeople(resource.PeopleDeps{
		Users: s.Users, Sessions: s.Sessions, Rankings: s.Rankings, Domain: Domain, Supporters: true,
	})
	cfg := v2.DefaultConfig()
	cfg.Rate = 1_000_000
	var err error
	s.API, err = v2.New(cfg, v2.Deps{Tokens: s, Log: log})
	check(t, err)
	return s
}

func (s *Stack) fill(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	db := databasetest.Open(t, database.SQLite)
	blobs := filesLocal.DefaultConfig()
	blobs.Dir, blobs.Sync = t.TempDir(), false
	store, err := filesLocal.New(ctx, blobs, filesLocal.Deps{Log: s.Log})
	check(t, err)
	closing(t, store)
	rated := performanceLocal.DefaultConfig()
	rated.Beatmaps = t.TempDir()
	calculator, err := performanceLocal.New(ctx, rated, performanceLocal.Deps{DB: db, Log: s.Log})
	check(t, err)
	closing(t, calculator)
	alone := beatmapsLocal.DefaultConfig()
	alone.Sources.Order = nil // nobody outside is asked
	library, err := beatmapsLocal.New(ctx, alone, beatmapsLocal.Deps{
		DB: db, Files: store, Performance: calculator, Topics: s.State, Users: s.Users, Log: s.Log,
	})
	check(t, err)
	table, err := scoresLocal.New(ctx, scoresLocal.DefaultConfig(), scoresLocal.Deps{
		DB: db, State: s.State, Users: s.Users, Beatmaps: library, Performance: calculator, Log: s.Log,
	})
	check(t, err)
	ranks, err := rankingsLocal.New(ctx, rankingsLocal.DefaultConfig(), rankingsLocal.Deps{
		DB: db, Scores: table, State: s.State, Sessions: s.Sessions, Log: s.Log,
	})
	check(t, err)
	s.Files, s.Performance, s.Beatmaps, s.Scores, s.Rankings = store, calculator, library, table, ranks
	for _, m := range []interface{ Run(context.Context) error }{store, library, table, ranks} {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- m.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func closing(t testing.TB, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Check implements v2.Checker.
func (s *Stack) Check(_ context.Context, accessToken string) (oauth.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, ok := s.tokens[accessToken]; ok {
		return token, nil
	}
	return oauth.Token{}, oauth.ErrNoToken
}

// Token returns an access token that acts for a user (0 for none) with the scopes; that of the game has "*".
func (s *Stack) Token(userID int32, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := oauth.Token{ID: int64(len(s.tokens) + 1), UserID: userID, ClientID: oauth.FirstClient, Scopes: scopes, Verified: true}
	if len(scopes) == 1 && scopes[0] == "*" {
		token.ClientID = oauth.GameClient
	}
	name := fmt.Sprintf("token-%d", token.ID)
	s.tokens[name] = token
	return name
}

// Player makes an account and returns it with a token of the game.
func (s *Stack) Player(t testing.TB, name string) (users.User, string) {
	t.Helper()
	u, err := s.Users.Register(t.Context(), users.Registration{Name: name, Email: name + "@example.com", Password: "pw of " + name, Country: "DE"})
	check(t, err)
	return u, s.Token(u.ID, "*")
}

// Circles is a beatmap of n circles.
type Circles struct {
	N              int
	Title, Version string
	ID, Set        int32
	Tags           string
}

// File returns the .osu file.
func (c Circles) File() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "osu file format v14\n\n[General]\nMode: 0\n\n[Metadata]\nTitle:%s\nTitleUnicode:%s\nArtist:Artist\nArtistUnicode:Artist\n"+
		"Creator:Creator\nVersion:%s\nSource:\nTags:%s\nBeatmapID:%d\nBeatmapSetID:%d\n\n", c.Title, c.Title, c.Version, c.Tags, c.ID, c.Set)
	b.WriteString("[Difficulty]\nHPDrainRate:5\nCircleSize:4\nOverallDifficulty:8\nApproachRate:9\nSliderMultiplier:1.4\nSliderTickRate:1\n\n" +
		"[TimingPoints]\n0,300,4,2,1,60,1,0\n\n[HitObjects]\n")
	for i := range c.N {
		fmt.Fprintf(&b, "%d,%d,%d,1,0,0:0:0:0:\n", 100+(i%2)*200, 100+(i%3)*80, 1000+150*i)
	}
	return []byte(b.String())
}

// Import brings a beatmap with a status into the library and returns its set.
func (s *Stack) Import(t testing.TB, c Circles, status osu.Status, options ...beatmaps.Import) beatmaps.Set {
	t.Helper()
	key := fmt.Sprintf("imports/%s-%d.osu", url.PathEscape(strings.ReplaceAll(c.Title+c.Version, " ", "")), c.N)
	_, err := s.Files.Put(t.Context(), key, c.File())
	check(t, err)
	var how beatmaps.Import
	if len(options) > 0 {
		how = options[0]
	}
	how.Name, how.Status, how.Freeze = "Artist - "+c.Title+" (Creator) ["+c.Version+"].osu", &status, true
	imported, err := s.Beatmaps.Import(t.Context(), key, how)
	check(t, err)
	return imported.Set
}

// Answer is what the API answered.
type Answer struct {
	Code   int
	Header http.Header
	Body   []byte
}

// Into reads the JSON of a 200 into a value.
func (a Answer) Into(t testing.TB, into any) {
	t.Helper()
	if a.Code != http.StatusOK {
		t.Fatalf("%d %.500s", a.Code, a.Body)
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		t.Fatalf("%v: %.500s", err, a.Body)
	}
}

// Get asks with GET. An empty token is none.
func (s *Stack) Get(t testing.TB, path, token string) Answer {
	t.Helper()
	return s.Do(t, http.MethodGet, path, token, nil)
}

// Do asks. The body is a url.Values, which becomes the multipart form that lazer sends, or anything else as JSON.
func (s *Stack) Do(t testing.TB, method, path, token string, body any) Answer {
	t.Helper()
	var payload bytes.Buffer
	var kind string
	switch body := body.(type) {
	case nil:
	case url.Values:
		form := multipart.NewWriter(&payload)
		for name, values := range body {
			for _, value := range values {
				check(t, form.WriteField(name, value))
			}
		}
		check(t, form.Close())
		kind = form.FormDataContentType()
	case string:
		payload.WriteString(body)
		kind = "application/json"
	default:
		check(t, json.NewEncoder(&payload).Encode(body))
		kind = "application/json"
	}
	r := httptest.NewRequestWithContext(t.Context(), method, v2.Prefix+path, &payload)
	r.Header.Set("X-Api-Version", "20260821")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return s.Send(t, r)
}

// Send asks with a request that a test made itself.
func (s *Stack) Send(t testing.TB, r *http.Request) Answer {
	t.Helper()
	w := httptest.NewRecorder()
	s.API.ServeHTTP(w, r)
	return Answer{w.Code, w.Header(), w.Body.Bytes()}
}

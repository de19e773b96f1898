package direct

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/web"
)

var _ Authenticator = (*web.Server)(nil)

const (
	password = "0123456789abcdef0123456789abcdef"
	md5Of75  = "a5b99395a42bd55bc5eb1d2411cbdf8b"
)

var errBroken = fault.New(fault.Unavailable, "test", "broken", "broken")

// world is everything behind the edge.
type world struct {
	err      error // of every call, but for authentication
	player   users.User
	known    []beatmaps.Set
	page     beatmaps.Page
	queries  []beatmaps.Query
	played   []scores.Score
	grades   []scores.BeatmapGrades
	archive  beatmaps.Archive
	media    map[beatmaps.Medium]beatmaps.Archive
	voteErr  error
	votes    []int
	favoured []int32
	comments []beatmaps.Comment
	target   performance.Target
	unknown  bool // to performance, until it is taught
	store    files.Service
}

type library struct {
	beatmaps.Service
	*world
}

func (l library) Beatmaps(_ context.Context, keys []beatmaps.Key) (found []beatmaps.Found, err error) {
	for _, key := range keys {
		for _, set := range l.known {
			for _, b := range set.Beatmaps {
				if key.ID == b.ID || key.MD5 == b.MD5 || key.File == b.File {
					found = append(found, beatmaps.Found{Key: key, Beatmap: b, Set: set})
				}
			}
		}
	}
	return found, l.err
}

func (l library) Sets(_ context.Context, ids []int32) (sets []beatmaps.Set, err error) {
	for _, id := range ids {
		for _, set := range l.known {
			if set.ID == id {
				sets = append(sets, set)
			}
		}
	}
	return sets, l.err
}

func (l library) Search(_ context.Context, query beatmaps.Query) (beatmaps.Page, error) {
	l.queries = append(l.queries, query)
	return l.page, l.err
}

func (l library) Archive(_ context.Context, id int32, withoutVideo bool) (beatmaps.Archive, error) {
	switch {
	case l.err != nil:
		return beatmaps.Archive{}, l.err
	case id == 2:
		return beatmaps.Archive{}, beatmaps.ErrNoArchive
	case id != 1:
		return beatmaps.Archive{}, beatmaps.ErrNotFound
	case withoutVideo:
		return beatmaps.Archive{URL: "https://example.com/1n"}, nil
	}
	return l.archive, nil
}

func (l library) Media(_ context.Context, id int32, medium beatmaps.Medium) (beatmaps.Archive, error) {
	where, ok := l.media[medium]
	if !ok || id != 1 {
		return where, beatmaps.ErrNotFound
	}
	return where, l.err
}

func (l library) Vote(_ context.Context, _, id int32, value int) (beatmaps.Rating, error) {
	l.votes = append(l.votes, value)
	return beatmaps.Rating{Average: 8.456, Votes: 2}, errors.Join(l.err, l.voteErr)
}

func (l library) Favour(_ context.Context, _, id int32, _ bool) (int32, error) {
	if id != 1 {
		return 0, beatmaps.ErrNotFound
	}
	l.favoured = append(l.favoured, id)
	return 5, l.err
}

func (l library) Favourites(context.Context, int32) ([]int32, error) { return l.favoured, l.err }

func (l library) Comment(_ context.Context, c beatmaps.Comment) (beatmaps.Comment, error) {
	l.comments = append(l.comments, c)
	return c, l.err
}

func (l library) Comments(context.Context, int32, int32, int64) ([]beatmaps.Comment, error) {
	return l.comments, l.err
}

type boards struct {
	scores.Boards
	*world
}

func (b boards) Of(_ context.Context, list scores.List) (scores.Listing, error) {
	if list.Ruleset != osu.Standard || list.Kind != scores.Played || list.Offset > 0 {
		return scores.Listing{}, b.err
	}
	return scores.Listing{Scores: b.played}, b.err
}

func (b boards) Grades(context.Context, int32, []int32) ([]scores.BeatmapGrades, error) {
	return b.grades, b.err
}

type accounts struct {
	users.Accounts
	*world
}

func (a accounts) Get(_ context.Context, ids []int32) (found []users.User, err error) {
	for _, id := range ids {
		u := users.User{ID: id}
		switch id {
		case 5:
			u.Privileges = users.Supporter
		case 6:
			u.Privileges = users.Nominator | users.Supporter
		case 7:
			u.Restricted = true
		case 8:
			continue
		}
		found = append(found, u)
	}
	return found, a.err
}

type calculator struct {
	performance.Service
	*world
}

func (c calculator) Difficulty(_ context.Context, target performance.Target) (performance.Difficulty, error) {
	c.target = target
	switch {
	case target.Ruleset == 3:
		return performance.Difficulty{}, performance.ErrBadRuleset
	case c.unknown:
		return performance.Difficulty{}, performance.ErrUnknownBeatmap
	}
	return performance.Difficulty{Stars: 5.125}, c.err
}

func (c calculator) Learn(context.Context, []byte) (string, error) {
	c.unknown = false
	return md5Of75, c.err
}

// door lets in who has the password.
type door struct{ *world }

func (d door) Authenticate(_ *http.Request, name, passwordMD5 string) (users.User, error) {
	if name != d.player.Name || passwordMD5 != password {
		return users.User{}, users.ErrBadCredentials
	}
	return d.player, nil
}

func (d door) Refuse(w http.ResponseWriter, _ *http.Request, err error) {
	switch fault.KindOf(err) {
	case fault.Unauthenticated:
		w.WriteHeader(http.StatusUnauthorized)
	case fault.Invalid, fault.NotFound:
		w.WriteHeader(http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (d door) Player(style web.Style, next func(http.ResponseWriter, *http.Request, users.User)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, secret := r.FormValue("u"), r.FormValue("h")
		if style == web.StyleC {
			secret = r.FormValue("p")
		}
		user, err := d.Authenticate(r, name, secret)
		if err != nil {
			d.Refuse(w, r, err)
			return
		}
		next(w, r, user)
	}
}

// stage is an edge before a world.
type stage struct {
	*world
	http.Handler
}

func newStage(t *testing.T, edit func(*Config)) stage {
	t.Helper()
	cfg, log := DefaultConfig(), slog.New(slog.NewTextHandler(t.Output(), nil))
	if edit != nil {
		edit(&cfg)
	}
	blobs := filesLocal.DefaultConfig()
	blobs.Dir, blobs.Sync = t.TempDir(), false
	store, err := filesLocal.New(t.Context(), blobs, filesLocal.Deps{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{player: users.User{ID: 3, Name: "Ann"}, store: store, media: make(map[beatmaps.Medium]beatmaps.Archive)}
	s, err := New(cfg, Deps{
		Players: door{w}, Users: accounts{nil, w}, Beatmaps: library{nil, w}, Files: store, Scores: boards{nil, w},
		Performance: calculator{nil, w}, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	s.Osu(r)
	s.Assets(r)
	r.Mount("/", s.B())
	return stage{w, r}
}

// ask sends a request of the player and returns the answer.
func (s stage) ask(method, path, body string, header ...string) *httptest.ResponseRecorder {
	u, err := url.Parse(path)
	if err != nil {
		panic(err)
	}
	q := u.Query()
	q.Set("u", "Ann")
	if !q.Has("h") {
		q.Set("h", password)
	}
	u.RawQuery = q.Encode()
	r := httptest.NewRequest(method, u.String(), strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s stage) get(path string) string { return s.ask(http.MethodGet, path, "").Body.String() }

func (s stage) put(t *testing.T, key, data string) {
	t.Helper()
	if _, err := s.store.Put(t.Context(), key, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

// disco is set 1.
func disco() beatmaps.Set {
	at := time.Date(2007, 10, 6, 17, 46, 31, 0, time.UTC)
	return beatmaps.Set{
		ID: 1, Artist: "Kenji Ninuma", Title: "DISCO PRINCE", Creator: "peppy", Status: osu.StatusRanked, UpdatedAt: at, ThreadID: 12,
		Video: true, Size: 1000, SizeNoVideo: 900, Rating: beatmaps.Rating{Average: 8.5, Votes: 2},
		Beatmaps: []beatmaps.Beatmap{
			{ID: 75, SetID: 1, MD5: md5Of75, File: "a [Normal].osu", Name: "Normal", Status: osu.StatusRanked, Stars: 2.395, HasFile: true},
			{ID: 76, SetID: 1, MD5: strings.Repeat("b", 32), File: "a [Mania].osu", Name: "Mania", Status: osu.StatusLoved, Ruleset: osu.Mania},
		},
	}
}

const discoLine = "1 Kenji Ninuma - DISCO PRINCE.osz|Kenji Ninuma|DISCO PRINCE|peppy|1|8.50|2007-10-06T17:46:31+00:00|1|12|1|0|1000|900|" +
	"[2.40⭐] Normal@0,Mania@3"

func TestSearch(t *testing.T) {
	s := newStage(t, nil)
	s.page = beatmaps.Page{Sets: []beatmaps.Set{disco()}, Total: 1}
	if got, want := s.get("/web/osu-search.php?r=0&q=disco&m=-1&p=0"), "1\n"+discoLine; got != want {
		t.Errorf("%s\n%s", got, want)
	}
	mania := osu.Mania
	ranked := []osu.Status{osu.StatusRanked, osu.StatusApproved}
	for path, want := range map[string]beatmaps.Query{
		"?r=0&q=Newest&m=-1&p=0":                      {Explicit: true, Statuses: ranked, Order: beatmaps.ByRanked, Limit: 100},
		"?r=5&q=Newest&m=-1&p=0":                      {Explicit: true, Statuses: []osu.Status{osu.StatusGraveyard}, Order: beatmaps.ByUpdated, Limit: 100},
		"?r=4&q=Top+Rated&m=3&p=2":                    {Explicit: true, Ruleset: &mania, Order: beatmaps.ByRating, Limit: 100, Offset: 200},
		"?r=4&q=Top%2BRated&m=3":                      {Explicit: true, Ruleset: &mania, Order: beatmaps.ByRating, Limit: 100},
		"?r=8&q=Most+Played&m=-1":                     {Explicit: true, Statuses: []osu.Status{osu.StatusLoved}, Order: beatmaps.ByPlays, Limit: 100},
		"?r=x&q=%27%20OR%201=1--&m=9&p=":              {Explicit: true, Text: "' OR 1=1--", Limit: 100},
		"?m=99999999999&p=-5":                         {Explicit: true, Limit: 100},
		"?q=" + strings.Repeat("%C3%A9", 200) + "%ff": {Explicit: true, Text: strings.Repeat("é", 128), Limit: 100},
	} {
		s.queries = nil
		s.get("/web/osu-search.php" + path)
		if diff := cmp.Diff([]beatmaps.Query{want}, s.queries); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	// A page beyond what can be searched is empty, without a search.
	s.queries = nil
	for _, page := range []string{"100", "2147483647"} {
		if got := s.get("/web/osu-search.php?p=" + page); got != "0" || s.queries != nil {
			t.Errorf("page %s: %q, %v", page, got, s.queries)
		}
	}
	// Those that the player has played.
	s.known, s.played = []beatmaps.Set{disco()}, []scores.Score{{BeatmapID: 75}, {BeatmapID: 76}}
	s.get("/web/osu-search.php?r=7&q=x&m=-1&p=0")
	if q := s.queries[0]; !q.Only || !cmp.Equal(q.Within, []int32{1}) {
		t.Errorf("%+v", q)
	}
	// One more than a page says that there is another.
	for total, want := range map[int]string{100: "100\n", 101: "101\n"} {
		s.page = beatmaps.Page{Sets: make([]beatmaps.Set, 100), Total: total}
		if got := s.get("/web/osu-search.php"); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 100 {
			t.Errorf("%d sets: %.10q", total, got)
		}
	}
	s.err = errBroken
	if got := s.get("/web/osu-search.php"); !strings.HasPrefix(got, "-1\nThe search") {
		t.Errorf("broken: %q", got)
	}
	if w := s.ask(http.MethodGet, "/web/osu-search.php?h=wrong", ""); w.Code != http.StatusUnauthorized || w.Body.Len() > 0 {
		t.Errorf("a stranger: %d", w.Code)
	}
}

func TestSearchSet(t *testing.T) {
	s := newStage(t, nil)
	s.known = []beatmaps.Set{disco()}
	for query, want := range map[string]string{
		"s=1": discoLine, "b=75": discoLine, "c=" + strings.ToUpper(md5Of75): discoLine,
		"s=2": "", "b=1": "", "c=x": "", "t=12": "", "p=5": "", "": "", "s=-1": "", "s=1%20OR%201": "", "b=99999999999999999999": "",
		"c=" + strings.Repeat("'", 32): "",
	} {
		if got := s.get("/web/osu-search-set.php?" + query); got != want {
			t.Errorf("%s: %q", query, got)
		}
	}
	s.err = errBroken
	if w := s.ask(http.MethodGet, "/web/osu-search-set.php?s=1", ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("broken: %d", w.Code)
	}
}

// FuzzLine writes sets with any text. It must be a line of so many fields that the client finds again.
func FuzzLine(f *testing.F) {
	f.Add("a|b\nc", "x,y@z", int8(3))
	f.Add("\u2028\r\n\x00|", "@0,@1|", int8(-2))
	f.Add("\xff\xfe/..\\", "", int8(127))
	f.Fuzz(func(t *testing.T, text, name string, status int8) {
		var b strings.Builder
		writeSet(&b, &beatmaps.Set{
			ID: 1, Artist: text, Title: name, Creator: text + name, Status: osu.Status(status),
			Beatmaps: []beatmaps.Beatmap{{Name: name, Ruleset: 3}, {Name: text, Stars: 1}},
		})
		line := b.String()
		fields := strings.Split(line, "|")
		if len(fields) != 14 || strings.ContainsAny(line, "\n\r\x00\u2028") {
			t.Fatalf("%d fields: %q", len(fields), line)
		}
		if strings.ContainsAny(fields[0], `/\:*?"<>`) || !strings.HasSuffix(fields[0], ".osz") {
			t.Errorf("the file is called %q", fields[0])
		}
		if d := strings.Split(fields[13], ","); len(d) != 2 || strings.Count(d[0], "@") != 1 || !strings.HasSuffix(d[0], "@3") || !strings.HasSuffix(d[1], "@0") {
			t.Errorf("difficulties: %q", fields[13])
		}
	})
}

func TestInfo(t *testing.T) {
	s := newStage(t, nil)
	s.known = []beatmaps.Set{disco()}
	s.known[0].Beatmaps[1].Status = osu.StatusGraveyard
	s.grades = []scores.BeatmapGrades{{BeatmapID: 75, Grades: []osu.Grade{osu.GradeXH, osu.GradeNone, osu.GradeS, osu.GradeNone}}}
	got := s.ask(http.MethodPost, "/web/osu-getbeatmapinfo.php", `{"Filenames":["x.osu","","a [Normal].osu"],"Ids":[76,-1,0]}`).Body.String()
	want := "2|75|1|" + md5Of75 + "|1|XH|N|S|N\n-1|76|1|" + strings.Repeat("b", 32) + "|0|N|N|N|N"
	if got != want {
		t.Errorf("%q\n%q", got, want)
	}
	got = s.ask(http.MethodPost, "/web/osu-getbeatmapinfo.php", `{"Filenames":["a [Normal].osu","x.osu","a [Normal].osu"]}`).Body.String()
	line := "|75|1|" + md5Of75 + "|1|XH|N|S|N"
	if want := "0" + line + "\n2" + line; got != want {
		t.Errorf("a file that is there twice: %q", got)
	}
	s.known[0].Beatmaps[1].Deleted = true
	if got := s.ask(http.MethodPost, "/web/osu-getbeatmapinfo.php", `{"Ids":[76]}`).Body.String(); got != "" {
		t.Errorf("a deleted beatmap: %q", got)
	}
	many, err := json.Marshal(map[string]any{"Ids": make([]int32, 101)})
	if err != nil {
		t.Fatal(err)
	}
	for body, status := range map[string]int{
		"{}": 200, string(many): 200, `{"Ids":null}`: 200, "": 400, "[": 400, `{"Ids":["x"]}`: 400, `{"Ids":[99999999999]}`: 400,
		`{"Filenames":["` + strings.Repeat("a", 300<<10) + `"]}`: 413,
	} {
		if w := s.ask(http.MethodPost, "/web/osu-getbeatmapinfo.php", body); w.Code != status || w.Code == 200 && w.Body.Len() > 0 {
			t.Errorf("%.40s: %d %q", body, w.Code, w.Body)
		}
	}
}

func TestStars(t *testing.T) {
	s := newStage(t, nil)
	s.known, s.unknown = []beatmaps.Set{disco()}, true
	s.put(t, beatmaps.FileKey(md5Of75), "osu file format v14")
	w := s.ask(http.MethodPost, "/difficulty-rating", `{"beatmap_id":75,"ruleset_id":1,"mods":[{"acronym":"DT"},"HD"]}`)
	if w.Body.String() != "5.125" || s.target.Mods.String() != "DT,HD" || s.target.Ruleset != osu.Taiko || s.target.Beatmap != md5Of75 {
		t.Errorf("%d %q of %+v", w.Code, w.Body, s.target)
	}
	for body, status := range map[string]int{
		`{"beatmap_id":99}`: 404, `{"beatmap_id":75,"ruleset_id":3}`: 400, `{"beatmap_id":75,"ruleset_id":-1}`: 400, "": 400, `{"beatmap_id":0}`: 400,
		`{"beatmap_id":75,"mods":[{"acronym":"` + strings.Repeat("X", 70<<10) + `"}]}`: 413, `{"beatmap_id":75,"mods":5}`: 400,
	} {
		if w := s.ask(http.MethodPost, "/difficulty-rating", body); w.Code != status || w.Body.Len() > 0 && status != 413 {
			t.Errorf("%.60s: %d %q", body, w.Code, w.Body)
		}
	}
}

// TestStarsOfTheGreedy asks for more than a player can.
func TestStarsOfTheGreedy(t *testing.T) {
	s := newStage(t, nil)
	s.known = []beatmaps.Set{disco()}
	answers := map[int]int{}
	for range ratingBurst + 50 {
		answers[s.ask(http.MethodPost, "/difficulty-rating", `{"beatmap_id":75}`).Code]++
	}
	if answers[200] < ratingBurst || answers[429] < 40 {
		t.Errorf("%v", answers)
	}
}

func TestSubmissionIsRefused(t *testing.T) {
	s := newStage(t, nil)
	for _, name := range []string{"osu-osz2-bmsubmit-getid.php", "osu-osz2-bmsubmit-upload.php", "osu-osz2-bmsubmit-post.php", "osu-get-beatmap-topic.php"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w := s.ask(method, "/web/"+name, strings.Repeat("x", 1000))
			if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "5\n") || strings.Count(w.Body.String(), "\n") != 1 {
				t.Errorf("%s %s: %d %q", method, name, w.Code, w.Body)
			}
		}
	}
	if w := s.ask(http.MethodPost, "/web/osu-osz2-getfilecontents.php", "x"); w.Code != http.StatusNotFound || w.Body.Len() > 0 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// TestWithoutOthers serves beatmaps where nobody keeps scores or calculates.
func TestWithoutOthers(t *testing.T) {
	w := &world{player: users.User{ID: 3, Name: "Ann"}, known: []beatmaps.Set{disco()}}
	s, err := New(DefaultConfig(), Deps{Players: door{w}, Beatmaps: library{nil, w}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	s.Osu(r)
	st := stage{w, r}
	if got := st.get("/web/osu-search.php?r=7"); got != "0" || !w.queries[0].Only {
		t.Errorf("%q", got)
	}
	if got := st.ask(http.MethodPost, "/web/osu-getbeatmapinfo.php", `{"Ids":[75]}`).Body.String(); got != "-1|75|1|"+md5Of75+"|1|N|N|N|N" {
		t.Errorf("%q", got)
	}
	if w := st.ask(http.MethodPost, "/difficulty-rating", `{"beatmap_id":75}`); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, cfg := range map[string]Config{
		"upstream": {Upstream: "ftp://x", Download: time.Hour}, "download_timeout": {Download: time.Second},
	} {
		if _, err := New(cfg, Deps{}); err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

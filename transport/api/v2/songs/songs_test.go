package songs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/songs"
	"github.com/pure-peace/peace/transport/api/v2/v2test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newStack(t testing.TB) *v2test.Stack {
	t.Helper()
	return newArea(t, v2test.New(t), nil)
}

// newArea registers the area; library stands between it and the beatmaps when it is not nil.
func newArea(t testing.TB, s *v2test.Stack, library songs.Library) *v2test.Stack {
	t.Helper()
	if library == nil {
		library = s.Beatmaps
	}
	cfg := songs.DefaultConfig()
	cfg.Patience = 120 * time.Millisecond
	area, err := songs.New(cfg, songs.Deps{
		Beatmaps: library, Files: s.Files, Users: s.Users, People: s.People, Scores: s.Scores, Rankings: s.Rankings,
		Performance: s.Performance, Links: s.Links,
	})
	if err != nil {
		t.Fatal(err)
	}
	area.Register(s.API)
	return s
}

func refused(t *testing.T, a v2test.Answer, code int, text string) {
	t.Helper()
	var body struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil || a.Code != code || body.Error != text {
		t.Errorf("%d %s, want %d %q", a.Code, a.Body, code, text)
	}
}

func TestBeatmaps(t *testing.T) {
	s := newStack(t)
	_, ann := s.Player(t, "Ann")
	public := s.Token(0, "public")
	set := s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	b := set.Beatmaps[0]
	for _, query := range []string{
		"/beatmaps/lookup?checksum=" + strings.ToUpper(b.MD5), "/beatmaps/lookup?id=75",
		"/beatmaps/lookup/?filename=" + url.QueryEscape(b.File),
		"/beatmaps/lookup?checksum=00000000000000000000000000000000&filename=nothing&id=75",
		"/beatmaps/lookup?id=999&checksum=" + b.MD5,
		"/beatmaps/75", "/beatmaps/75/",
	} {
		var got resource.Beatmap
		s.Get(t, query, ann).Into(t, &got)
		if got.ID != 75 || got.Checksum != b.MD5 || got.Beatmapset == nil || got.Beatmapset.ID != 7 || got.Status != "ranked" || got.Mode != "osu" ||
			got.MaxCombo == nil || *got.MaxCombo != 40 || len(*got.Beatmapset.Ratings) != 11 || len(got.Owners) != 1 || got.Failtimes == nil {
			t.Errorf("%s: %+v", query, got)
		}
	}
	for _, query := range []string{
		"/beatmaps/lookup?checksum=00000000000000000000000000000000", "/beatmaps/lookup", "/beatmaps/lookup?id=-5", "/beatmaps/999", "/beatmaps/0", "/beatmaps/x",
		"/beatmaps/99999999999",
	} {
		refused(t, s.Get(t, query, public), http.StatusNotFound, "Specified beatmap couldn't be found.")
	}
	var list struct{ Beatmaps []resource.Beatmap }
	for _, query := range []string{"/beatmaps/?ids[]=999&ids[]=75&ids[]=75", "/beatmaps?ids=75", "/beatmaps?ids[]=75&ids[]=x"} {
		s.Get(t, query, public).Into(t, &list)
		if len(list.Beatmaps) != 1 || list.Beatmaps[0].ID != 75 || list.Beatmaps[0].Beatmapset == nil {
			t.Errorf("%s: %+v", query, list)
		}
	}
	s.Get(t, "/beatmaps?ids[]=1", public).Into(t, &list)
	if len(list.Beatmaps) != 0 {
		t.Errorf("%+v", list)
	}
	if a := s.Get(t, "/beatmaps?"+strings.Repeat("ids[]=1&", 51), public); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("51 at once: %d", a.Code)
	}
	if a := s.Get(t, "/beatmaps/75", ""); a.Code != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.Code)
	}
}

// slow is a library that knows nothing until it was asked some times, as one whose sources are asked meanwhile.
type slow struct {
	songs.Library
	asked, after int
}

func (l *slow) Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	if l.asked++; l.asked <= l.after {
		return nil, nil
	}
	return l.Library.Beatmaps(ctx, keys)
}

func TestLookupPatience(t *testing.T) {
	s := v2test.New(t)
	library := &slow{Library: s.Beatmaps, after: 1}
	newArea(t, s, library)
	_, ann := s.Player(t, "Ann")
	set := s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	query := "/beatmaps/lookup?checksum=" + set.Beatmaps[0].MD5
	if a := s.Get(t, query, ann); a.Code != http.StatusOK {
		t.Errorf("one that the sources knew: %d after %d", a.Code, library.asked)
	}
	library.asked, library.after = 0, 1<<30
	refused(t, s.Get(t, "/beatmaps/lookup?filename=a.osu", ann), http.StatusNotFound, "Specified beatmap couldn't be found.")
	if library.asked != 1 {
		t.Errorf("a file that no source can be asked for was looked for %d times", library.asked)
	}
	for range 30 {
		s.Get(t, query, ann)
	}
	library.asked = 0
	if s.Get(t, query, ann); library.asked != 1 {
		t.Errorf("somebody waits again and again: %d", library.asked)
	}
}

func TestAttributes(t *testing.T) {
	s := newStack(t)
	_, ann := s.Player(t, "Ann")
	s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	rate := func(body any) float64 {
		t.Helper()
		var got struct {
			Attributes map[string]float64
		}
		s.Do(t, http.MethodPost, "/beatmaps/75/attributes", ann, body).Into(t, &got)
		if got.Attributes["max_combo"] != 40 {
			t.Errorf("%v: %v", body, got)
		}
		return got.Attributes["star_rating"]
	}
	plain, double := rate(nil), rate(`{"mods":64}`)
	if plain <= 0 || double <= plain {
		t.Errorf("%v stars, %v with DoubleTime", plain, double)
	}
	for _, body := range []any{
		`{"mods":"64"}`, `{"mods":["DT"]}`, `{"mods":["dt"],"ruleset":"osu"}`, `{"mods":[{"acronym":"DT"}],"ruleset_id":0}`,
		`{"mods":[{"acronym":"DT","settings":{"speed_change":1.5}}],"ruleset_id":"0"}`,
		url.Values{"mods": {"64"}}, url.Values{"mods[]": {"DT"}, "ruleset_id": {"0"}},
	} {
		if got := rate(body); got != double {
			t.Errorf("%v: %v stars, want %v", body, got, double)
		}
	}
	if faster := rate(`{"mods":[{"acronym":"DT","settings":{"speed_change":1.3}}]}`); faster <= plain || faster >= double {
		t.Errorf("%v stars at 1.3", faster)
	}
	var taiko struct {
		Attributes map[string]float64
	}
	s.Do(t, http.MethodPost, "/beatmaps/75/attributes", ann, `{"ruleset":"taiko"}`).Into(t, &taiko)
	if taiko.Attributes["star_rating"] == plain || len(taiko.Attributes) < 3 {
		t.Errorf("taiko: %v", taiko)
	}
	for body, want := range map[string]string{
		`{"ruleset_id":9}`: "invalid ruleset_id specified", `{"ruleset":"golf"}`: "invalid ruleset specified",
		`{"mods":["D!"]}`: "invalid mods specified", `{"mods":[1]}`: "invalid mods specified",
		`{"mods":"?!"}`: "invalid mods specified",
	} {
		refused(t, s.Do(t, http.MethodPost, "/beatmaps/75/attributes", ann, body), http.StatusUnprocessableEntity, want)
	}
	if a := s.Do(t, http.MethodPost, "/beatmaps/75/attributes", ann, `{"mods":["ZZ"]}`); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a mod that does not exist: %d %s", a.Code, a.Body)
	}
	for _, body := range []string{"{", "[]", `{"mods":{}}`, strings.Repeat("x", 70<<10)} {
		if a := s.Do(t, http.MethodPost, "/beatmaps/75/attributes", ann, body); a.Code/100 != 4 && body != `{"mods":{}}` {
			t.Errorf("%.20q: %d", body, a.Code)
		}
	}
	refused(t, s.Do(t, http.MethodPost, "/beatmaps/76/attributes", ann, nil), http.StatusNotFound, "Specified beatmap couldn't be found.")
}

func TestSets(t *testing.T) {
	s := newStack(t)
	ann, token := s.Player(t, "Ann")
	bob, _ := s.Player(t, "Bob")
	made := s.Import(t, v2test.Circles{N: 40, Title: "Own", Version: "Easy"}, osu.StatusLoved, beatmaps.Import{CreatorID: ann.ID})
	id := fmt.Sprint(made.ID)
	if _, err := s.Beatmaps.Vote(t.Context(), bob.ID, made.Beatmaps[0].ID, 7); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Beatmaps.Favour(t.Context(), bob.ID, made.ID, true); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/beatmapsets/" + id, "/beatmapsets/lookup?beatmap_id=" + fmt.Sprint(made.Beatmaps[0].ID)} {
		var got resource.Beatmapset
		s.Get(t, path, token).Into(t, &got)
		if got.ID != made.ID || got.Status != "loved" || got.User == nil || got.User.ID != ann.ID || got.UserID != ann.ID || got.HasFavourited ||
			len(*got.Beatmaps) != 1 || len(*got.Converts) != 3 || (*got.Ratings)[7] != 1 || got.FavouriteCount != 1 ||
			len(*got.RecentFavourites) != 1 || (*got.RecentFavourites)[0].ID != bob.ID || len(*got.RelatedUsers) != 1 {
			t.Errorf("%s: %+v", path, got)
		}
		for i, convert := range *got.Converts {
			if !convert.Convert || convert.ModeInt != int32(i+1) || convert.MaxCombo != nil {
				t.Errorf("convert %d: %+v", i, convert)
			}
		}
		if want := "https://assets." + v2test.Domain + "/beatmaps/" + id + "/covers/cover@2x.jpg?"; !strings.HasPrefix(got.Covers.Cover2x, want) {
			t.Errorf("cover %s", got.Covers.Cover2x)
		}
	}
	for path, what := range map[string]string{
		"/beatmapsets/5": "beatmapset", "/beatmapsets/x": "beatmapset", "/beatmapsets/lookup": "beatmap", "/beatmapsets/lookup?beatmap_id=5": "beatmap",
	} {
		refused(t, s.Get(t, path, token), http.StatusNotFound, "Specified "+what+" couldn't be found.")
	}
}

func TestFavourites(t *testing.T) {
	s := newStack(t)
	ann, token := s.Player(t, "Ann")
	set := s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	count := func(action string) (n struct {
		Count int `json:"favourite_count"`
	}) {
		t.Helper()
		s.Do(t, http.MethodPost, "/beatmapsets/7/favourites", token, url.Values{"action": {action}}).Into(t, &n)
		return n
	}
	if n := count("favourite"); n.Count != 1 {
		t.Errorf("%+v", n)
	}
	var sets []resource.Beatmapset
	s.Get(t, fmt.Sprintf("/users/%d/beatmapsets/favourite", ann.ID), token).Into(t, &sets)
	if len(sets) != 1 || sets[0].ID != set.ID || !sets[0].HasFavourited || len(*sets[0].Beatmaps) != 1 {
		t.Errorf("%+v", sets)
	}
	if n := count("unfavourite"); n.Count != 0 {
		t.Errorf("%+v", n)
	}
	refused(t, s.Do(t, http.MethodPost, "/beatmapsets/8/favourites", token, url.Values{"action": {"favourite"}}), http.StatusNotFound, "Specified beatmapset couldn't be found.")
	if a := s.Do(t, http.MethodPost, "/beatmapsets/7/favourites", token, url.Values{"action": {"x"}}); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Code)
	}
	if a := s.Do(t, http.MethodPost, "/beatmapsets/7/favourites", s.Token(ann.ID, "public"), url.Values{"action": {"favourite"}}); a.Code != http.StatusForbidden {
		t.Errorf("a program: %d", a.Code)
	}
}

func TestDownload(t *testing.T) {
	s := v2test.New(t)
	archive := beatmaps.Archive{}
	library := &archives{Library: s.Beatmaps, archive: &archive}
	newArea(t, s, library)
	_, token := s.Player(t, "Ann")
	if _, err := s.Files.Put(t.Context(), "beatmapsets/7.osz", []byte("archive")); err != nil {
		t.Fatal(err)
	}
	archive = beatmaps.Archive{Key: "beatmapsets/7.osz", Name: "7 A - \"B\".osz"}
	a := s.Get(t, "/beatmapsets/7/download?noVideo=1", token)
	if a.Code != http.StatusOK || string(a.Body) != "archive" || !library.withoutVideo || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment; filename=") {
		t.Errorf("%d %s %v", a.Code, a.Body, a.Header)
	}
	archive = beatmaps.Archive{URL: "https://mirror.example.com/7"}
	if a := s.Get(t, "/beatmapsets/7/download", token); a.Code != http.StatusFound || a.Header.Get("Location") != archive.URL || library.withoutVideo {
		t.Errorf("%d %v", a.Code, a.Header)
	}
	archive = beatmaps.Archive{Key: "beatmapsets/8.osz"}
	refused(t, s.Get(t, "/beatmapsets/8/download", token), http.StatusNotFound, "Specified beatmapset couldn't be found.")
	for _, err := range []error{beatmaps.ErrNotFound, beatmaps.ErrNoArchive} {
		library.err = err
		refused(t, s.Get(t, "/beatmapsets/8/download", token), http.StatusNotFound, "Specified beatmapset couldn't be found.")
	}
	if a := s.Get(t, "/beatmapsets/7/download", s.Token(0, "public")); a.Code != http.StatusForbidden {
		t.Errorf("a program: %d", a.Code)
	}
}

type archives struct {
	songs.Library
	archive      *beatmaps.Archive
	err          error
	withoutVideo bool
}

func (l *archives) Archive(_ context.Context, _ int32, withoutVideo bool) (beatmaps.Archive, error) {
	l.withoutVideo = withoutVideo
	return *l.archive, l.err
}

func TestTags(t *testing.T) {
	s := newStack(t)
	ann, token := s.Player(t, "Ann")
	bob, other := s.Player(t, "Bob")
	set := s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	var list struct{ Tags []resource.Tag }
	s.Get(t, "/tags", s.Token(0, "public")).Into(t, &list)
	at := slices.IndexFunc(list.Tags, func(tag resource.Tag) bool { return tag.RulesetID == nil })
	if at < 0 || len(list.Tags) < 100 {
		t.Fatalf("%d tags", len(list.Tags))
	}
	path := fmt.Sprintf("/beatmaps/75/tags/%d", list.Tags[at].ID)
	refused(t, s.Do(t, http.MethodPut, path, token, nil), http.StatusForbidden, "You must set a score on a beatmap to add a tag.")
	play(t, s, ann.ID, set.Beatmaps[0], "a", 900_000, true)
	for range 2 {
		if a := s.Do(t, http.MethodPut, path, token, nil); a.Code != http.StatusNoContent {
			t.Errorf("%d %s", a.Code, a.Body)
		}
	}
	var b resource.Beatmap
	s.Get(t, "/beatmaps/75", token).Into(t, &b)
	if tags := *b.TopTagIDs; len(tags) != 1 || tags[0] != (resource.TagCount{TagID: list.Tags[at].ID, Count: 1}) ||
		!slices.Equal(*b.CurrentUserTagIDs, []int32{list.Tags[at].ID}) || len(*b.Beatmapset.RelatedTags) != 1 {
		t.Errorf("%+v", b)
	}
	if a := s.Do(t, http.MethodDelete, path, token, nil); a.Code != http.StatusNoContent {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	refused(t, s.Do(t, http.MethodPut, "/beatmaps/75/tags/999999", token, nil), http.StatusNotFound, "Specified tag couldn't be found.")
	refused(t, s.Do(t, http.MethodDelete, "/beatmaps/5/tags/1", token, nil), http.StatusNotFound, "Specified beatmap couldn't be found.")
	if _, err := s.Users.Restrict(t.Context(), bob.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if a := s.Do(t, http.MethodPut, path, other, nil); a.Code != http.StatusForbidden {
		t.Errorf("a restricted player: %d", a.Code)
	}
}

// play records a play of lazer.
func play(t *testing.T, s *v2test.Stack, userID int32, b beatmaps.Beatmap, key string, total int64, passed bool) scores.Score {
	t.Helper()
	result, err := s.Scores.Submit(t.Context(), scores.Submission{
		Key: key, UserID: userID, Client: scores.Lazer, BeatmapMD5: b.MD5, Ruleset: b.Ruleset, Mods: mods.Set{},
		Statistics: map[string]int32{"great": 40}, Maximum: map[string]int32{"great": 40}, MaxCombo: 40, Total: total, Accuracy: 1,
		Grade: osu.GradeX, Passed: passed, PlayTime: time.Minute, EndedAt: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return result.Score
}

func TestOfUser(t *testing.T) {
	s := newStack(t)
	ann, token := s.Player(t, "Ann")
	bob, _ := s.Player(t, "Bob")
	path := func(user any, list string) string { return fmt.Sprintf("/users/%v/beatmapsets/%s", user, list) }
	own := make(map[string]int32)
	for list, status := range map[string]osu.Status{
		"ranked": osu.StatusApproved, "loved": osu.StatusLoved, "pending": osu.StatusQualified, "graveyard": osu.StatusGraveyard,
	} {
		own[list] = s.Import(t, v2test.Circles{N: 40, Title: list, Version: "Easy"}, status, beatmaps.Import{CreatorID: ann.ID}).ID
	}
	s.Import(t, v2test.Circles{N: 40, Title: "shared", Version: "Easy"}, osu.StatusPending, beatmaps.Import{CreatorID: bob.ID})
	own["guest"] = s.Import(t, v2test.Circles{N: 41, Title: "shared", Version: "Hard"}, osu.StatusPending, beatmaps.Import{CreatorID: ann.ID}).ID
	for list, id := range own {
		var sets []resource.Beatmapset
		s.Get(t, path(ann.ID, list), token).Into(t, &sets)
		if len(sets) != 1 || sets[0].ID != id {
			t.Errorf("%s: %+v", list, sets)
		}
	}
	for _, list := range []string{"favourite", "nominated", "most_played", "ranked?offset=10000"} {
		if a := s.Get(t, path("@ann", list), token); a.Code != http.StatusOK || strings.TrimSpace(string(a.Body)) != "[]" {
			t.Errorf("%s: %d %s", list, a.Code, a.Body)
		}
	}
	refused(t, s.Get(t, path(ann.ID, "x"), token), http.StatusNotFound, "Specified list couldn't be found.")
	refused(t, s.Get(t, path(999999, "ranked"), token), http.StatusNotFound, "Specified user couldn't be found.")
	if _, err := s.Users.Restrict(t.Context(), ann.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Get(t, path(ann.ID, "ranked"), s.Token(bob.ID, "*")), http.StatusNotFound, "Specified user couldn't be found.")
}

func TestPlayed(t *testing.T) {
	s := newStack(t)
	ann, token := s.Player(t, "Ann")
	set := s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	s.Import(t, v2test.Circles{N: 40, Title: "Other", Version: "Easy", ID: 76, Set: 8}, osu.StatusRanked)
	for i := range 3 {
		play(t, s, ann.ID, set.Beatmaps[0], fmt.Sprint(i), 900_000, i > 0)
	}
	for range s.Rankings.Rebuild(t.Context()) { // counts what was not counted yet
	}
	var list []struct {
		BeatmapID  int32               `json:"beatmap_id"`
		Count      int32               `json:"count"`
		Beatmap    resource.Beatmap    `json:"beatmap"`
		Beatmapset resource.Beatmapset `json:"beatmapset"`
	}
	s.Get(t, fmt.Sprintf("/users/%d/beatmapsets/most_played?limit=10&offset=0", ann.ID), token).Into(t, &list)
	if len(list) != 1 || list[0].BeatmapID != 75 || list[0].Count != 3 || list[0].Beatmap.ID != 75 || list[0].Beatmapset.ID != 7 {
		t.Errorf("%+v", list)
	}
	var b resource.Beatmap
	s.Get(t, "/beatmaps/75", token).Into(t, &b)
	if b.CurrentUserPlaycount != 3 {
		t.Errorf("played %d times", b.CurrentUserPlaycount)
	}
	var passed struct {
		Beatmaps []resource.Beatmap `json:"beatmaps_passed"`
	}
	for query, want := range map[string]int{"": 1, "&ruleset_id=0": 1, "&ruleset_id=1": 0, "&exclude_converts=1": 1} {
		s.Get(t, fmt.Sprintf("/users/%d/beatmaps-passed?beatmapset_ids[]=7&beatmapset_ids[]=8%s", ann.ID, query), token).Into(t, &passed)
		if len(passed.Beatmaps) != want {
			t.Errorf("%q: %+v", query, passed)
		}
	}
	for query, want := range map[string][]int32{
		"played=played": {7}, "played=unplayed": {8}, "r=X": {7}, "r=XH.S": nil, "played=played&m=1": nil, "played=unplayed&m=0": {8},
	} {
		if got, _ := find(t, s, token, query); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
}

package people_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/people"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// keys returns the keys of a JSON object in the order in which they are written, those of objects within it as "outer.inner".
func keys(t *testing.T, object string) []string {
	t.Helper()
	var all []string
	decoder := json.NewDecoder(strings.NewReader(object))
	var walk func(prefix string)
	walk = func(prefix string) {
		token, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		delim, ok := token.(json.Delim)
		for ok && decoder.More() {
			within := prefix + "[]"
			if delim == '{' {
				key, err := decoder.Token()
				if err != nil {
					t.Fatal(err)
				}
				within = strings.TrimPrefix(fmt.Sprintf("%s.%s", prefix, key), ".")
				if !slices.Contains(all, within) {
					all = append(all, within)
				}
			}
			walk(within)
		}
		if ok {
			if _, err := decoder.Token(); err != nil {
				t.Fatal(err)
			}
		}
	}
	walk("")
	return all
}

// golden compares an answer with a file, after moments of the test have been taken out of it. UPDATE=1 writes the file.
func golden(t *testing.T, name, body string) {
	t.Helper()
	var out strings.Builder
	body = regexp.MustCompile(`"20[2-9]\d-\d\d-\d\d(T\d\d:\d\d:\d\d\+00:00)?"`).ReplaceAllString(body, `"NOW"`) // the test's own are of 2019
	body = regexp.MustCompile(`"data":\[(0,)+1\]`).ReplaceAllString(body, `"data":[0,…,1]`)
	depth := 0
	quoted := false
	for i := range len(body) {
		c := body[i]
		switch {
		case c == '"' && body[i-1] != '\\':
			quoted = !quoted
		case quoted:
		case c == '{' && body[i+1] != '}':
			depth++
			out.WriteString("{\n" + strings.Repeat("\t", depth))
			continue
		case c == '}' && body[i-1] != '{':
			depth--
			out.WriteString("\n" + strings.Repeat("\t", depth))
		case c == ',' && body[i+1] == '"':
			out.WriteString(",\n" + strings.Repeat("\t", depth))
			continue
		}
		out.WriteByte(c)
	}
	file := "testdata/" + name
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(out.String()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()+"\n"); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// before fails unless the keys of an object come in an order that lazer can read.
func before(t *testing.T, object string, order ...string) {
	t.Helper()
	all := keys(t, object)
	at := -1
	for _, key := range order {
		next := slices.Index(all, key)
		if next <= at {
			t.Errorf("%s is key %d, after %d", key, next, at)
		}
		at = next
	}
}

func ptr[T any](v T) *T { return &v }

// TestMe has the whole answer that a client decides by whether it is logged in.
func TestMe(t *testing.T) {
	s := newServer(t)
	ann := s.Register(t, "Ann")
	fan := s.Register(t, "fan")
	s.play(t, ann.ID, osu.Standard, 100)
	if err := s.Relations.Add(t.Context(), fan.ID, ann.ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	if err := s.Rankings.Viewed(t.Context(), ann.ID, rankings.Board{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Update(t.Context(), ann.ID, ann.ID, users.Change{Name: ptr("Annie")}); err != nil {
		t.Fatal(err)
	}
	err := s.Users.SaveProfile(t.Context(), users.Profile{
		UserID: ann.ID, Interests: "tea <3", Website: "https://example.com", Hue: ptr(int32(200)), Playstyles: users.Tablet | users.Mouse,
		Title: "Champion", Colour: "ff00aa", Discord: "annie", Location: "Ōtepoti",
	}, users.BotID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Grant(t.Context(), ann.ID, users.BotID, users.Nominator|users.Moderator, 0); err != nil {
		t.Fatal(err)
	}
	status, body := s.ask("GET", "/me/", ann.ID, 20260821)
	if status != 200 {
		t.Fatal(status, body)
	}
	golden(t, "me.json", body)
	before(t, body, "cover_url", "cover")
	before(t, body, "statistics", "rank_history")

	// In another ruleset, and with a second factor that is still to come.
	status, body = s.ask("GET", "/me/mania", ann.ID, 20260821)
	if status != 200 || !strings.Contains(body, `"rank_history":null`) || !strings.Contains(body, `"scores_best_count":103`) {
		t.Errorf("in mania: %d %s", status, body)
	}
	status, body = s.askAs(strconv.Itoa(int(ann.ID))+"?", "GET", "/me/", 20260821)
	if status != 200 || !strings.Contains(body, `"session_verified":false,"session_verification_method":"totp"`) {
		t.Errorf("unverified: %d %s", status, body)
	}
	s.refuses(t, "GET", "/me/standard", ann.ID, 404, `{"error":null}`)
	s.refuses(t, "GET", "/me", 9999, 404, noUser)
	s.refuses(t, "GET", "/me/beatmapset-favourites", ann.ID, 200, `{"beatmapset_ids":[5,6,7]}`)
	if status, _ := s.ask("GET", "/me", 0, 20260821); status != 403 {
		t.Errorf("the account of a token for nobody: %d", status)
	}
}

// TestMeAlways says what may never be null, for an account that has done nothing, with no module that counts anything.
func TestMeAlways(t *testing.T) {
	s := newServer(t, func(d *people.Deps) {
		d.Beatmaps, d.Scores, d.Achievements, d.Comments = nil, nil, nil, nil
		d.Rankings, d.Relations = broken{}, brokenRelations{}
	})
	ann := s.Register(t, "Ann")
	status, body := s.ask("GET", "/me/", ann.ID, 20260821)
	if status != 200 {
		t.Fatal(status, body)
	}
	var me map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &me); err != nil {
		t.Fatal(err)
	}
	nullable := []string{
		"discord", "interests", "location", "occupation", "playstyle", "profile_hue", "title", "title_url", "twitter", "website", "team",
		"profile_colour", "active_tournament_banner", "current_season_stats", "rank_highest", "rank_history", "rankHistory",
		"session_verification_method", "score_processing_notice_url",
	}
	for key, value := range me {
		if string(value) == "null" && !slices.Contains(nullable, key) {
			t.Errorf("%s is null", key)
		}
	}
	if string(me["last_visit"]) == "null" { // lazer would hide
		t.Error("last_visit of oneself is null")
	}
	s.refuses(t, "GET", "/me/beatmapset-favourites", ann.ID, 200, `{"beatmapset_ids":[]}`)

	// Hidden means hidden, to himself as well: that is how the client learns of it.
	if err := s.Users.SaveSettings(t.Context(), ann.ID, users.Settings{HidePresence: true, FriendsOnlyMessages: true}); err != nil {
		t.Fatal(err)
	}
	hidden := get[resource.Me](t, s, "/me", ann.ID)
	if hidden.LastVisit != nil || !hidden.PMFriendsOnly {
		t.Errorf("hidden: %v, %t", hidden.LastVisit, hidden.PMFriendsOnly)
	}
}

// broken cannot be reached.
type broken struct{ people.Rankings }

var errBroken = errors.New("broken")

func (broken) Statistics(context.Context, []int32, rankings.Board) ([]rankings.Statistics, error) {
	return nil, errBroken
}
func (broken) Ranking(context.Context, rankings.Listing) (rankings.Page, error) {
	return rankings.Page{}, errBroken
}
func (broken) History(context.Context, int32, rankings.Board) (rankings.History, error) {
	return rankings.History{}, errBroken
}
func (broken) MostPlayed(context.Context, int32, int, int) ([]rankings.Playcount, int, error) {
	return nil, 0, errBroken
}

type brokenRelations struct{ people.Relations }

func (brokenRelations) Counts(context.Context, []int32, relations.Kind) ([]int32, error) {
	return nil, errBroken
}
func (brokenRelations) Between(context.Context, int32, []int32) ([]relations.Standing, error) {
	return nil, errBroken
}

func (brokenRelations) List(context.Context, int32) ([]relations.Relation, error) {
	return nil, errBroken
}

// failing are modules that cannot be reached.
type failing struct{}

func (failing) Search(context.Context, beatmaps.Query) (beatmaps.Page, error) {
	return beatmaps.Page{}, errBroken
}
func (failing) Favourites(context.Context, int32) ([]int32, error) { return nil, errBroken }

type failingMedals struct{}

func (failingMedals) Of(context.Context, []int32) ([]achievements.Award, error) {
	return nil, errBroken
}

type failingScores struct{}

func (failingScores) Of(context.Context, scores.List) (scores.Listing, error) {
	return scores.Listing{}, errBroken
}

// A module that is down keeps nobody from logging in.
func TestMeWithoutModules(t *testing.T) {
	s := newServer(t, func(d *people.Deps) {
		d.Beatmaps, d.Achievements, d.Scores = failing{}, failingMedals{}, failingScores{}
	})
	ann := s.Register(t, "Ann")
	if me := get[resource.Me](t, s, "/me", ann.ID); me.Username != "Ann" || me.StatisticsRulesets == nil {
		t.Errorf("me: %+v", me)
	}
	s.refuses(t, "GET", "/me/beatmapset-favourites", ann.ID, 500, `{"error":"Something went wrong on the server."}`)
}

func TestProfile(t *testing.T) {
	s := newServer(t)
	ann, bob := s.Register(t, "Ann"), s.Register(t, "12345")
	s.online(t, bob)
	if _, err := s.Users.Update(t.Context(), ann.ID, ann.ID, users.Change{Ruleset: ptr(osu.Catch), Country: ptr("")}); err != nil {
		t.Fatal(err)
	}
	id := strconv.Itoa(int(ann.ID))
	for _, path := range []string{"/users/" + id, "/users/" + id + "/", "/users/" + id + "/?key=id", "/users/ann", "/users/@Ann/", "/users/%40ann?key=username",
		"/users/ANN?key=username", "/users/ann/fruits", "/users/" + id + "/osu?key=id"} {
		p := get[resource.Profile](t, s, path, bob.ID)
		if p.ID != ann.ID || p.Playmode != "fruits" || p.CountryCode != "XX" || p.Country.Name != "Unknown" || p.IsOnline || p.LastVisit != nil ||
			p.IsRestricted != nil || p.CurrentUserAttributes == nil || p.StatisticsRulesets != nil {
			t.Errorf("%s: %+v", path, p.Person)
		}
	}
	if p := get[resource.Profile](t, s, "/users/12345", 0); p.ID != bob.ID || !p.IsOnline || !p.IsActive || p.CurrentUserAttributes != nil {
		t.Errorf("a name of digits: %+v", p.Person)
	}
	if p := get[resource.Profile](t, s, "/users/1", 0); !p.IsBot || p.DefaultGroup != "bot" || p.IsSupporter {
		t.Errorf("the bot: %+v", p.Person)
	}
	if osu, fruits := get[resource.Profile](t, s, "/users/"+id+"/osu", 0), get[resource.Profile](t, s, "/users/"+id, 0); osu.ScoresBestCount != 100 || fruits.ScoresBestCount != 102 {
		t.Errorf("scores in osu %d, by default %d", osu.ScoresBestCount, fruits.ScoresBestCount)
	}
	for _, path := range []string{"/users/9999", "/users/nobody", "/users/@9999", "/users/12345?key=id", "/users/" + id + "?key=username", "/users/-1", "/users/99999999999", "/users/@", "/users/%00"} {
		s.refuses(t, "GET", path, 0, 404, noUser)
	}
	for _, ruleset := range []string{"nothing", "osux", "xmania", "standard", "osu|taiko"} {
		s.refuses(t, "GET", "/users/"+id+"/"+ruleset, 0, 404, `{"error":null}`)
	}

	// Who is restricted is there for himself.
	if _, err := s.Users.Restrict(t.Context(), ann.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	s.refuses(t, "GET", "/users/"+id, bob.ID, 404, noUser)
	s.refuses(t, "GET", "/users/ann", 0, 404, noUser)
	own := get[resource.Profile](t, s, "/users/"+id, ann.ID)
	if own.IsRestricted == nil || !*own.IsRestricted {
		t.Errorf("to himself: %+v", own.IsRestricted)
	}
}

// Numbers that a client has 32 bits for do not overflow them.
func TestLargeNumbers(t *testing.T) {
	s := resource.StatisticsOf(rankings.Statistics{
		Hits: math.MaxInt64, TotalScore: math.MaxInt64, PlayTime: math.MaxInt64, Count300: 1 << 40, CountMiss: math.MaxInt64, PP: math.NaN(),
		Accuracy: math.Inf(1), RankedScore: math.MaxInt64, Playcount: math.MaxInt32, GlobalRank: -1,
	})
	if s.TotalHits != math.MaxInt32 || s.Count300 != math.MaxInt32 || s.CountMiss != math.MaxInt32 || s.PP != 0 || s.Accuracy != 0 || s.Level.Current < 100 || s.GlobalRank != nil {
		t.Errorf("%+v", s)
	}
	if _, err := json.Marshal(s); err != nil {
		t.Error(err)
	}
	if worst := resource.StatisticsOf(rankings.Statistics{TotalScore: -5}); worst.Level.Current != 1 || worst.Level.Progress != 0 {
		t.Errorf("level of less than nothing: %+v", worst.Level)
	}
}

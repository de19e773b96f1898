package plays_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/plays"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/v2test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a server with a ranked beatmap of forty circles.
type bench struct {
	*v2test.Stack
	beatmap beatmaps.Beatmap
}

func newBench(t testing.TB, change func(*plays.Config, *plays.Deps)) *bench {
	t.Helper()
	s := v2test.New(t)
	cfg := plays.DefaultConfig()
	deps := plays.Deps{
		Scores: s.Scores, Beatmaps: s.Beatmaps, Users: s.Users, People: s.People, Relations: s.Relations, Files: s.Files,
		Rankings: s.Rankings, Links: s.Links, Log: s.Log,
	}
	if change != nil {
		change(&cfg, &deps)
	}
	area, err := plays.New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	area.Register(s.API)
	set := s.Import(t, v2test.Circles{N: 40, Title: "Title", Version: "Easy", ID: 75, Set: 7}, osu.StatusRanked)
	return &bench{s, set.Beatmaps[0]}
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

// lazer and stable record plays that end in a total.
func (b *bench) lazer(t testing.TB, userID int32, key string, total int64, change ...func(*scores.Submission)) scores.Score {
	t.Helper()
	s := scores.Submission{
		Key: key, UserID: userID, Client: scores.Lazer, ClientVersion: "2026.821.0", BeatmapMD5: b.beatmap.MD5, Mods: mods.Set{},
		Statistics: map[string]int32{"great": 39, "ok": 1}, Maximum: map[string]int32{"great": 40}, MaxCombo: 40, Total: total,
		Accuracy: 0.98, Grade: osu.GradeS, Passed: true, PlayTime: time.Minute, EndedAt: time.Now(),
	}
	for _, c := range change {
		c(&s)
	}
	result, err := b.Scores.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return result.Score
}

func (b *bench) stable(t testing.TB, userID int32, key string, total int64) scores.Score {
	t.Helper()
	return b.lazer(t, userID, key, total, func(s *scores.Submission) {
		s.Client, s.Mods, s.Maximum, s.ClientVersion = scores.Stable, mods.Of(mods.Classic), nil, "b20260821"
		s.Geki, s.Katu = 9, 1
	})
}

// leaderboard is a board as the API answers with it.
type leaderboard struct {
	Scores []resource.Score `json:"scores"`
	Count  int              `json:"score_count"`
	Own    *struct {
		Position *int32
		Score    resource.Score
	} `json:"user_score"`
}

func (b *bench) board(t *testing.T, token, query string) (players []int32, board leaderboard) {
	t.Helper()
	b.Get(t, "/beatmaps/75/scores?"+query, token).Into(t, &board)
	for _, s := range board.Scores {
		players = append(players, s.UserID)
		if s.User == nil || s.User.ID != s.UserID || s.User.Country.Code == "XX" {
			t.Errorf("%s: the player of %+v", query, s)
		}
	}
	return players, board
}

func TestLeaderboard(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, other := b.Player(t, "Bob")
	cleo, _ := b.Player(t, "Cleo")
	nobody := b.Token(0, "public")
	if players, board := b.board(t, token, ""); players != nil || board.Count != 0 || board.Own != nil {
		t.Errorf("an empty board: %+v", board)
	}
	b.lazer(t, ann.ID, "a", 500_000)
	b.lazer(t, bob.ID, "b", 990_000)
	b.lazer(t, bob.ID, "b2", 600_000, func(s *scores.Submission) { s.Mods = mods.Of(mods.Hidden) })
	old := b.stable(t, cleo.ID, "c", 12345)
	players, board := b.board(t, token, "type=global&mode=osu&limit=50")
	if len(players) != 3 || players[0] != bob.ID || board.Count != 3 || board.Own == nil || board.Own.Score.UserID != ann.ID || board.Own.Position == nil {
		t.Errorf("%v: %+v", players, board)
	}
	at := slices.Index(players, cleo.ID)
	if at < 0 {
		t.Fatalf("no score of stable: %v", players)
	}
	if s := board.Scores[at]; s.LegacyScoreID == nil || *s.LegacyScoreID != old.ID || s.LegacyTotalScore != 12345 || !s.Mods.Has(mods.Classic) ||
		s.MaximumStatistics.Objects() != 40 || !s.IsPerfectCombo {
		t.Errorf("of stable: %+v", s)
	}
	if own, first := board.Scores[slices.Index(players, ann.ID)], board.Scores[0]; own.CurrentUserAttributes.Pin == nil || own.LegacyScoreID != nil ||
		own.ClassicTotalScore == 0 || first.CurrentUserAttributes.Pin != nil || first.Type != "solo_score" || first.Rank != "S" || first.PP == nil {
		t.Errorf("of lazer: %+v, %+v", own, first)
	}
	if players, board := b.board(t, nobody, "limit=1"); len(players) != 1 || board.Own != nil || board.Count != 3 {
		t.Errorf("to nobody: %v %+v", players, board)
	}
	// Scopes.
	if err := b.Relations.Add(t.Context(), ann.ID, cleo.ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	if players, board := b.board(t, token, "type=friend"); len(players) != 2 || slices.Contains(players, bob.ID) || board.Count != 2 || board.Own == nil {
		t.Errorf("friends: %v", players)
	}
	if players, board := b.board(t, other, "type=friend"); !slices.Equal(players, []int32{bob.ID}) || *board.Own.Position != 1 {
		t.Errorf("who has none: %v %+v", players, board.Own)
	}
	yves, err := b.Users.Register(t.Context(), users.Registration{Name: "Yves", Email: "yves@example.com", Password: "pw of yves", Country: "FR"})
	if err != nil {
		t.Fatal(err)
	}
	b.lazer(t, yves.ID, "y", 100_000)
	if players, board := b.board(t, b.Token(yves.ID, "*"), "type=country"); !slices.Equal(players, []int32{yves.ID}) || board.Own == nil || *board.Own.Position != 1 {
		t.Errorf("his country: %v %+v", players, board.Own)
	}
	if players, _ := b.board(t, token, "type=country"); len(players) != 3 || slices.Contains(players, yves.ID) {
		t.Errorf("the others' country: %v", players)
	}
	var team leaderboard
	b.Get(t, "/beatmaps/75/scores?type=team", token).Into(t, &team)
	if len(team.Scores) != 0 {
		t.Errorf("teams: %+v", team)
	}
	refused(t, b.Get(t, "/beatmaps/75/scores?type=country", nobody), http.StatusUnprocessableEntity, "You must be an osu!supporter to use this feature.")
	refused(t, b.Get(t, "/beatmaps/75/scores?mode=golf", token), http.StatusUnprocessableEntity, "invalid mode specified")
	refused(t, b.Get(t, "/beatmaps/75/scores?mods[]=%3F", token), http.StatusUnprocessableEntity, "invalid mods specified")
	refused(t, b.Get(t, "/beatmaps/76/scores", token), http.StatusNotFound, "Specified beatmap couldn't be found.")
	if players, _ := b.board(t, token, "mode=taiko"); players != nil {
		t.Errorf("taiko: %v", players)
	}
}

func TestLeaderboardMods(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, _ := b.Player(t, "Bob")
	b.lazer(t, ann.ID, "a", 500_000)
	b.lazer(t, ann.ID, "a2", 400_000, func(s *scores.Submission) { s.Mods = mods.Of(mods.Hidden, mods.Nightcore) })
	b.lazer(t, bob.ID, "b", 900_000, func(s *scores.Submission) { s.Mods = mods.Of(mods.Hidden) })
	b.lazer(t, bob.ID, "b2", 300_000, func(s *scores.Submission) { s.Mods = mods.Of(mods.Relax) })
	for query, want := range map[string]struct {
		players []int32
		own     int64
	}{
		"mods[]=NM":           {[]int32{ann.ID}, 500_000},
		"mods[]=HD":           {[]int32{bob.ID}, 0},
		"mods[]=HD&mods[]=DT": {[]int32{ann.ID}, 400_000},
		"mods=HDNC":           {[]int32{ann.ID}, 400_000},
		"mods[]=RX":           {[]int32{bob.ID}, 0},
		"mods[]=FL":           {nil, 0},
		"mods[]=":             {[]int32{bob.ID, ann.ID}, 500_000},
	} {
		players, board := b.board(t, token, query)
		if !slices.Equal(players, want.players) {
			t.Errorf("%s: %v, want %v", query, players, want.players)
		}
		if (board.Own == nil) != (want.own == 0) || board.Own != nil && board.Own.Score.TotalScore != want.own {
			t.Errorf("%s: his own %+v, want %d", query, board.Own, want.own)
		}
	}
}

// Programs that do not say when they were written read scores of before July 2022, unless they ask for the others.
func TestVersions(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, _ := b.Player(t, "Bob")
	played := b.stable(t, ann.ID, "a", 12345)
	b.lazer(t, bob.ID, "b", 900_000)
	ask := func(path, version string) (out struct{ Scores []map[string]any }) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, v2.Prefix+path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		if version != "" {
			r.Header.Set("X-Api-Version", version)
		}
		b.Send(t, r).Into(t, &out)
		return out
	}
	for _, version := range []string{"", "20220704"} {
		for _, s := range ask("/beatmaps/75/scores", version).Scores {
			if s["mode"] != "osu" || s["statistics"].(map[string]any)["count_300"] != 39.0 || s["created_at"] == nil || s["statistics"].(map[string]any)["great"] != nil {
				t.Errorf("%q: %v", version, s)
			}
			if s["user_id"] == float64(ann.ID) && (s["score"] != 12345.0 || s["type"] != "score_best_osu" || s["best_id"] != float64(played.ID) ||
				len(s["mods"].([]any)) != 0 || s["statistics"].(map[string]any)["count_geki"] != 9.0) {
				t.Errorf("of stable: %v", s)
			}
		}
	}
	for _, s := range append(ask("/beatmaps/75/scores", "20220705").Scores, ask("/beatmaps/75/solo-scores", "").Scores...) {
		if s["ended_at"] == nil || s["ruleset_id"] != 0.0 {
			t.Errorf("%v", s)
		}
	}
	var only leaderboard
	b.Get(t, "/beatmaps/75/scores?legacy_only=1", token).Into(t, &only)
	if len(only.Scores) != 1 || only.Scores[0].UserID != ann.ID {
		t.Errorf("of stable only: %+v", only)
	}
}

func TestUserScores(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, _ := b.Player(t, "Bob")
	b.lazer(t, ann.ID, "a", 500_000)
	b.lazer(t, ann.ID, "a2", 700_000)
	b.lazer(t, ann.ID, "a3", 300_000, func(s *scores.Submission) { s.Mods = mods.Of(mods.Hidden) })
	b.lazer(t, bob.ID, "b", 900_000)
	var one struct {
		Position *int32
		Score    resource.Score
	}
	path := fmt.Sprintf("/beatmaps/75/scores/users/%d", ann.ID)
	b.Get(t, path, token).Into(t, &one)
	if one.Position == nil || *one.Position != 2 || one.Score.TotalScore != 700_000 || one.Score.User == nil || one.Score.Beatmap == nil {
		t.Errorf("%+v", one)
	}
	b.Get(t, path+"?mods[]=HD", token).Into(t, &one)
	if one.Position == nil || *one.Position != 1 || one.Score.TotalScore != 300_000 {
		t.Errorf("%+v", one)
	}
	refused(t, b.Get(t, path+"?mods[]=FL", token), http.StatusNotFound, "Specified score couldn't be found.")
	refused(t, b.Get(t, path+"?mode=mania", token), http.StatusNotFound, "Specified score couldn't be found.")
	refused(t, b.Get(t, "/beatmaps/75/scores/users/999", token), http.StatusNotFound, "Specified user couldn't be found.")
	var all struct{ Scores []resource.Score }
	b.Get(t, path+"/all", token).Into(t, &all)
	if len(all.Scores) != 3 || all.Scores[0].TotalScore != 700_000 || all.Scores[2].TotalScore != 300_000 {
		t.Errorf("%+v", all)
	}
	refused(t, b.Get(t, path+"/all?ruleset=golf", token), http.StatusNotFound, "Specified ruleset couldn't be found.")
}

func TestLists(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, _ := b.Player(t, "Bob")
	b.lazer(t, ann.ID, "a", 500_000)
	b.lazer(t, ann.ID, "failed", 200_000, func(s *scores.Submission) { s.Passed = false })
	b.lazer(t, bob.ID, "b", 400_000)
	list := func(kind, query string) (out []resource.Score) {
		t.Helper()
		b.Get(t, fmt.Sprintf("/users/%d/scores/%s?%s", ann.ID, kind, query), token).Into(t, &out)
		for _, s := range out {
			if s.Beatmap == nil || s.Beatmapset == nil || s.User == nil {
				t.Errorf("%s: %+v", kind, s)
			}
		}
		return out
	}
	for query, want := range map[string]int{
		"best": 1, "firsts": 1, "recent": 1, "recent include_fails=1": 2, "pinned": 0, "best mode=taiko": 0, "best offset=1": 0, "recent legacy_only=1": 0,
		"recent include_fails=1&limit=1": 1, "recent offset=10000": 0, "best mode=osu&limit=1000": 1,
	} {
		kind, query, _ := strings.Cut(query, " ")
		if got := list(kind, query); len(got) != want {
			t.Errorf("%s?%s: %d scores, want %d", kind, query, len(got), want)
		}
	}
	if best := list("best", ""); best[0].Weight == nil || best[0].Weight.Percentage != 100 || best[0].PP == nil || best[0].Weight.PP != *best[0].PP {
		t.Errorf("%+v", best)
	}
	if recent := list("recent", "include_fails=1"); recent[0].Passed || recent[0].Rank != "F" || recent[0].Preserve {
		t.Errorf("%+v", recent[0])
	}
	refused(t, b.Get(t, fmt.Sprintf("/users/%d/scores/worst", ann.ID), token), http.StatusNotFound, "Specified list couldn't be found.")
	if _, err := b.Users.Restrict(t.Context(), bob.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	refused(t, b.Get(t, fmt.Sprintf("/users/%d/scores/best", bob.ID), token), http.StatusNotFound, "Specified user couldn't be found.")
}

func TestLatest(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	var page struct {
		Scores []resource.Score
		Text   string `json:"cursor_string"`
		Cursor struct{ ID int64 }
	}
	b.lazer(t, ann.ID, "a", 500_000)
	b.lazer(t, ann.ID, "failed", 200_000, func(s *scores.Submission) { s.Passed = false })
	b.Get(t, "/scores?ruleset=osu", token).Into(t, &page)
	if len(page.Scores) != 1 || page.Scores[0].TotalScore != 500_000 || page.Text == "" {
		t.Fatalf("%+v", page)
	}
	next := b.lazer(t, ann.ID, "b", 600_000)
	after := page.Text
	for _, query := range []string{"cursor_string=" + after, fmt.Sprintf("cursor[id]=%d", page.Cursor.ID)} {
		b.Get(t, "/scores?"+query, token).Into(t, &page)
		if len(page.Scores) != 1 || page.Scores[0].ID != next.ID || page.Text == after {
			t.Errorf("%s: %+v", query, page)
		}
	}
	b.Get(t, "/scores?cursor_string="+page.Text+"&ruleset=mania", token).Into(t, &page)
	if len(page.Scores) != 0 || page.Text == "" {
		t.Errorf("at the end: %+v", page)
	}
	refused(t, b.Get(t, "/scores?ruleset=golf", token), http.StatusUnprocessableEntity, "invalid ruleset parameter")
}

func TestScore(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, other := b.Player(t, "Bob")
	b.lazer(t, bob.ID, "b", 990_000)
	frames, err := replay.Compress(&replay.Recording{Frames: []replay.Frame{{Time: 5, X: 1, Y: 2, Keys: replay.Left1}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Files.Put(t.Context(), "replays/1", frames); err != nil {
		t.Fatal(err)
	}
	with := func(s *scores.Submission) { s.Replay = "replays/1" }
	mine := b.lazer(t, ann.ID, "a", 960_000, with)
	old := b.lazer(t, ann.ID, "old", 4000, with, func(s *scores.Submission) { s.Client, s.Maximum = scores.Stable, nil })
	var got resource.Score
	b.Get(t, fmt.Sprintf("/scores/%d", mine.ID), other).Into(t, &got)
	if got.ID != mine.ID || got.Beatmap == nil || got.Beatmapset == nil || got.User == nil || got.RankGlobal == nil || *got.RankGlobal != 2 ||
		got.ReplayViews == nil || !got.HasReplay || !got.Replay || got.StartedAt == nil || got.TotalScoreWithoutMods == nil {
		t.Errorf("%+v", got)
	}
	b.Get(t, fmt.Sprintf("/scores/osu/%d", old.ID), other).Into(t, &got)
	if got.ID != old.ID || got.LegacyScoreID == nil {
		t.Errorf("%+v", got)
	}
	for path, text := range map[string]string{
		"/scores/999": "Specified score couldn't be found.", "/scores/x": "Specified score couldn't be found.", "/scores/-1": "Specified score couldn't be found.",
		fmt.Sprintf("/scores/osu/%d", mine.ID): "Specified score couldn't be found.", fmt.Sprintf("/scores/taiko/%d", old.ID): "Specified score couldn't be found.",
		"/scores/golf/1": "unknown ruleset name", "/scores/golf/1/download": "unknown ruleset name", "/scores/999/download": "Specified score couldn't be found.",
	} {
		refused(t, b.Get(t, path, token), http.StatusNotFound, text)
	}
	for path, id := range map[string]int64{
		fmt.Sprintf("/scores/%d/download", mine.ID): -1, fmt.Sprintf("/scores/osu/%d/download", old.ID): old.ID,
	} {
		a := b.Get(t, path, other)
		file, err := replay.Parse(a.Body)
		if err != nil || a.Code != http.StatusOK || file.OnlineID != id || file.Lazer() != (id == -1) || a.Header.Get("Content-Type") != "application/x-osu-replay" {
			t.Fatalf("%s: %d %v %+v", path, a.Code, err, file)
		}
	}
	views := func() int32 {
		t.Helper()
		found, err := b.Scores.Scores(t.Context(), []int64{mine.ID})
		if err != nil {
			t.Fatal(err)
		}
		return found[0].Views
	}
	before := views()
	for _, quiet := range []string{token, b.Token(0, "public"), b.Token(bob.ID, "public")} {
		b.Get(t, fmt.Sprintf("/scores/%d/download", mine.ID), quiet)
	}
	if n := views(); n != before || before != 1 {
		t.Errorf("%d views, then %d", before, n)
	}
	refused(t, b.Get(t, fmt.Sprintf("/scores/%d/download", b.lazer(t, ann.ID, "none", 1000).ID), token), http.StatusNotFound, "Specified replay couldn't be found.")
	limited := false
	for range 20 {
		limited = limited || b.Get(t, fmt.Sprintf("/scores/%d/download", mine.ID), other).Code == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("nobody counts downloads")
	}
	if _, err := b.Users.Restrict(t.Context(), ann.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	refused(t, b.Get(t, fmt.Sprintf("/scores/%d", mine.ID), other), http.StatusNotFound, "Specified score couldn't be found.")
	if a := b.Get(t, fmt.Sprintf("/scores/%d", mine.ID), token); a.Code != http.StatusOK {
		t.Errorf("his own: %d", a.Code)
	}
}

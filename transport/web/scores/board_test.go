package scores_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
)

// query is what song select asks.
func (b *bench) query(pairs ...string) url.Values {
	values := b.ann.Credentials("us", "ha")
	for key, value := range map[string]string{
		"s": "0", "vv": "4", "v": "1", "c": beatmapMD5, "f": "A - T (C) [Easy].osu", "m": "0", "i": "7", "mods": "0", "h": "", "a": "0",
	} {
		values.Set(key, value)
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

func (b *bench) board(pairs ...string) string {
	w := b.get("/web/osu-osz2-getscores.php", b.query(pairs...))
	if w.Code != 200 {
		return w.Result().Status
	}
	return w.Body.String()
}

func (b *bench) placed(id int64, userID, position int32) scores.Placed {
	pp := 99.5
	return scores.Placed{Position: position, Score: scores.Score{
		ID: id, UserID: userID, BeatmapID: 75, Mods: mods.Of(mods.Hidden, mods.Nightcore, mods.Classic), MaxCombo: 456,
		Statistics: map[string]int32{"great": 300, "ok": 20, "meh": 3, "miss": 1}, Total: 900_000, Classic: 1234567, PP: &pp, Geki: 60, Katu: 12,
		FullCombo: position == 1, HasReplay: position == 1, EndedAt: time.Unix(1756730096, 5),
	}}
}

const boardHeader = "2|false|75|7|2|0|\n-3\n[bold:0,size:20]Artist|Title\n8.46\n"

func TestBoard(t *testing.T) {
	b := newBench(t, nil, nil)
	bob := b.Register(t, "Bob Builder")
	own := b.placed(12, b.ann.ID(), 2)
	b.scores.board = scores.Leaderboard{
		Metric: scores.ByClassic, Count: 2, Own: &own, Scores: []scores.Placed{b.placed(11, bob.ID, 1), own},
	}
	bobs := "11|Bob Builder|1234567|456|3|20|300|1|12|60|1|584|1001|1|1756730096|1"
	anns := "12|Ann|1234567|456|3|20|300|1|12|60|0|584|1000|2|1756730096|0"
	if diff := cmp.Diff(boardHeader+anns+"\n"+bobs+"\n"+anns, b.board()); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	b.scores.board.Metric = scores.ByPerformance
	if got := b.board(); !strings.Contains(got, "|Bob Builder|100|456|") {
		t.Errorf("by pp: %s", got)
	}
	b.scores.board.Metric = scores.ByTotal
	if got := b.board(); !strings.Contains(got, "|Bob Builder|900000|456|") {
		t.Errorf("standardised: %s", got)
	}
	// Who is gone is left out; the header and both empty lines stay.
	b.scores.board = scores.Leaderboard{Count: 2, Scores: []scores.Placed{b.placed(13, 99999, 1)}}
	if diff := cmp.Diff(boardHeader+"\n", b.board()); diff != "" {
		t.Errorf("empty board (-want +got):\n%s", diff)
	}
	for _, pairs := range [][]string{{"s", "1"}, {"v", "0"}} {
		b.scores.asked = nil
		if got := b.board(pairs...); !strings.HasPrefix(got, "2|false|75|7|0|0|\n") || strings.Count(got, "\n") != 5 || b.scores.asked != nil {
			t.Errorf("%v: %q, %v", pairs, got, b.scores.asked)
		}
	}
	b.scores.boardErr = scores.ErrBadBoard
	if got := b.board(); !strings.HasPrefix(got, "2|false|75|7|0|0|\n") {
		t.Errorf("a board that does not exist: %q", got)
	}
	b.scores.boardErr = scores.ErrPending
	if got := b.board(); got != "503 Service Unavailable" {
		t.Errorf("no scores: %q", got)
	}
}

func TestStatuses(t *testing.T) {
	b := newBench(t, nil, nil)
	for _, tc := range []struct {
		status osu.Status
		vv     string
		want   string
	}{
		{osu.StatusGraveyard, "4", "0|false"}, {osu.StatusWIP, "4", "0|false"}, {osu.StatusPending, "4", "0|false"},
		{osu.StatusRanked, "4", "2|false|75|"}, {osu.StatusApproved, "4", "3|false|75|"}, {osu.StatusQualified, "4", "4|false|75|"},
		{osu.StatusLoved, "4", "5|false|75|"}, {osu.StatusLoved, "3", "3|false|75|"}, {osu.StatusRanked, "2", "4|false|75|"},
		{osu.StatusQualified, "1", "2|false|75|"}, {osu.StatusRanked, "3", "2|false|75|"},
	} {
		b.beatmaps.found[0].Beatmap.Status = tc.status
		got := b.board("vv", tc.vv)
		if tc.status.HasLeaderboard() && !strings.HasPrefix(got, tc.want) || !tc.status.HasLeaderboard() && got != tc.want {
			t.Errorf("%v for version %s: %q, want %q", tc.status, tc.vv, got, tc.want)
		}
	}
	if got := b.board("c", playMD5); got != "1|false" {
		t.Errorf("another version: %q", got)
	}
	if got := b.board("c", playMD5, "f", "unknown.osu"); got != "-1|false" {
		t.Errorf("unknown: %q", got)
	}
	if got := b.board("c", playMD5, "f", ""); got != "-1|false" {
		t.Errorf("unknown, without a name: %q", got)
	}
	b.beatmaps.found[0].Beatmap.Deleted = true
	if got := b.board(); got != "-1|false" {
		t.Errorf("deleted: %q", got)
	}
	b.beatmaps.err = beatmaps.ErrTooLarge
	if got := b.board(); got != "400 Bad Request" {
		t.Errorf("failing: %q", got)
	}
}

// TestBoardKinds looks at what is asked of scores.
func TestBoardKinds(t *testing.T) {
	b := newBench(t, nil, nil)
	friend := b.Register(t, "Friend")
	if err := b.Relations.Add(t.Context(), b.ann.ID(), friend.ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	enemy := b.Register(t, "Enemy")
	if err := b.Relations.Add(t.Context(), b.ann.ID(), enemy.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	top := scores.Board{BeatmapID: 75, Client: scores.Stable, UserID: b.ann.ID(), Limit: 50}
	for name, tc := range map[string]struct {
		pairs []string
		edit  func(*scores.Board)
	}{
		"top":              {nil, func(*scores.Board) {}},
		"no kind":          {[]string{"v", ""}, func(*scores.Board) {}},
		"mods":             {[]string{"v", "2", "mods", "72"}, func(s *scores.Board) { s.Mods = of(mods.Hidden, mods.DoubleTime) }},
		"nightcore":        {[]string{"v", "2", "mods", "576"}, func(s *scores.Board) { s.Mods = of(mods.Nightcore) }},
		"no mods":          {[]string{"v", "2"}, func(s *scores.Board) { s.Mods = of() }},
		"friends":          {[]string{"v", "3"}, func(s *scores.Board) { s.Users = &scores.Users{IDs: []int32{b.ann.ID(), friend.ID}} }},
		"country":          {[]string{"v", "4"}, func(s *scores.Board) { s.Country = "NZ" }},
		"mania":            {[]string{"m", "3"}, func(s *scores.Board) { s.Ruleset = osu.Mania }},
		"relax":            {[]string{"mods", "136"}, func(s *scores.Board) { s.Variant = osu.Relax }},
		"autopilot":        {[]string{"mods", "8192"}, func(s *scores.Board) { s.Variant = osu.Autopilot }},
		"relaxed mania":    {[]string{"mods", "128", "m", "3"}, func(s *scores.Board) { s.Ruleset = osu.Mania }},
		"autopilot, taiko": {[]string{"mods", "8192", "m", "1"}, func(s *scores.Board) { s.Ruleset = osu.Taiko }},
	} {
		b.scores.asked = nil
		want := top
		tc.edit(&want)
		b.board(tc.pairs...)
		if diff := cmp.Diff([]scores.Board{want}, b.scores.asked, byAcronym); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func of(acronyms ...mods.Acronym) *mods.Set {
	var set mods.Set
	for _, a := range acronyms {
		set = append(set, mods.Mod{Acronym: a})
	}
	return &set
}

// TestNowhere: a player whose country is not known has no board of it, but his own score.
func TestNowhere(t *testing.T) {
	b := newBench(t, nil, nil)
	if _, err := b.Users.Update(t.Context(), b.ann.ID(), b.ann.ID(), users.Change{Country: new(string)}); err != nil {
		t.Fatal(err)
	}
	own := b.placed(12, b.ann.ID(), 1)
	b.scores.board = scores.Leaderboard{Own: &own, Scores: []scores.Placed{own}, Count: 1}
	if got := b.board("v", "4"); strings.Count(got, "|Ann|") != 1 {
		t.Errorf("board %q", got)
	}
}

func TestHostileQueries(t *testing.T) {
	b := newBench(t, nil, nil)
	for _, pairs := range [][]string{
		{"c", "' OR 1=1 --"}, {"c", ""}, {"c", strings.Repeat("a", 33)}, {"c", strings.ToUpper(beatmapMD5)}, {"m", "4"}, {"m", "-1"},
		{"v", "5"}, {"v", "99999999999999999999"}, {"mods", "-1"}, {"mods", "2147483648"}, {"i", "%s"}, {"vv", "1e3"},
		{"f", strings.Repeat("x", 2000)}, {"s", "2"},
	} {
		if got := b.board(pairs...); got != "400 Bad Request" {
			t.Errorf("%v: %q", pairs, got)
		}
	}
	for _, file := range []string{"../../etc/passwd", "a\x00b", "%n%n%n", "'; DROP TABLE scores; --", "a+b%20c.osu"} {
		if got := b.board("c", playMD5, "f", file); got != "-1|false" {
			t.Errorf("%q: %q", file, got)
		}
	}
	// Texts from outside cannot add lines or values.
	b.beatmaps.found[0].Set.Artist, b.beatmaps.found[0].Set.Title = "A\n1|2|3", "T\r\nx"
	if got := b.board(); strings.Count(got, "\n") != strings.Count(boardHeader, "\n")+1 {
		t.Errorf("board %q", got)
	}
	if got := b.board("ha", strings.Repeat("0", 32)); got != "401 Unauthorized" {
		t.Errorf("wrong password: %q", got)
	}
	if got := b.board("a", "1"); !strings.HasPrefix(got, "2|") || len(b.moderation.findings) != 1 || b.moderation.findings[0].Kind != "cheat_files" {
		t.Errorf("cheats: %q, %+v", got, b.moderation.findings)
	}
}

// TestFollow: who looks at another board is seen there, and told his figures.
func TestFollow(t *testing.T) {
	b := newBench(t, nil, nil)
	b.rankings.shown = rankings.Statistics{RankedScore: 5, TotalScore: 6, Accuracy: 0.5, Playcount: 7, GlobalRank: 8, PP: 9}
	if got := b.board("m", "1", "mods", "128"); !strings.HasPrefix(got, "2|") {
		t.Fatal(got)
	}
	stats, err := client.Await(t.Context(), b.ann, func(s packets.UserStats) bool { return s.UserID == b.ann.ID() && s.Rank == 8 })
	if err != nil || stats.Status.Ruleset != osu.Taiko || stats.Status.Mods != osu.ModRelax || stats.PlayCount != 7 {
		t.Errorf("stats %+v, %v", stats, err)
	}
	found, err := b.Sessions.Of(t.Context(), []int32{b.ann.ID()})
	if err != nil || len(found) != 1 || found[0].Status.Ruleset != osu.Taiko || found[0].Stats.Playcount != 7 {
		t.Errorf("session %+v, %v", found, err)
	}
}

// TestCalls counts what a leaderboard costs.
func TestCalls(t *testing.T) {
	seen := new(observer)
	b := newBench(t, seen, nil)
	own := b.placed(12, b.ann.ID(), 1)
	b.scores.board = scores.Leaderboard{Own: &own, Scores: []scores.Placed{own}, Count: 1}
	seen.take()
	b.beatmaps.asked = 0
	b.board()
	calls := seen.take()
	if n := len(calls) + b.beatmaps.asked + len(b.scores.asked); n != 5 {
		t.Errorf("%d calls: %v and %d of beatmaps, %d of scores", n, calls, b.beatmaps.asked, len(b.scores.asked))
	}
}

// observer notes calls, but for those that modules make by themselves.
type observer struct {
	mu    sync.Mutex
	calls []string
}

func (o *observer) Start(ctx context.Context, service, method string) (context.Context, func(error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !strings.HasPrefix(service, "state") && !strings.HasPrefix(service, "bancho") {
		o.calls = append(o.calls, service+"."+method)
	}
	return ctx, func(error) {}
}

func (o *observer) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	calls := o.calls
	o.calls = nil
	return calls
}

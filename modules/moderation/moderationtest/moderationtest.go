// Package moderationtest is the conformance suite of the moderation contract: what it asks, every implementation must answer, in
// this process or behind a peer. The service must be running: that it follows the log is asked as well.
package moderationtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// Subject is what is examined.
type Subject struct {
	Moderation moderation.Service
	World      *World // which the service follows
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Report", testReport},
		{"ReportBad", testReportBad},
		{"ReportTogether", testReportTogether},
		{"Findings", testFindings},
		{"Suspects", testSuspects},
		{"Review", testReview},
		{"ReviewRefused", testReviewRefused},
		{"Heavier", testHeavier},
		{"Followed", testFollowed},
		{"Inspect", testInspect},
		{"Doubts", testDoubts},
		{"Replays", testReplays},
		{"Copies", testCopies},
		{"Hardware", testHardware},
		{"Complain", testComplain},
		{"ComplainBad", testComplainBad},
		{"ComplainALot", testComplainALot},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func testReport(t *testing.T, s Subject) {
	user := s.World.NewUser(0)
	in := moderation.Finding{Kind: "odd", UserID: user, ScoreID: 77, OtherUser: 5, Weight: 10, Detail: "for the first time"}
	first := report(t, s, in)
	if first.ID == 0 || first.FirstAt.IsZero() || !first.FirstAt.Equal(first.LastAt) {
		t.Errorf("%+v", first)
	}
	want := in
	want.Seen = 1
	ignored := cmpopts.IgnoreFields(moderation.Finding{}, "ID", "FirstAt", "LastAt")
	if diff := cmp.Diff(want, first, ignored); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	in.Detail, in.Weight, in.OtherUser = "again", 5, 6
	second := report(t, s, in)
	want.Detail, want.OtherUser, want.Seen = "again", 6, 2 // its weight stays
	if diff := cmp.Diff(want, second, ignored); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if second.ID != first.ID || !second.FirstAt.Equal(first.FirstAt) || second.LastAt.Before(first.LastAt) {
		t.Errorf("%+v\nthen %+v", first, second)
	}
	in.ScoreID = 0
	if third := report(t, s, in); third.ID == first.ID || third.Seen != 1 {
		t.Errorf("about the user himself: %+v", third)
	}
	got := findings(t, s, moderation.Query{UserID: user, ScoreID: 77})
	if diff := cmp.Diff([]moderation.Finding{second}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func testReportBad(t *testing.T, s Subject) {
	good := moderation.Finding{Kind: "odd", UserID: s.World.NewUser(0), Weight: 1}
	for name, spoil := range map[string]func(*moderation.Finding){
		"no kind":       func(f *moderation.Finding) { f.Kind = "" },
		"a long kind":   func(f *moderation.Finding) { f.Kind = strings.Repeat("k", 33) },
		"upper case":    func(f *moderation.Finding) { f.Kind = "Odd" },
		"no user":       func(f *moderation.Finding) { f.UserID = 0 },
		"a wrong score": func(f *moderation.Finding) { f.ScoreID = -1 },
		"a wrong other": func(f *moderation.Finding) { f.OtherUser = -1 },
		"no weight":     func(f *moderation.Finding) { f.Weight = 0 },
		"too heavy":     func(f *moderation.Finding) { f.Weight = 101 },
		"a long detail": func(f *moderation.Finding) { f.Detail = strings.Repeat("d", moderation.MaxDetail+1) },
		"a zero":        func(f *moderation.Finding) { f.Detail = "a\x00b" },
	} {
		bad := good
		spoil(&bad)
		if _, err := s.Moderation.Report(t.Context(), bad); !errors.Is(err, moderation.ErrBadFinding) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.Detail = strings.Repeat("Ж", moderation.MaxDetail/2)
	report(t, s, good)
}

// testReportTogether has many see things about one user at once.
func testReportTogether(t *testing.T, s Subject) {
	user := s.World.NewUser(0)
	var wg sync.WaitGroup
	for i := range int64(4) {
		wg.Go(func() {
			for range 5 {
				f := moderation.Finding{Kind: "odd", UserID: user, ScoreID: i / 2, Weight: 7}
				if _, err := s.Moderation.Report(t.Context(), f); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := findings(t, s, moderation.Query{UserID: user})
	if len(got) != 2 || got[0].Seen != 10 || got[1].Seen != 10 {
		t.Errorf("%+v", got)
	}
	if x := suspect(t, s, user); x.Weight != 14 || x.Findings != 2 {
		t.Errorf("%+v", x)
	}
}

func testFindings(t *testing.T, s Subject) {
	a, b := s.World.NewUser(0), s.World.NewUser(0)
	kind := "listed"
	for _, f := range []moderation.Finding{
		{Kind: kind, UserID: a, ScoreID: 901, Weight: 5},
		{Kind: kind, UserID: b, ScoreID: 902, Weight: 50},
		{Kind: kind, UserID: a, ScoreID: 903, Weight: 50},
		{Kind: "listed_too", UserID: a, ScoreID: 901, Weight: 20},
	} {
		report(t, s, f)
	}
	for _, test := range []struct {
		query moderation.Query
		want  []int64
	}{
		{moderation.Query{Kind: kind}, []int64{903, 902, 901}},
		{moderation.Query{Kind: kind, UserID: a}, []int64{903, 901}},
		{moderation.Query{UserID: a}, []int64{903, 901, 901}},
		{moderation.Query{ScoreID: 901}, []int64{901, 901}},
		{moderation.Query{Kind: kind, Offset: 1, Limit: 1}, []int64{902}},
		{moderation.Query{Kind: kind, Offset: 3}, nil},
		{moderation.Query{UserID: b, Kind: "listed_too"}, nil},
	} {
		var got []int64
		for _, f := range findings(t, s, test.query) {
			got = append(got, f.ScoreID)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.query, got, test.want)
		}
	}
	for _, query := range []moderation.Query{{Limit: 0}, {Limit: -1}, {Limit: moderation.MaxPage + 1}, {Limit: 1, Offset: -1}} {
		if _, err := s.Moderation.Findings(t.Context(), query); !errors.Is(err, moderation.ErrTooLarge) {
			t.Errorf("%+v: %v", query, err)
		}
	}
}

func testSuspects(t *testing.T, s Subject) {
	// Heavier than all others of this suite together.
	first, second := s.World.NewUser(0), s.World.NewUser(0)
	for i := range int64(8) {
		report(t, s, moderation.Finding{Kind: "heavy", UserID: second, ScoreID: 1 + i, Weight: 90})
		report(t, s, moderation.Finding{Kind: "heavy", UserID: first, ScoreID: 1 + i, Weight: 91})
	}
	got, err := s.Moderation.Suspects(t.Context(), 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []moderation.Suspect{{UserID: first, Weight: 728, Findings: 8}, {UserID: second, Weight: 720, Findings: 8}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(moderation.Suspect{}, "LastAt")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if time.Since(got[0].LastAt) > time.Hour {
		t.Errorf("last at %v", got[0].LastAt)
	}
	for _, page := range [][2]int{{0, 0}, {-1, 1}, {0, moderation.MaxPage + 1}} {
		if _, err := s.Moderation.Suspects(t.Context(), page[0], page[1]); !errors.Is(err, moderation.ErrTooLarge) {
			t.Errorf("%v: %v", page, err)
		}
	}
}

func testReview(t *testing.T, s Subject) {
	user, by := s.World.NewUser(0), s.World.NewUser(users.Moderator)
	a := report(t, s, moderation.Finding{Kind: "odd", UserID: user, ScoreID: 1, Weight: 10})
	b := report(t, s, moderation.Finding{Kind: "odd", UserID: user, ScoreID: 2, Weight: 20})

	got := review(t, s, by, moderation.VerdictHarmless, "a slow machine", a.ID)
	want := a
	want.Verdict, want.ReviewedBy, want.Note = moderation.VerdictHarmless, by, "a slow machine"
	if diff := cmp.Diff([]moderation.Finding{want}, got, cmpopts.IgnoreFields(moderation.Finding{}, "ReviewedAt")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got[0].ReviewedAt.IsZero() {
		t.Error("nobody knows when")
	}
	if open := findings(t, s, moderation.Query{UserID: user}); len(open) != 1 || open[0].ID != b.ID {
		t.Errorf("open: %+v", open)
	}
	if all := findings(t, s, moderation.Query{UserID: user, Closed: true}); len(all) != 2 {
		t.Errorf("all: %+v", all)
	}
	if x := suspect(t, s, user); x.Weight != 20 || x.Findings != 1 {
		t.Errorf("%+v", x)
	}
	review(t, s, by, moderation.VerdictConfirmed, "", a.ID, b.ID)
	if x := suspect(t, s, user); x.Findings != 0 {
		t.Errorf("without open findings: %+v", x)
	}
	// Seen again, it stays decided.
	if again := report(t, s, moderation.Finding{Kind: "odd", UserID: user, ScoreID: 1, Weight: 10}); again.Verdict != moderation.VerdictConfirmed {
		t.Errorf("%+v", again)
	}
	review(t, s, by, moderation.VerdictOpen, "too hasty", a.ID, b.ID)
	if x := suspect(t, s, user); x.Weight != 30 || x.Findings != 2 {
		t.Errorf("taken back: %+v", x)
	}
	trail := s.World.Audited(user)
	if len(trail) != 3 || trail[0].ActorID != by || trail[0].Reason != "a slow machine" || trail[0].Action == "" {
		t.Errorf("audit trail: %+v", trail)
	}
}

func testReviewRefused(t *testing.T, s Subject) {
	user, other, moderator := s.World.NewUser(0), s.World.NewUser(0), s.World.NewUser(users.Moderator)
	f := report(t, s, moderation.Finding{Kind: "odd", UserID: user, Weight: 10})
	own := report(t, s, moderation.Finding{Kind: "odd", UserID: moderator, Weight: 10})
	former := s.World.NewUser(users.Administrator)
	s.World.Restrict(former)
	for _, test := range []struct {
		name    string
		ids     []int64
		by      int32
		verdict moderation.Verdict
		note    string
		want    error
	}{
		{"a player", []int64{f.ID}, other, moderation.VerdictHarmless, "", moderation.ErrForbidden},
		{"himself", []int64{f.ID}, user, moderation.VerdictHarmless, "", moderation.ErrForbidden},
		{"restricted", []int64{f.ID}, former, moderation.VerdictHarmless, "", moderation.ErrForbidden},
		{"nobody", []int64{f.ID}, 1 << 30, moderation.VerdictHarmless, "", moderation.ErrForbidden},
		{"his own", []int64{f.ID, own.ID}, moderator, moderation.VerdictHarmless, "", moderation.ErrForbidden},
		{"not there", []int64{f.ID, 1 << 40}, moderator, moderation.VerdictHarmless, "", moderation.ErrNotFound},
		{"no verdict", []int64{f.ID}, moderator, 3, "", moderation.ErrBadFinding},
		{"too many", make([]int64, moderation.MaxPage+1), moderator, moderation.VerdictHarmless, "", moderation.ErrTooLarge},
		{"a long note", []int64{f.ID}, moderator, moderation.VerdictHarmless, strings.Repeat("n", 1001), moderation.ErrTooLarge},
	} {
		if _, err := s.Moderation.Review(t.Context(), test.ids, test.by, test.verdict, test.note); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if got := findings(t, s, moderation.Query{UserID: user}); len(got) != 1 || got[0].ReviewedBy != 0 {
		t.Errorf("%+v", got)
	}
	if trail := s.World.Audited(user); len(trail) != 0 {
		t.Errorf("audit trail: %+v", trail)
	}
	review(t, s, users.BotID, moderation.VerdictHarmless, "", f.ID) // the server itself
}

// testHeavier says that what was harmless is open again when it is seen to be worse.
func testHeavier(t *testing.T, s Subject) {
	user, by := s.World.NewUser(0), s.World.NewUser(users.Moderator)
	f := moderation.Finding{Kind: "odd", UserID: user, Weight: 10}
	review(t, s, by, moderation.VerdictHarmless, "", report(t, s, f).ID)
	if again := report(t, s, f); again.Verdict != moderation.VerdictHarmless {
		t.Errorf("as heavy: %+v", again)
	}
	f.Weight = 11
	if again := report(t, s, f); again.Verdict != moderation.VerdictOpen || again.Weight != 11 {
		t.Errorf("heavier: %+v", again)
	}
}

// testFollowed says that findings come without anybody asking.
func testFollowed(t *testing.T, s Subject) {
	user, m := s.World.NewUser(0), s.World.NewBeatmap(osu.Standard)
	score := Honest(user, m)
	score.Doubts = []scores.Doubt{{Kind: "checksum", Detail: "is not that of the play"}}
	score.MaxCombo = circles + 1
	id := s.World.Play(t, score, Frames(osu.Standard, uint64(user)))
	wantEventually(t, s, id, "checksum", "impossible_combo")
	failed := Honest(user, m)
	failed.Passed, failed.Ranked = false, false
	failed.Doubts = []scores.Doubt{{Kind: "client_flags", Detail: "speed"}}
	id = s.World.Play(t, failed, nil)
	wantEventually(t, s, id, "client_flags")
}

func testInspect(t *testing.T, s Subject) {
	user, m := s.World.NewUser(0), s.World.NewBeatmap(osu.Standard)
	for _, test := range []struct {
		name string
		edit func(*scores.Score)
		want []string
	}{
		{"an honest play", func(*scores.Score) {}, nil},
		{"too many judgements", func(x *scores.Score) { x.Statistics["ok"] = 1 }, []string{"impossible_counts"}},
		{"too few judgements", func(x *scores.Score) { x.Statistics["miss"] = 4 }, []string{"impossible_counts"}},
		{"a full combo with misses", func(x *scores.Score) { x.FullCombo = true }, []string{"impossible_counts"}},
		{"too great a combo", func(x *scores.Score) { x.MaxCombo = circles + 1 }, []string{"impossible_combo"}},
		{"too great a total", func(x *scores.Score) { x.Classic = 3_000_000 }, []string{"impossible_total"}},
		{"too short a time", func(x *scores.Score) { x.PlayTime = 40 * time.Second }, []string{"play_time"}},
		{"a beatmap that is not known", func(x *scores.Score) {
			x.BeatmapID, x.BeatmapMD5, x.Statistics["ok"] = 1<<20, strings.Repeat("f", 32), 500
		}, nil},
		{"lazer", func(x *scores.Score) { x.Client, x.Classic = scores.Lazer, 3_000_000 }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			score := Honest(user, m)
			test.edit(&score)
			user = s.World.NewUser(0)
			id := s.World.Play(t, score, Frames(osu.Standard, uint64(user)))
			for range 2 {
				wantInspected(t, s, id, test.want...)
			}
			for _, f := range findings(t, s, moderation.Query{ScoreID: id}) {
				if f.Seen != 1 {
					t.Errorf("looking twice counts %d times", f.Seen)
				}
			}
		})
	}
	if _, err := s.Moderation.Inspect(t.Context(), 1<<40); !errors.Is(err, moderation.ErrNotFound) {
		t.Errorf("no score: %v", err)
	}
	score := Honest(user, m)
	score.Removed = true
	if _, err := s.Moderation.Inspect(t.Context(), s.World.Play(t, score, nil)); !errors.Is(err, moderation.ErrNotFound) {
		t.Errorf("a removed score: %v", err)
	}
}

func testDoubts(t *testing.T, s Subject) {
	score := Honest(s.World.NewUser(0), s.World.NewBeatmap(osu.Mania))
	score.Doubts = []scores.Doubt{
		{Kind: "client_hashes", Detail: "differ\x00\xff"},
		{Kind: "of_another_edge", Detail: strings.Repeat("Ж", moderation.MaxDetail)},
		{Kind: "not a kind"},
	}
	id := s.World.Play(t, score, Frames(osu.Mania, uint64(score.UserID)))
	wantInspected(t, s, id, "client_hashes", "of_another_edge")
	for flags, heavy := range map[string]bool{"several_clients": false, "several_clients,flashlight_key": true} {
		score := Honest(s.World.NewUser(0), s.World.NewBeatmap(osu.Mania))
		score.Doubts = []scores.Doubt{{Kind: "client_flags", Detail: flags}}
		id := s.World.Play(t, score, Frames(osu.Mania, uint64(score.UserID)))
		if got := wantInspected(t, s, id, "client_flags"); len(got) == 1 && (got[0].Weight > 50) != heavy {
			t.Errorf("%s weighs %d", flags, got[0].Weight)
		}
	}
}

func findings(t *testing.T, s Subject, query moderation.Query) []moderation.Finding {
	t.Helper()
	if query.Limit == 0 {
		query.Limit = moderation.MaxPage
	}
	found, err := s.Moderation.Findings(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func report(t *testing.T, s Subject, f moderation.Finding) moderation.Finding {
	t.Helper()
	kept, err := s.Moderation.Report(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func review(t *testing.T, s Subject, by int32, verdict moderation.Verdict, note string, ids ...int64) []moderation.Finding {
	t.Helper()
	found, err := s.Moderation.Review(t.Context(), ids, by, verdict, note)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// suspect returns what is said of a user, zeros when he is none.
func suspect(t *testing.T, s Subject, user int32) moderation.Suspect {
	t.Helper()
	for offset := 0; ; offset += moderation.MaxPage {
		list, err := s.Moderation.Suspects(t.Context(), offset, moderation.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if x.UserID == user {
				return x
			}
		}
		if len(list) < moderation.MaxPage {
			return moderation.Suspect{}
		}
	}
}

func kinds(found []moderation.Finding) []string {
	var names []string
	for _, f := range found {
		names = append(names, f.Kind)
	}
	slices.Sort(names)
	return names
}

// wantInspected inspects a score and wants findings of these kinds, in order.
func wantInspected(t *testing.T, s Subject, id int64, want ...string) []moderation.Finding {
	t.Helper()
	found, err := s.Moderation.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := kinds(found); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v: %+v", got, want, found)
	}
	return found
}

// wantEventually waits until the score has findings of these kinds.
func wantEventually(t *testing.T, s Subject, id int64, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		got := kinds(findings(t, s, moderation.Query{ScoreID: id}))
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("found %v, want %v", got, want)
		}
	}
}

// Package achievementstest is the conformance suite of the achievements contract: what it asks, every implementation must
// answer, in this process or behind a peer. It expects the standard set of medals, earned by those who play themselves.
package achievementstest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Subject is what is examined.
type Subject struct {
	Achievements achievements.Service
	World        *World // which the service follows
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Set", testSet},
		{"Skill", testSkill},
		{"Combo", testCombo},
		{"Introductions", testIntroductions},
		{"NotEligible", testNotEligible},
		{"Once", testOnce},
		{"Removed", testRemoved},
		{"Revalued", testRevalued},
		{"Restricted", testRestricted},
		{"Unavailable", testUnavailable},
		{"Bounds", testBounds},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func testSet(t *testing.T, s Subject) {
	all, err := s.Achievements.Achievements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]achievements.Achievement{}
	for i, a := range all {
		if a.ID <= 0 || i > 0 && a.ID <= all[i-1].ID {
			t.Errorf("%s has the id %d at place %d", a.File, a.ID, i)
		}
		if a.Name == "" || a.Description == "" || a.Grouping == "" {
			t.Errorf("something is missing: %+v", a)
		}
		files[a.File] = a
	}
	if len(files) < 83 || len(files) != len(all) {
		t.Errorf("%d medals with %d names", len(all), len(files))
	}
	for file, name := range map[string]string{
		"osu-skill-pass-10": "Phantasm", "taiko-skill-fc-8": "The Drummer's Throne", "fruits-skill-pass-4": "Hyperdash ON!",
		"mania-skill-fc-1": "Keystruck", "osu-combo-2000": "2000 Combo", "all-intro-spunout": "Burned Out",
	} {
		if files[file].Name != name {
			t.Errorf("%s is %+v", file, files[file])
		}
	}
	if r := files["fruits-skill-fc-1"].Ruleset; r == nil || *r != osu.Catch {
		t.Error("a medal of catch is not of catch")
	}
	if files["all-intro-easy"].Ruleset != nil {
		t.Error("a medal of all rulesets is of one")
	}
}

func testSkill(t *testing.T, s Subject) {
	combo := func(score *scores.Score) { score.FullCombo = true }
	for _, test := range []struct {
		name    string
		ruleset osu.Ruleset
		stars   float64
		mods    mods.Set
		edit    func(*scores.Score)
		want    []string
	}{
		{"below", osu.Standard, 0.99, nil, combo, nil},
		{"exactly", osu.Standard, 3, nil, nil, []string{"osu-skill-pass-3"}},
		{"just below the next", osu.Standard, 3.999, nil, nil, []string{"osu-skill-pass-3"}},
		{"full combo", osu.Standard, 10.5, nil, combo, []string{"osu-skill-fc-10", "osu-skill-pass-10"}},
		{"above all", osu.Standard, 11, nil, combo, nil},
		{"taiko", osu.Taiko, 8.2, nil, combo, []string{"taiko-skill-fc-8", "taiko-skill-pass-8"}},
		{"taiko has eight", osu.Taiko, 9.2, nil, combo, nil},
		{"catch", osu.Catch, 1, nil, nil, []string{"fruits-skill-pass-1"}},
		{"mania", osu.Mania, 4.4, nil, nil, []string{"mania-skill-pass-4"}},
		{"with mods", osu.Standard, 4.5, mods.Of(mods.DoubleTime), nil, []string{"all-intro-doubletime", "osu-skill-pass-5"}},
		{"no fail", osu.Standard, 4.5, mods.Of(mods.NoFail), combo, []string{"all-intro-nofail", "osu-skill-fc-4"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			user, m := s.World.NewUser(), s.World.NewBeatmap(test.ruleset, osu.StatusRanked, test.stars)
			edits := []func(*scores.Score){func(*scores.Score) {}}
			if test.edit != nil {
				edits[0] = test.edit
			}
			seq, id := s.World.Play(t, user, m, test.mods, edits...)
			wantEarned(t, s, seq, id, test.want...)
		})
	}
}

func testCombo(t *testing.T, s Subject) {
	for combo, file := range map[int32]string{
		499: "", 500: "osu-combo-500", 749: "osu-combo-500", 750: "osu-combo-750", 1000: "osu-combo-1000", 1999: "osu-combo-1000",
		2000: "osu-combo-2000", 10_000: "osu-combo-2000",
	} {
		edit := func(score *scores.Score) { score.MaxCombo = combo }
		seq, id := s.World.Play(t, s.World.NewUser(), s.World.NewBeatmap(osu.Standard, osu.StatusApproved, 0.5), nil, edit)
		if file == "" {
			wantEarned(t, s, seq, id)
		} else {
			wantEarned(t, s, seq, id, file)
		}
		seq, id = s.World.Play(t, s.World.NewUser(), s.World.NewBeatmap(osu.Mania, osu.StatusApproved, 0.5), nil, edit)
		wantEarned(t, s, seq, id)
	}
}

func testIntroductions(t *testing.T, s Subject) {
	m := s.World.NewBeatmap(osu.Catch, osu.StatusRanked, 0.1)
	for _, test := range []struct {
		mods mods.Set
		want []string
	}{
		{nil, nil},
		{mods.Of(mods.Classic), nil},
		{mods.Of(mods.SuddenDeath, mods.Classic), []string{"all-intro-suddendeath"}},
		{mods.Of(mods.SuddenDeath, mods.Hidden), []string{"all-intro-hidden"}},
		{mods.Of(mods.Perfect), []string{"all-intro-perfect"}},
		{mods.Of(mods.HardRock, mods.Flashlight), []string{"all-intro-flashlight", "all-intro-hardrock"}},
		{mods.Of(mods.Easy, mods.HalfTime), []string{"all-intro-easy", "all-intro-halftime"}},
		{mods.Of(mods.SpunOut), []string{"all-intro-spunout"}},
	} {
		seq, id := s.World.Play(t, s.World.NewUser(), m, test.mods)
		wantEarned(t, s, seq, id, test.want...)
	}
	m = s.World.NewBeatmap(osu.Catch, osu.StatusRanked, 9)
	seq, id := s.World.Play(t, s.World.NewUser(), m, mods.Of(mods.Nightcore))
	wantEarned(t, s, seq, id, "all-intro-doubletime", "all-intro-nightcore")
}

func testNotEligible(t *testing.T, s Subject) {
	ranked := s.World.NewBeatmap(osu.Standard, osu.StatusRanked, 2.5)
	for name, edit := range map[string]func(*scores.Score){
		"failed":     func(score *scores.Score) { score.Passed, score.Ranked = false, false },
		"not ranked": func(score *scores.Score) { score.Ranked = false },
		"removed":    func(score *scores.Score) { score.Removed = true },
		"relax":      func(score *scores.Score) { score.Variant = osu.Relax },
		"autopilot":  func(score *scores.Score) { score.Variant = osu.Autopilot },
		"no beatmap": func(score *scores.Score) { score.BeatmapID = 1 << 20 },
		"no file":    func(score *scores.Score) { score.BeatmapMD5 = md5Of(1 << 20) },
	} {
		t.Run(name, func(t *testing.T) {
			seq, id := s.World.Play(t, s.World.NewUser(), ranked, nil, edit)
			wantEarned(t, s, seq, id)
		})
	}
	for _, status := range []osu.Status{osu.StatusLoved, osu.StatusQualified, osu.StatusPending, osu.StatusGraveyard} {
		seq, id := s.World.Play(t, s.World.NewUser(), s.World.NewBeatmap(osu.Standard, status, 2.5), nil)
		wantEarned(t, s, seq, id)
	}
}

func testOnce(t *testing.T, s Subject) {
	user, m := s.World.NewUser(), s.World.NewBeatmap(osu.Standard, osu.StatusRanked, 2.5)
	at := time.Now().UTC().Truncate(time.Second)
	seq, first := s.World.Play(t, user, m, nil, ended(at))
	for range 2 { // asking again gives the same answer
		wantEarned(t, s, seq, first, "osu-skill-pass-2")
	}
	seq, second := s.World.Play(t, user, m, mods.Of(mods.Hidden), ended(at.Add(time.Minute)))
	wantEarned(t, s, seq, second, "all-intro-hidden")
	other := s.World.NewUser()
	seq, third := s.World.Play(t, other, m, nil, ended(at))
	wantEarned(t, s, seq, third, "osu-skill-pass-2")

	ids := idsOf(t, s)
	got, err := s.Achievements.Of(t.Context(), []int32{other, user, s.World.NewUser()})
	if err != nil {
		t.Fatal(err)
	}
	want := []achievements.Award{
		{UserID: user, AchievementID: ids["osu-skill-pass-2"], ScoreID: first, At: at},
		{UserID: user, AchievementID: ids["all-intro-hidden"], ScoreID: second, At: at.Add(time.Minute)},
		{UserID: other, AchievementID: ids["osu-skill-pass-2"], ScoreID: third, At: at},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func testRemoved(t *testing.T, s Subject) {
	user, m := s.World.NewUser(), s.World.NewBeatmap(osu.Standard, osu.StatusRanked, 2.5)
	at := time.Now().UTC()
	_, first := s.World.Play(t, user, m, nil, ended(at))
	seq, second := s.World.Play(t, user, m, nil, ended(at.Add(time.Second)))
	wantEarned(t, s, seq, second)
	wantEarned(t, s, s.World.Remove(t, first), first)
	wantEarned(t, s, seq, second, "osu-skill-pass-2") // the other one is as good
	wantEarned(t, s, s.World.Remove(t, second), second)
	wantMedals(t, s, user)
	wantEarned(t, s, s.World.Restore(t, second), second, "osu-skill-pass-2")
	wantEarned(t, s, s.World.Restore(t, first), first, "osu-skill-pass-2")
	wantEarned(t, s, seq, second)
	wantMedals(t, s, user, "osu-skill-pass-2")
}

func testRevalued(t *testing.T, s Subject) {
	user, m := s.World.NewUser(), s.World.NewBeatmap(osu.Standard, osu.StatusPending, 2.5)
	seq, id := s.World.Play(t, user, m, nil)
	wantEarned(t, s, seq, id)
	s.World.SetStatus(m.ID, osu.StatusRanked)
	seq = s.World.Revalue(t, id, func(score *scores.Score) { score.Ranked = true })
	wantEarned(t, s, seq, id, "osu-skill-pass-2")
	seq = s.World.Revalue(t, id, func(score *scores.Score) { score.FullCombo = true })
	wantEarned(t, s, seq, id, "osu-skill-fc-2", "osu-skill-pass-2")
	s.World.SetStatus(m.ID, osu.StatusGraveyard)
	seq = s.World.Revalue(t, id, func(score *scores.Score) { score.Ranked = false })
	wantEarned(t, s, seq, id)
	wantMedals(t, s, user)
}

func testRestricted(t *testing.T, s Subject) {
	user, m := s.World.NewUser(), s.World.NewBeatmap(osu.Standard, osu.StatusRanked, 2.5)
	seq, before := s.World.Play(t, user, m, nil)
	wantEarned(t, s, seq, before, "osu-skill-pass-2")
	s.World.Hide(t, user)
	seq, meanwhile := s.World.Play(t, user, m, mods.Of(mods.Hidden))
	wantEarned(t, s, seq, meanwhile)
	wantMedals(t, s, user, "osu-skill-pass-2") // what he has he keeps
	wantEarned(t, s, s.World.Show(t, user), meanwhile, "all-intro-hidden")
	wantMedals(t, s, user, "all-intro-hidden", "osu-skill-pass-2")
}

// testUnavailable says that nothing is skipped while other modules cannot be asked.
func testUnavailable(t *testing.T, s Subject) {
	user, m := s.World.NewUser(), s.World.NewBeatmap(osu.Standard, osu.StatusRanked, 2.5)
	s.World.Fail(fault.New(fault.Unavailable, "test", "gone", "gone for a moment"))
	seq, id := s.World.Play(t, user, m, nil)
	if _, err := s.Achievements.Earned(t.Context(), seq, id); !errors.Is(err, achievements.ErrPending) {
		t.Errorf("while nothing can be asked: %v", err)
	}
	s.World.Fail(nil)
	wantEarned(t, s, seq, id, "osu-skill-pass-2")
	if _, err := s.Achievements.Earned(t.Context(), seq+1, id); !errors.Is(err, achievements.ErrPending) {
		t.Errorf("an entry that is not there: %v", err)
	}
}

func testBounds(t *testing.T, s Subject) {
	if got, err := s.Achievements.Of(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of nobody: %v, %v", got, err)
	}
	if _, err := s.Achievements.Of(t.Context(), make([]int32, achievements.MaxBatch)); err != nil {
		t.Errorf("a full batch: %v", err)
	}
	if _, err := s.Achievements.Of(t.Context(), make([]int32, achievements.MaxBatch+1)); !errors.Is(err, achievements.ErrTooLarge) {
		t.Errorf("too large a batch: %v", err)
	}
	if got, err := s.Achievements.Earned(t.Context(), 0, 1<<40); err != nil || len(got) != 0 {
		t.Errorf("by no score: %v, %v", got, err)
	}
}

func ended(at time.Time) func(*scores.Score) {
	return func(score *scores.Score) { score.EndedAt = at }
}

func idsOf(t *testing.T, s Subject) map[string]int32 {
	t.Helper()
	all, err := s.Achievements.Achievements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int32{}
	for _, a := range all {
		ids[a.File] = a.ID
	}
	return ids
}

// wantEarned asks which medals the score has brought by now, by the names of their files.
func wantEarned(t *testing.T, s Subject, seq, id int64, want ...string) {
	t.Helper()
	earned, err := s.Achievements.Earned(t.Context(), seq, id)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range earned {
		got = append(got, a.File)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("earned %v, want %v", got, want)
	}
}

// wantMedals asks what a user has.
func wantMedals(t *testing.T, s Subject, user int32, want ...string) {
	t.Helper()
	files := map[int32]string{}
	for file, id := range idsOf(t, s) {
		files[id] = file
	}
	awards, err := s.Achievements.Of(t.Context(), []int32{user})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range awards {
		got = append(got, files[a.AchievementID])
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("has %v, want %v", got, want)
	}
}

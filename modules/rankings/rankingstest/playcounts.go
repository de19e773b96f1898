package rankingstest

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/rankings"
)

// playcounts works out how often a player has played each beatmap, the most played first.
func (b *Book) playcounts(user int32) []rankings.Playcount {
	b.mu.Lock()
	defer b.mu.Unlock()
	plays := make(map[int32]int32)
	for _, id := range b.player(user).scores {
		if s := b.scores[id]; !s.Removed && s.Variant.In(s.Ruleset) {
			plays[s.BeatmapID]++
		}
	}
	var list []rankings.Playcount
	for _, beatmap := range slices.Backward(slices.Sorted(maps.Keys(plays))) {
		list = append(list, rankings.Playcount{BeatmapID: beatmap, Plays: plays[beatmap]})
	}
	slices.SortStableFunc(list, func(a, b rankings.Playcount) int { return cmp.Compare(b.Plays, a.Plays) })
	return list
}

// checkPlays compares the play counts of players with what they should be.
func checkPlays(t *testing.T, s *Subject, users ...int32) {
	t.Helper()
	for _, user := range users {
		want := s.Book.playcounts(user)
		got, total, err := s.Rankings.MostPlayed(t.Context(), user, 0, rankings.MaxPage)
		if diff := gocmp.Diff(want, got); err != nil || total != len(want) || diff != "" {
			t.Errorf("the most played of %d: %v, %d of %d\n%s", user, err, total, len(want), diff)
		}
		beatmaps, plays := []int32{1 << 29}, []int32{0} // one that nobody plays
		for _, p := range want {
			beatmaps, plays = append(beatmaps, p.BeatmapID), append(plays, p.Plays)
		}
		counted, err := s.Rankings.Playcounts(t.Context(), user, beatmaps)
		if diff := gocmp.Diff(plays, counted); err != nil || diff != "" {
			t.Errorf("the play counts of %d: %v\n%s", user, err, diff)
		}
	}
}

// testPlaycounts says that all rulesets and variants of a beatmap are counted together, whether it is passed or not.
func testPlaycounts(t *testing.T, s *Subject) {
	ann, one, two, three := s.player(), s.beatmap(), s.beatmap(), s.beatmap()
	failed := pass(ann, two, 0, 100)
	failed.PP, failed.Passed, failed.Ranked = nil, false, false
	s.Book.Play(pass(ann, one, 10, 100))
	s.Book.Play(failed)
	s.Book.Play(on(mania, pass(ann, two, 10, 100)))
	last, _ := s.Book.Play(on(relax, pass(ann, two, 10, 100)))
	_, seq := s.Book.Play(pass(ann, three, 10, 100))
	s.counted(t, seq)
	want := []rankings.Playcount{{BeatmapID: two, Plays: 3}, {BeatmapID: three, Plays: 1}, {BeatmapID: one, Plays: 1}}
	for _, page := range []struct {
		offset, limit int
		want          []rankings.Playcount
	}{{0, 2, want[:2]}, {1, 5, want[1:]}, {2, 1, want[2:]}, {3, 1, nil}, {100, 100, nil}} {
		got, total, err := s.Rankings.MostPlayed(t.Context(), ann, page.offset, page.limit)
		if diff := gocmp.Diff(page.want, got); err != nil || total != 3 || diff != "" {
			t.Errorf("from %d at most %d: %v, %d in all\n%s", page.offset, page.limit, err, total, diff)
		}
	}
	got, err := s.Rankings.Playcounts(t.Context(), ann, []int32{three, 1 << 29, two, three})
	if err != nil || !slices.Equal(got, []int32{1, 0, 3, 1}) {
		t.Errorf("play counts %v, %v", got, err)
	}
	s.counted(t, s.Book.Remove(last.ID))
	s.counted(t, s.Book.Remove(last.ID)) // once is enough
	checkPlays(t, s, ann)
	for _, id := range s.Book.player(ann).scores {
		seq = s.Book.Remove(id)
	}
	s.counted(t, seq)
	checkPlays(t, s, ann)
	s.counted(t, s.Book.Restore(last.ID))
	checkPlays(t, s, ann)
}

// testRanksAgo can only ask about ranks that nobody has had: time does not pass in a test.
func testRanksAgo(t *testing.T, s *Subject) {
	ann := s.player()
	_, seq := s.Book.Play(pass(ann, s.beatmap(), 100, 1000))
	s.counted(t, seq)
	got, err := s.Rankings.RanksAgo(t.Context(), []int32{ann, 1 << 30}, standard, 30)
	if err != nil || !slices.Equal(got, []int32{0, 0}) {
		t.Errorf("ranks 30 days ago %v, %v", got, err)
	}
	for name, call := range map[string]struct {
		users int
		board rankings.Board
		days  int
		want  error
	}{
		"today":  {1, standard, 0, rankings.ErrTooLarge},
		"long":   {1, standard, rankings.HistoryDays, rankings.ErrTooLarge},
		"many":   {rankings.MaxBatch + 1, standard, 1, rankings.ErrTooLarge},
		"board":  {1, rankings.Board{Ruleset: 9}, 1, rankings.ErrBadBoard},
		"nobody": {0, standard, 1, nil},
	} {
		if _, err := s.Rankings.RanksAgo(t.Context(), make([]int32, call.users), call.board, call.days); !errors.Is(err, call.want) {
			t.Errorf("%s: %v, want %v", name, err, call.want)
		}
	}
}

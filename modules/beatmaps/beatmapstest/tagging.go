package beatmapstest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

func testTags(t *testing.T, s Subject) {
	all, err := s.Beatmaps.Tags(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatalf("%d tags, %v", len(all), err)
	}
	if !slices.IsSortedFunc(all, func(a, b beatmaps.Tag) int { return int(a.ID - b.ID) }) {
		t.Error("the tags are not sorted by id")
	}
	known := make(map[int32]bool)
	for _, tag := range all {
		if tag.ID <= 0 || known[tag.ID] || tag.Name == "" || tag.Ruleset != nil && !tag.Ruleset.Valid() {
			t.Errorf("%+v", tag)
		}
		known[tag.ID] = true
	}
}

// someTags returns three tags for any beatmap and one that is not for osu!.
func someTags(t *testing.T, s Subject) (some [3]beatmaps.Tag, other beatmaps.Tag) {
	t.Helper()
	all, err := s.Beatmaps.Tags(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, tag := range all {
		switch {
		case tag.Ruleset == nil && n < len(some):
			some[n] = tag
			n++
		case tag.Ruleset != nil && *tag.Ruleset != osu.Standard:
			other = tag
		}
	}
	if n < len(some) {
		t.Skip("there are too few tags")
	}
	return some, other
}

func testTagged(t *testing.T, s Subject) {
	tags, other := someTags(t, s)
	a := plain("A")
	set := importAll(t, s, a, a.with("B")).Set
	one, two := set.Beatmaps[0].ID, set.Beatmaps[1].ID
	first, second := s.player(t, 0).ID, s.player(t, 0).ID
	for _, step := range []struct {
		user, beatmap, tag int32
		on                 bool
	}{
		{first, one, tags[1].ID, true}, {first, one, tags[1].ID, true}, {second, one, tags[1].ID, true}, {first, one, tags[0].ID, true},
		{first, one, tags[2].ID, true}, {first, one, tags[2].ID, false}, {second, two, tags[2].ID, true}, {second, two, tags[0].ID, false},
	} {
		if err := s.Beatmaps.Tag(t.Context(), step.user, step.beatmap, step.tag, step.on); err != nil {
			t.Fatalf("%+v: %v", step, err)
		}
	}
	got, err := s.Beatmaps.Tagged(t.Context(), first, []int32{two, officialID(), one})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, []beatmaps.Tagged{
		{BeatmapID: two, Counts: []beatmaps.TagCount{{TagID: tags[2].ID, Count: 1}}},
		{
			BeatmapID: one, Counts: []beatmaps.TagCount{{TagID: tags[1].ID, Count: 2}, {TagID: tags[0].ID, Count: 1}},
			Own: []int32{tags[0].ID, tags[1].ID},
		},
	})
	if got, err = s.Beatmaps.Tagged(t.Context(), 0, []int32{one}); err != nil || len(got) != 1 || got[0].Own != nil {
		t.Errorf("to nobody: %+v, %v", got, err)
	}
	wantError(t, s.Beatmaps.Tag(t.Context(), first, officialID(), tags[0].ID, true), beatmaps.ErrNotFound)
	wantError(t, s.Beatmaps.Tag(t.Context(), first, one, 1<<30, true), beatmaps.ErrNoTag)
	if other.ID != 0 {
		wantError(t, s.Beatmaps.Tag(t.Context(), first, one, other.ID, true), beatmaps.ErrBadTag)
	}
	_, err = s.Beatmaps.Tagged(t.Context(), first, make([]int32, beatmaps.MaxBatch+1))
	wantError(t, err, beatmaps.ErrTooLarge)

	voters := make([]int32, 8)
	for i := range voters {
		voters[i] = s.player(t, 0).ID
	}
	together(2*len(voters), func(i int) {
		if err := s.Beatmaps.Tag(t.Context(), voters[i/2], two, tags[0].ID, true); err != nil {
			t.Error(err)
		}
	})
	if got, err = s.Beatmaps.Tagged(t.Context(), voters[0], []int32{two}); err != nil || len(got) != 1 || got[0].Counts[0].Count != 8 {
		t.Errorf("all at once: %+v, %v", got, err)
	}
}

func testSearchTags(t *testing.T, s Subject) {
	tags, _ := someTags(t, s)
	word := unique()
	set := func() (id, beatmap int32) {
		b := plain("A")
		b.tags = word
		made := importAll(t, s, b).Set
		return made.ID, made.Beatmaps[0].ID
	}
	one, onlyOne := set()
	both, ofBoth := set()
	user := s.player(t, 0).ID
	for _, given := range []struct{ beatmap, tag int32 }{{onlyOne, tags[0].ID}, {ofBoth, tags[0].ID}, {ofBoth, tags[1].ID}} {
		if err := s.Beatmaps.Tag(t.Context(), user, given.beatmap, given.tag, true); err != nil {
			t.Fatal(err)
		}
	}
	quoted := func(tag beatmaps.Tag) string { return fmt.Sprintf("tag=\"\"%s\"\" ", tag.Name) }
	finds(t, s, beatmaps.Query{Text: quoted(tags[0]) + word}, one, both)
	finds(t, s, beatmaps.Query{Text: fmt.Sprintf("tag=\"%s\" %s%s", tags[0].Name, quoted(tags[1]), word)}, both)
	finds(t, s, beatmaps.Query{Text: quoted(tags[2]) + word})
	finds(t, s, beatmaps.Query{Text: "tag=nothing/like/it " + word})
	if err := s.Beatmaps.Tag(t.Context(), user, onlyOne, tags[0].ID, false); err != nil {
		t.Fatal(err)
	}
	finds(t, s, beatmaps.Query{Text: quoted(tags[0]) + word}, both)
}

func testSearchCreators(t *testing.T, s Subject) {
	host, guest := s.player(t, 0).ID, s.player(t, 0).ID
	a := plain("A")
	own := importBytes(t, s, pack(t, []beatmap{a}), beatmaps.Import{CreatorID: host}).Set
	shared := a.with("B")
	again := importBytes(t, s, pack(t, []beatmap{a, shared}), beatmaps.Import{CreatorID: guest}).Set
	if own.CreatorID != host || own.Beatmaps[0].CreatorID != host || again.ID != own.ID || again.CreatorID != host {
		t.Errorf("made by %d: %+v, then %+v", host, own, again)
	}
	if b := find(t, s, beatmaps.Key{MD5: shared.md5()}).Beatmap; b.CreatorID != guest {
		t.Errorf("made by %d: %+v", guest, b)
	}
	finds(t, s, beatmaps.Query{CreatorID: host}, own.ID)
	finds(t, s, beatmaps.Query{GuestID: guest}, own.ID)
	finds(t, s, beatmaps.Query{CreatorID: guest})
	finds(t, s, beatmaps.Query{GuestID: host})
	// An id of the official server is another user's.
	foreign := plain("A")
	foreign.set, foreign.id = officialID(), officialID()
	if set := importBytes(t, s, pack(t, []beatmap{foreign}), beatmaps.Import{CreatorID: guest}).Set; set.CreatorID != 0 {
		t.Errorf("%+v", set)
	}
}

func testChanges(t *testing.T, s Subject) {
	changed := func(after int64) (sets []int32, latest int64) {
		t.Helper()
		for {
			changes, end, err := s.Beatmaps.Changes(t.Context(), after, beatmaps.MaxBatch)
			if err != nil {
				t.Fatal(err)
			}
			if len(changes) == 0 {
				return sets, end
			}
			for _, c := range changes {
				if c.Seq <= after || c.Seq > end || c.Seq > 1<<31-1 {
					t.Errorf("after %d: %+v, the last is %d", after, c, end)
				}
				after = c.Seq
				sets = append(sets, c.SetID)
			}
		}
	}
	_, start := changed(0)
	a, b := importAll(t, s, plain("A")).Set.ID, importAll(t, s, plain("A")).Set.ID
	sets, latest := changed(start)
	wantEqual(t, sets, []int32{a, b})
	rank := func(id int32, status osu.Status, frozen bool) {
		t.Helper()
		change := beatmaps.StatusChange{SetID: id, Status: status, Frozen: frozen}
		if _, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, change); err != nil {
			t.Fatal(err)
		}
	}
	rank(a, osu.StatusRanked, false)
	sets, last := changed(latest)
	wantEqual(t, sets, []int32{a})
	if sets, _ = changed(start); !slices.Equal(sets, []int32{b, a}) {
		t.Errorf("each once, where it changed last: %v", sets)
	}
	rank(a, osu.StatusRanked, true)
	if _, err := s.Beatmaps.Favour(t.Context(), s.player(t, 0).ID, a, true); err != nil {
		t.Fatal(err)
	}
	if sets, end := changed(last); len(sets) != 0 || end != last {
		t.Errorf("nobody keeps a copy of that: %v, %d after %d", sets, end, last)
	}
	together(8, func(i int) { rank([]int32{a, b}[i%2], osu.Status(i%4), false) })
	for _, limit := range []int{0, -1, beatmaps.MaxBatch + 1} {
		_, _, err := s.Beatmaps.Changes(t.Context(), 0, limit)
		wantError(t, err, beatmaps.ErrTooLarge)
	}
	if one, end, err := s.Beatmaps.Changes(t.Context(), 0, 1); err != nil || len(one) != 1 || end < last {
		t.Errorf("a page of one: %v, %d, %v", one, end, err)
	}
}

package beatmapstest

import (
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

func testKeys(t *testing.T, s Subject) {
	a := plain("A")
	a.set, a.id = officialID(), officialID()
	set := importAll(t, s, a).Set
	b := set.Beatmaps[0]
	set.Beatmaps = nil
	unknown := beatmaps.Key{MD5: "0123456789abcdef0123456789abcdef"}
	keys := []beatmaps.Key{
		{ID: b.ID}, {MD5: b.MD5}, unknown, {File: b.File}, {File: b.File, SetID: set.ID}, {ID: officialID()}, {}, {SetID: set.ID},
		{File: b.File, SetID: officialID()}, {File: unique()}, {ID: -1}, {MD5: "'; DROP TABLE beatmaps; --"}, {ID: b.ID},
	}
	for range 2 { // from the database, then from memory
		found := lookUp(t, s, keys...)
		want := []beatmaps.Found{
			{Key: keys[0], Beatmap: b, Set: set}, {Key: keys[1], Beatmap: b, Set: set}, {Key: keys[3], Beatmap: b, Set: set},
			{Key: keys[4], Beatmap: b, Set: set}, {Key: keys[12], Beatmap: b, Set: set},
		}
		wantEqual(t, found, want)
	}
	if found := lookUp(t, s); found != nil {
		t.Errorf("no keys find %+v", found)
	}
	_, err := s.Beatmaps.Beatmaps(t.Context(), make([]beatmaps.Key, beatmaps.MaxBatch+1))
	wantError(t, err, beatmaps.ErrTooLarge)
}

func testSets(t *testing.T, s Subject) {
	a := plain("A")
	mania := a.with("4K", func(b *beatmap) { b.ruleset = osu.Mania })
	first, second := importAll(t, s, mania, a).Set, importAll(t, s, plain("A")).Set
	if first.Beatmaps[0].Name != "A" || first.Beatmaps[1].Name != "4K" {
		t.Errorf("order %q, %q", first.Beatmaps[0].Name, first.Beatmaps[1].Name)
	}
	for range 2 {
		sets, err := s.Beatmaps.Sets(t.Context(), []int32{second.ID, officialID(), first.ID, -5})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, sets, []beatmaps.Set{second, first})
		sets[0].Beatmaps[0].Name = "mine now" // what is returned belongs to the caller
	}
	_, err := s.Beatmaps.Sets(t.Context(), make([]int32, beatmaps.MaxBatch+1))
	wantError(t, err, beatmaps.ErrTooLarge)
}

func testStatus(t *testing.T, s Subject) {
	nominator := s.player(t, users.Nominator)
	a := plain("A")
	set := importAll(t, s, a, a.with("B")).Set
	got, err := s.Beatmaps.SetStatus(t.Context(), nominator.ID, beatmaps.StatusChange{
		SetID: set.ID, Status: osu.StatusRanked, Frozen: true, Reason: "good " + unique(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != osu.StatusRanked || !got.Frozen || got.RankedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	for _, b := range got.Beatmaps {
		if b.Status != osu.StatusRanked || !b.Frozen {
			t.Errorf("%+v", b)
		}
	}
	wantEqual(t, getSet(t, s, set.ID), got)
	if found := find(t, s, beatmaps.Key{ID: set.Beatmaps[0].ID}); found.Beatmap.Status != osu.StatusRanked {
		t.Errorf("%+v", found.Beatmap)
	}
	got, err = s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{SetID: set.ID, Status: osu.StatusPending})
	if err != nil || got.Status != osu.StatusPending || got.Frozen || !got.RankedAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	// A beatmap that comes later has the status of its set.
	if _, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{SetID: set.ID, Status: osu.StatusLoved}); err != nil {
		t.Fatal(err)
	}
	for _, b := range importAll(t, s, a.with("C")).Set.Beatmaps {
		if b.Status != osu.StatusLoved {
			t.Errorf("%s is %v", b.Name, b.Status)
		}
	}
	entries, err := s.Users.Audit(t.Context(), 0, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.ActorID == nominator.ID && e.Action == "beatmap.status" && e.Details["status"] == "ranked" {
			return
		}
	}
	t.Error("nothing was written down")
}

func testStatusOfSome(t *testing.T, s Subject) {
	a := plain("A")
	set := importAll(t, s, a, a.with("B"), a.with("C")).Set
	ids := []int32{set.Beatmaps[0].ID, set.Beatmaps[2].ID}
	got, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{BeatmapIDs: ids, Status: osu.StatusLoved, Frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != osu.StatusLoved || got.Frozen {
		t.Errorf("set is %v, frozen %v", got.Status, got.Frozen)
	}
	for _, b := range got.Beatmaps {
		want := osu.StatusLoved
		if b.ID == set.Beatmaps[1].ID {
			want = osu.StatusPending
		}
		if b.Status != want || b.Frozen != (want == osu.StatusLoved) {
			t.Errorf("%s: %v, frozen %v", b.Name, b.Status, b.Frozen)
		}
	}
}

func testStatusRefused(t *testing.T, s Subject) {
	set, other := importAll(t, s, plain("A")).Set, importAll(t, s, plain("A")).Set
	player, restricted := s.player(t, users.Supporter), s.player(t, users.Nominator)
	if _, err := s.Users.Restrict(t.Context(), restricted.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	ranked := beatmaps.StatusChange{SetID: set.ID, Status: osu.StatusRanked}
	for _, by := range []int32{player.ID, restricted.ID, 0, -1} {
		_, err := s.Beatmaps.SetStatus(t.Context(), by, ranked)
		wantError(t, err, beatmaps.ErrForbidden)
	}
	for want, change := range map[error]beatmaps.StatusChange{
		beatmaps.ErrBadStatus: {SetID: set.ID, Status: 5},
		beatmaps.ErrNotFound:  {SetID: officialID()},
		beatmaps.ErrTooLarge:  {BeatmapIDs: make([]int32, beatmaps.MaxBatch+1)},
	} {
		_, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, change)
		wantError(t, err, want)
	}
	for _, ids := range [][]int32{nil, {officialID()}, {set.Beatmaps[0].ID, other.Beatmaps[0].ID}} {
		_, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{BeatmapIDs: ids})
		wantError(t, err, beatmaps.ErrNotFound)
	}
	wantEqual(t, getSet(t, s, set.ID), set)
}

func testCounts(t *testing.T, s Subject) {
	a := plain("A")
	set := importAll(t, s, a, a.with("B")).Set
	first, second := set.Beatmaps[0].ID, set.Beatmaps[1].ID
	for range 2 { // they are absolute
		if err := s.Beatmaps.SetCounts(t.Context(), []beatmaps.Counts{
			{BeatmapID: first, Plays: 10, Passes: 4}, {BeatmapID: second, Plays: 5}, {BeatmapID: officialID(), Plays: 1},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Beatmaps.SetCounts(t.Context(), []beatmaps.Counts{{BeatmapID: first, Plays: 7, Passes: 5}}); err != nil {
		t.Fatal(err)
	}
	got := getSet(t, s, set.ID)
	if got.Plays != 12 {
		t.Errorf("set was played %d times", got.Plays)
	}
	if b := find(t, s, beatmaps.Key{ID: first}).Beatmap; b.Plays != 7 || b.Passes != 5 {
		t.Errorf("played %d times, passed %d times", b.Plays, b.Passes)
	}
	wantError(t, s.Beatmaps.SetCounts(t.Context(), make([]beatmaps.Counts, beatmaps.MaxBatch+1)), beatmaps.ErrTooLarge)
}

func testRefresh(t *testing.T, s Subject) {
	set := importAll(t, s, plain("A")).Set
	if err := s.Beatmaps.Refresh(t.Context(), []int32{set.ID, officialID(), -1}); err != nil {
		t.Error(err)
	}
	wantError(t, s.Beatmaps.Refresh(t.Context(), make([]int32, beatmaps.MaxBatch+1)), beatmaps.ErrTooLarge)
}

func testArchive(t *testing.T, s Subject) {
	out := importAll(t, s, plain("A"))
	for _, withoutVideo := range []bool{false, true} {
		a, err := s.Beatmaps.Archive(t.Context(), out.Set.ID, withoutVideo)
		if err != nil || a.Key == "" || a.URL != "" || a.Name == "" {
			t.Errorf("%+v, %v", a, err)
		}
		found, err := s.Files.Stat(t.Context(), []string{a.Key})
		if err != nil || len(found) != 1 || found[0].Size != out.Set.Size {
			t.Errorf("%s: %+v, %v", a.Key, found, err)
		}
	}
	_, err := s.Beatmaps.Archive(t.Context(), officialID(), false)
	wantError(t, err, beatmaps.ErrNotFound)
	_, err = s.Beatmaps.Media(t.Context(), beatmaps.FirstLocalID+900_000_000, beatmaps.Preview)
	wantError(t, err, beatmaps.ErrNotFound)
}

func testEvents(t *testing.T, s Subject) {
	if s.Topics == nil {
		t.Skip("no topics to listen to")
	}
	next := listen(t, s.Topics, beatmaps.Topic)
	changed := func() beatmaps.Changed {
		t.Helper()
		m, err := wire.Unpack(next())
		if err != nil {
			t.Fatal(err)
		}
		event, err := beatmapspb.ToChanged(m.(*beatmapspb.Changed))
		if err != nil {
			t.Fatal(err)
		}
		return event
	}
	a := plain("A")
	set := importAll(t, s, a, a.with("B")).Set
	if got := changed(); got.SetID != set.ID || len(got.Beatmaps) != 2 || got.Beatmaps[0].Stars == 0 {
		t.Errorf("import: %+v", got)
	}
	newer := importAll(t, s, a, a.with("B", func(b *beatmap) { b.note = "v2" }))
	if got := changed(); got.SetID != set.ID || len(got.Beatmaps) != 1 || got.Beatmaps[0].Name != "B" || got.Beatmaps[0].MD5 == "" {
		t.Errorf("new version: %+v", got)
	}
	importAll(t, s, a) // silent
	id := newer.Set.Beatmaps[0].ID
	if _, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{BeatmapIDs: []int32{id}, Status: osu.StatusLoved}); err != nil {
		t.Fatal(err)
	}
	if got := changed(); len(got.Beatmaps) != 1 || got.Beatmaps[0].ID != id || got.Beatmaps[0].Status != osu.StatusLoved {
		t.Errorf("status: %+v", got)
	}
}

package local

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
)

// notebook is a finder that writes down what it is asked.
type notebook struct {
	mu        sync.Mutex
	wanted    []beatmaps.Key
	sets      []int32
	refreshed []int32
}

func (n *notebook) want(keys []beatmaps.Key, setIDs []int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted, n.sets = append(n.wanted, keys...), append(n.sets, setIDs...)
}

func (n *notebook) refresh(setIDs []int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refreshed = append(n.refreshed, setIDs...)
}

func (n *notebook) run(context.Context) {}

// noting returns a service whose finder is a notebook.
func noting(t *testing.T) (*Service, *notebook) {
	t.Helper()
	s, _, _ := fetching(t, func(cfg *Config) { cfg.Sources.Order = nil })
	n := new(notebook)
	s.finder = n
	return s, n
}

// told is set 5 as a source tells of it, with beatmaps by id.
func told(status osu.Status, files map[int32]string) beatmaps.Set {
	set := beatmaps.Set{
		ID: 5, Artist: "Singer", Title: "Song", Creator: "Mapper", CreatorID: 9, Status: status,
		UpdatedAt: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	if status.HasLeaderboard() {
		set.RankedAt = time.Date(2021, 1, 2, 3, 4, 5, 0, time.UTC)
	}
	for id, file := range files {
		set.Beatmaps = append(set.Beatmaps, beatmaps.Beatmap{
			ID: id, SetID: 5, MD5: sum(file), File: "file.osu", Name: "V", Status: status, Stars: 3, MaxCombo: 99, Circles: 50,
		})
	}
	return set
}

func save(t *testing.T, s *Service, set beatmaps.Set) beatmaps.Set {
	t.Helper()
	saved, err := s.save(t.Context(), set, "site")
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func TestSave(t *testing.T) {
	s, n := noting(t)
	first, second, third := song(10, "A"), song(11, "B"), song(12, "C")
	saved := save(t, s, told(osu.StatusPending, map[int32]string{10: first, 11: second}))
	if len(saved.Beatmaps) != 2 || saved.Status != osu.StatusPending || saved.Local || saved.Beatmaps[0].HasFile || saved.Beatmaps[0].Stars != 3 {
		t.Fatalf("%+v", saved)
	}
	if err := s.keepFile(t.Context(), []byte(first)); err != nil {
		t.Fatal(err)
	}
	e, err := s.set(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := e.find(beatmaps.Key{ID: 10})
	if b := kept.Beatmap; !b.HasFile || b.Circles != 3 || b.MaxCombo != 3 || b.Stars == 3 || b.File != "file.osu" {
		t.Errorf("with its file %+v", b)
	}

	// What the source says later: ranked, one beatmap is gone, one is new, one has another version.
	newer := song(10, "A2")
	saved = save(t, s, told(osu.StatusRanked, map[int32]string{10: newer, 12: third}))
	if saved.Status != osu.StatusRanked || saved.RankedAt.Year() != 2021 || len(saved.Beatmaps) != 2 {
		t.Fatalf("%+v", saved)
	}
	found, err := s.Beatmaps(t.Context(), []beatmaps.Key{{ID: 11}, {MD5: sum(second)}, {MD5: sum(first)}, {ID: 10}})
	if err != nil || len(found) != 3 || !found[0].Beatmap.Deleted || found[1].Beatmap.ID != 11 || found[2].Beatmap.MD5 != sum(newer) {
		t.Fatalf("%+v, %v", found, err)
	}
	if b := found[2].Beatmap; b.HasFile || b.Stars != 3 || b.MaxCombo != 99 {
		t.Errorf("the new version %+v", b)
	}
	if len(n.wanted) != 0 {
		t.Errorf("looks for %+v", n.wanted)
	}
	// It comes back.
	saved = save(t, s, told(osu.StatusRanked, map[int32]string{10: newer, 11: second, 12: third}))
	if len(saved.Beatmaps) != 3 {
		t.Errorf("%+v", saved)
	}
}

func TestSaveKeepsWhatIsOurs(t *testing.T) {
	s, _ := noting(t)
	file := song(10, "A")
	save(t, s, told(osu.StatusPending, map[int32]string{10: file}))
	if _, _, err := s.edit(t.Context(), 5, func(_ context.Context, _ bun.Tx, d *draft) error {
		d.decide(beatmaps.StatusChange{SetID: 5, Status: osu.StatusLoved, Frozen: true}, nil)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCounts(t.Context(), []beatmaps.Counts{{BeatmapID: 10, Plays: 7, Passes: 3}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Favour(t.Context(), 1, 5, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Vote(t.Context(), 1, 10, 8); err != nil {
		t.Fatal(err)
	}
	foreign := told(osu.StatusGraveyard, map[int32]string{10: file})
	foreign.Plays, foreign.Favourites, foreign.Rating, foreign.Local = 1e6, 1e6, beatmaps.Rating{Average: 1, Votes: 1e6}, true
	foreign.Beatmaps[0].Plays, foreign.Beatmaps[0].HasFile = 1e6, true
	saved := save(t, s, foreign)
	if saved.Status != osu.StatusLoved || !saved.Frozen || saved.RankedAt.IsZero() || saved.Plays != 7 || saved.Favourites != 1 ||
		saved.Rating != (beatmaps.Rating{Average: 8, Votes: 1}) || saved.Local {
		t.Errorf("%+v", saved)
	}
	if b := saved.Beatmaps[0]; b.Status != osu.StatusLoved || !b.Frozen || b.Plays != 7 || b.Passes != 3 || b.HasFile {
		t.Errorf("%+v", b)
	}
}

func TestSaveRefuses(t *testing.T) {
	s, _ := noting(t)
	file := song(10, "A")
	for _, id := range []int32{0, -1, beatmaps.FirstLocalID} {
		set := told(osu.StatusRanked, map[int32]string{10: file})
		set.ID = id
		if _, err := s.save(t.Context(), set, "site"); err == nil {
			t.Errorf("a set with the id %d is taken", id)
		}
	}
	save(t, s, told(osu.StatusRanked, map[int32]string{10: file}))
	other := told(osu.StatusRanked, map[int32]string{10: song(10, "stolen"), 20: file, 21: song(21, "own")})
	other.ID = 6
	other.Beatmaps = append(other.Beatmaps, beatmaps.Beatmap{ID: 22, MD5: "no MD5"}, beatmaps.Beatmap{MD5: sum("x")})
	if saved := save(t, s, other); len(saved.Beatmaps) != 1 || saved.Beatmaps[0].ID != 21 {
		t.Errorf("%+v", saved.Beatmaps)
	}
	if err := s.keepFile(t.Context(), []byte(song(99, "unknown"))); !errors.Is(err, beatmaps.ErrNotFound) {
		t.Errorf("file of nothing that is known: %v", err)
	}
	if err := s.keepFile(t.Context(), []byte("<html>")); !errors.Is(err, beatmaps.ErrBadArchive) {
		t.Errorf("no file: %v", err)
	}
}

// put puts a file of the test into the files module.
func put(t *testing.T, s *Service, text string) string {
	t.Helper()
	blob, err := files.Write(t.Context(), s.deps.Files, "", strings.NewReader(text), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return blob.Key
}

// TestImportOfToldSet says that archives only bring the files of what a source has told about.
func TestImportOfToldSet(t *testing.T) {
	s, n := noting(t)
	file, edited := song(10, "A"), strings.Replace(song(10, "A"), "CircleSize:4", "CircleSize:2", 1)
	save(t, s, told(osu.StatusRanked, map[int32]string{10: file}))
	if _, err := s.store.NewUpdate().Model((*setRow)(nil)).Set("fetched_at = ?", time.Now().Add(-2*askAgain)).Where("id = ?", 5).
		Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := s.Import(t.Context(), put(t, s, edited), beatmaps.Import{Name: "edited.osu"})
	if err != nil || out.New+out.Changed != 0 || len(out.Skipped) != 1 || out.Set.Beatmaps[0].HasFile || out.Set.Beatmaps[0].MD5 != sum(file) {
		t.Errorf("%+v, %v", out, err)
	}
	if !slices.Equal(n.refreshed, []int32{5}) {
		t.Errorf("refreshes %v", n.refreshed)
	}
	out, err = s.Import(t.Context(), put(t, s, file), beatmaps.Import{Name: "real.osu"})
	if err != nil || len(out.Skipped) != 0 || !out.Set.Beatmaps[0].HasFile || out.Set.Beatmaps[0].File != "real.osu" ||
		out.Set.Status != osu.StatusRanked {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestSaveNumbersImported says that a beatmap that came without an id gets the one that a source knows, unless it was played.
func TestSaveNumbersImported(t *testing.T) {
	for _, played := range []bool{false, true} {
		s, _ := noting(t)
		file := strings.Replace(song(0, "A"), "BeatmapID:0\n", "", 1)
		out, err := s.Import(t.Context(), put(t, s, file), beatmaps.Import{})
		if err != nil || out.Set.ID != 5 || out.Set.Beatmaps[0].ID < beatmaps.FirstLocalID {
			t.Fatalf("%+v, %v", out, err)
		}
		local, want := out.Set.Beatmaps[0].ID, int32(10)
		if played {
			want = local
			if err := s.SetCounts(t.Context(), []beatmaps.Counts{{BeatmapID: local, Plays: 1}}); err != nil {
				t.Fatal(err)
			}
		}
		saved := save(t, s, told(osu.StatusRanked, map[int32]string{10: file}))
		if len(saved.Beatmaps) != 1 || saved.Beatmaps[0].ID != want || !saved.Beatmaps[0].HasFile || saved.Beatmaps[0].MaxCombo != 3 {
			t.Errorf("played %v: %+v", played, saved.Beatmaps)
		}
	}
}

func TestWants(t *testing.T) {
	s, n := noting(t)
	file := song(10, "A")
	save(t, s, told(osu.StatusRanked, map[int32]string{10: file}))
	unknown := sum("unknown")
	if _, err := s.Beatmaps(t.Context(), []beatmaps.Key{
		{ID: 10}, {MD5: sum(file)}, {MD5: unknown}, {ID: 77}, {ID: beatmaps.FirstLocalID + 3}, {ID: -1}, {MD5: "x"}, {}, {File: "a.osu"},
		{File: "a.osu", SetID: 78}, {File: "a.osu", SetID: 5},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sets(t.Context(), []int32{5, 79, -1, beatmaps.FirstLocalID}); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(t.Context(), []int32{5, 80, 0, beatmaps.FirstLocalID}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(n.wanted, []beatmaps.Key{{MD5: unknown}, {ID: 77}}) || !slices.Equal(n.sets, []int32{78, 79}) ||
		!slices.Equal(n.refreshed, []int32{5, 80}) {
		t.Errorf("wants %+v and sets %v, refreshes %v", n.wanted, n.sets, n.refreshed)
	}
}

// moody is a performance module that fails as long as it is told to.
type moody struct {
	performance.Service
	err error
}

func (m *moody) Difficulty(ctx context.Context, target performance.Target) (performance.Difficulty, error) {
	if m.err != nil {
		return performance.Difficulty{}, m.err
	}
	return m.Service.Difficulty(ctx, target)
}

// TestRatedLater says that a beatmap that could not be rated when it came is rated later, and one that never can be is left alone.
func TestRatedLater(t *testing.T) {
	s, _ := noting(t)
	m := &moody{s.deps.Performance, performance.ErrBusy}
	s.deps.Performance = m
	stars := func() float64 {
		t.Helper()
		e, err := s.set(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		return e.beatmaps[0].Stars
	}
	if _, err := s.Import(t.Context(), put(t, s, song(10, "A")), beatmaps.Import{}); err != nil || stars() != 0 {
		t.Fatalf("%v stars, %v", stars(), err)
	}
	if err := s.rateSome(t.Context()); !errors.Is(err, performance.ErrBusy) || stars() != 0 {
		t.Fatalf("%v stars, %v", stars(), err)
	}
	m.err = performance.ErrTooHard
	if err := s.rateSome(t.Context()); err != nil || stars() != 0 {
		t.Fatalf("%v stars, %v", stars(), err)
	}
	m.err = nil
	if err := s.rateSome(t.Context()); err != nil || stars() != 0 {
		t.Errorf("what is too hard was tried again: %v stars, %v", stars(), err)
	}
	if _, err := s.store.NewUpdate().Model((*beatmapRow)(nil)).Set("rated = ?", 0).Where("id = ?", 10).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.rateSome(t.Context()); err != nil || stars() == 0 {
		t.Errorf("%v stars, %v", stars(), err)
	}
}

// TestLearnsAgain says that a performance module that has lost its files is taught again.
func TestLearnsAgain(t *testing.T) {
	s, _ := noting(t)
	file := song(10, "A")
	if _, err := s.deps.Files.Put(t.Context(), beatmaps.FileKey(sum(file)), []byte(file)); err != nil {
		t.Fatal(err)
	}
	d, err := s.difficulty(t.Context(), &beatmapRow{MD5: sum(file)})
	if err != nil || d.MaxCombo != 3 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := s.difficulty(t.Context(), &beatmapRow{MD5: sum("lost")}); !hopeless(err) {
		t.Errorf("a lost file: %v", err)
	}
}

func TestImportBounds(t *testing.T) {
	s, _ := noting(t)
	s.cfg.MaxArchive = 1 << 20
	blob, err := files.Write(t.Context(), s.deps.Files, "big.osz", bytes.NewReader(make([]byte, 1<<20+1)), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(t.Context(), blob.Key, beatmaps.Import{}); !errors.Is(err, beatmaps.ErrBadArchive) {
		t.Error(err)
	}
	// While as many imports as may be are under way, others wait no longer than their context.
	for range cap(s.imports) {
		s.imports <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Import(ctx, blob.Key, beatmaps.Import{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(*Config){
		"cache":       func(c *Config) { c.Cache = 1 },
		"cache_age":   func(c *Config) { c.CacheAge = time.Millisecond },
		"max_archive": func(c *Config) { c.MaxArchive = 5 << 30 },
		"imports":     func(c *Config) { c.Imports = 0 },
	} {
		cfg := DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestFollows says that a process forgets what another one changed.
func TestFollows(t *testing.T) {
	s, _ := noting(t)
	file := song(10, "A")
	save(t, s, told(osu.StatusPending, map[int32]string{10: file}))
	other, err := New(t.Context(), s.cfg, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var following sync.WaitGroup
	following.Go(func() { other.follow(ctx) })
	defer following.Wait()
	defer cancel()
	known := func() osu.Status {
		t.Helper()
		found, err := other.Beatmaps(ctx, []beatmaps.Key{{MD5: sum(file)}})
		if err != nil || len(found) != 1 {
			t.Fatalf("%+v, %v", found, err)
		}
		return found[0].Beatmap.Status
	}
	if status := known(); status != osu.StatusPending {
		t.Fatal(status)
	}
	save(t, s, told(osu.StatusRanked, map[int32]string{10: file}))
	for known() != osu.StatusRanked {
		runtime.Gosched()
	}
}

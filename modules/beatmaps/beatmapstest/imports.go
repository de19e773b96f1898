package beatmapstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/osu"
)

// officialID returns an id as the official server gives them, which nothing else has.
func officialID() int32 { return 500_000_000 + rand.Int32N(500_000_000) }

func testImport(t *testing.T, s Subject) {
	setID, id := officialID(), officialID()
	hard := plain("Hard")
	hard.set, hard.id, hard.source, hard.tags, hard.story = setID, id, "A Game", "one two", true
	easy := hard.with("Easy", func(b *beatmap) { b.id, b.ar, b.seconds, b.ruleset = id+1, 5, 30, osu.Taiko })
	data := pack(t, []beatmap{hard, easy}, entry{"audio.mp3", []byte("noise")}, entry{"movie.AVI", bytes.Repeat([]byte("film"), 1000)})
	out := importBytes(t, s, data, beatmaps.Import{Name: "some.osz"})
	if out.New != 2 || out.Changed != 0 || len(out.Skipped) != 0 {
		t.Errorf("%d new, %d changed, skipped %v", out.New, out.Changed, out.Skipped)
	}
	set := out.Set
	if set.ID != setID || set.Artist != hard.artist || set.Title != hard.title || set.Creator != "Creator" || set.Source != "A Game" ||
		!strings.HasPrefix(set.Tags, "one two") || set.Status != osu.StatusPending || set.Frozen {
		t.Errorf("set %+v", set)
	}
	if !set.Local || set.Size != int64(len(data)) || set.SizeNoVideo <= 0 || set.SizeNoVideo >= set.Size || !set.Video || !set.Storyboard {
		t.Errorf("archive: local %v, %d and %d of %d bytes, video %v, storyboard %v",
			set.Local, set.Size, set.SizeNoVideo, len(data), set.Video, set.Storyboard)
	}
	if set.BPM != 180 || set.UpdatedAt.IsZero() || !set.RankedAt.IsZero() || time.Since(set.UpdatedAt) > time.Hour {
		t.Errorf("bpm %v, updated %v, ranked %v", set.BPM, set.UpdatedAt, set.RankedAt)
	}
	if len(set.Beatmaps) != 2 {
		t.Fatalf("%d beatmaps", len(set.Beatmaps))
	}
	b := set.Beatmaps[0]
	if b.Stars <= 0 || b.MaxCombo != 20 {
		t.Errorf("%v stars, combo %d", b.Stars, b.MaxCombo)
	}
	b.Stars, b.MaxCombo, b.UpdatedAt = 0, 0, time.Time{}
	wantEqual(t, b, beatmaps.Beatmap{
		ID: id, SetID: setID, MD5: hard.md5(), File: hard.file(), Name: "Hard", Circles: 20, Length: time.Minute, Drain: time.Minute,
		BPM: 180, CircleSize: 4, Approach: 9, Overall: 8, HealthDrain: 5, HasFile: true,
	})
	if b := set.Beatmaps[1]; b.ID != id+1 || b.Ruleset != osu.Taiko || b.Approach != 5 || b.Length != 30*time.Second {
		t.Errorf("easy %+v", b)
	}
	file, err := files.Load(t.Context(), s.Files, beatmaps.FileKey(hard.md5()), files.MaxPiece)
	if err != nil || !bytes.Equal(file, hard.bytes()) {
		t.Errorf("file of %d bytes, %v", len(file), err)
	}
	wantEqual(t, getSet(t, s, setID), set)
}

func testImportAgain(t *testing.T, s Subject) {
	b := plain("Normal")
	data := pack(t, []beatmap{b})
	first := importBytes(t, s, data, beatmaps.Import{Name: "a.osz"})
	second := importBytes(t, s, data, beatmaps.Import{Name: "b.osz"})
	first.New = 0
	wantEqual(t, second, first)
	// The same beatmaps in another archive change nothing either.
	third := importBytes(t, s, pack(t, []beatmap{b}, entry{"more.txt", []byte("x")}), beatmaps.Import{Name: "c.osz"})
	wantEqual(t, third, first)
	if _, err := s.Beatmaps.Import(t.Context(), "test/"+unique(), beatmaps.Import{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("nothing to import: %v", err)
	}
}

func testImportWithoutIDs(t *testing.T, s Subject) {
	a := plain("A")
	out := importAll(t, s, a, a.with("B"))
	set := out.Set
	if set.ID < beatmaps.FirstLocalID || len(set.Beatmaps) != 2 || set.Beatmaps[0].ID < beatmaps.FirstLocalID ||
		set.Beatmaps[0].ID == set.Beatmaps[1].ID || set.Beatmaps[0].SetID != set.ID {
		t.Fatalf("set %+v", set)
	}
	other := importAll(t, s, plain("A"))
	if other.Set.ID == set.ID || other.Set.ID < beatmaps.FirstLocalID {
		t.Errorf("another set has the id %d beside %d", other.Set.ID, set.ID)
	}
	// Another version of it is the same set, also when no file is as it was.
	more := importAll(t, s, a.with("A", func(b *beatmap) { b.note = "v2" }), a.with("C"))
	if more.Set.ID != set.ID || more.New != 1 || more.Changed != 1 || len(more.Set.Beatmaps) != 3 {
		t.Errorf("%d new, %d changed, set %+v", more.New, more.Changed, more.Set)
	}
	// The name of an archive is the last resort.
	id := officialID()
	named := importBytes(t, s, pack(t, []beatmap{plain("A")}), beatmaps.Import{Name: fmt.Sprintf("%d Artist - Title.osz", id)})
	if named.Set.ID != id {
		t.Errorf("named %d, it is %d", id, named.Set.ID)
	}
}

func testImportSingle(t *testing.T, s Subject) {
	a := plain("A")
	out := importBytes(t, s, a.bytes(), beatmaps.Import{Name: a.file()})
	if out.New != 1 || out.Set.Local || len(out.Set.Beatmaps) != 1 || out.Set.Beatmaps[0].File != a.file() || !out.Set.Beatmaps[0].HasFile {
		t.Errorf("%+v", out)
	}
	b := a.with("B")
	more := importBytes(t, s, b.bytes(), beatmaps.Import{})
	if more.Set.ID != out.Set.ID || more.New != 1 || len(more.Set.Beatmaps) != 2 {
		t.Errorf("%+v", more)
	}
	whole := importAll(t, s, a, b)
	if whole.Set.ID != out.Set.ID || whole.New+whole.Changed != 0 || !whole.Set.Local {
		t.Errorf("%+v", whole)
	}
}

func testImportVersion(t *testing.T, s Subject) {
	a := plain("A")
	a.set, a.id = officialID(), officialID()
	importAll(t, s, a)
	newer := a.with("A renamed", func(b *beatmap) { b.note, b.ar = "v2", 7 })
	out := importAll(t, s, newer)
	if out.New != 0 || out.Changed != 1 || len(out.Set.Beatmaps) != 1 || out.Set.Beatmaps[0].Approach != 7 || out.Set.Beatmaps[0].ID != a.id {
		t.Errorf("%+v", out)
	}
	if found := find(t, s, beatmaps.Key{MD5: newer.md5()}); found.Beatmap.ID != a.id || found.Beatmap.Name != "A renamed" {
		t.Errorf("%+v", found)
	}
	if found := lookUp(t, s, beatmaps.Key{MD5: a.md5()}); len(found) != 0 {
		t.Errorf("the older version finds %+v", found)
	}
	// Whoever still has the old file is told of the new one by its name, whatever that was.
	for _, file := range []string{a.file(), newer.file()} {
		if found := find(t, s, beatmaps.Key{File: file, SetID: a.set}); found.Beatmap.ID != a.id || found.Beatmap.MD5 != newer.md5() {
			t.Errorf("%s: %+v", file, found)
		}
	}
	// The old version does not come back by an old archive.
	again := importBytes(t, s, pack(t, []beatmap{a}, entry{"x", nil}), beatmaps.Import{})
	if again.New+again.Changed != 0 || len(again.Skipped) != 1 || again.Set.Beatmaps[0].MD5 != newer.md5() {
		t.Errorf("%+v", again)
	}
}

func testImportCopiedID(t *testing.T, s Subject) {
	a := plain("A")
	a.set, a.id = officialID(), officialID()
	out := importAll(t, s, a, a.with("B")) // B was made of a copy of A
	if out.New != 2 || len(out.Set.Beatmaps) != 2 || out.Set.Beatmaps[0].ID == out.Set.Beatmaps[1].ID {
		t.Fatalf("%+v", out)
	}
	if found := find(t, s, beatmaps.Key{ID: a.id}); found.Beatmap.Name != "A" {
		t.Errorf("%d is %q", a.id, found.Beatmap.Name)
	}
	// Another song whose files were made of copies is another set.
	other := plain("A")
	other.set, other.id = a.set, 0
	if out := importAll(t, s, other); out.Set.ID == a.set || out.New != 1 {
		t.Errorf("%+v", out)
	}
}

func testImportStatus(t *testing.T, s Subject) {
	status := osu.StatusRanked
	out := importBytes(t, s, pack(t, []beatmap{plain("A")}), beatmaps.Import{Status: &status, Freeze: true})
	b := out.Set.Beatmaps[0]
	if out.Set.Status != status || !out.Set.Frozen || out.Set.RankedAt.IsZero() || b.Status != status || !b.Frozen {
		t.Errorf("%+v", out.Set)
	}
	status = 9
	_, err := s.Beatmaps.Import(t.Context(), upload(t, s, pack(t, []beatmap{plain("A")})), beatmaps.Import{Status: &status})
	wantError(t, err, beatmaps.ErrBadStatus)
}

func testImportTogether(t *testing.T, s Subject) {
	const n = 6
	sets := make([]beatmap, n)
	keys := make([]string, 2*n)
	for i := range sets {
		sets[i] = plain("A")
		keys[i] = upload(t, s, pack(t, []beatmap{sets[i], sets[i].with("B")}))
		keys[n+i] = upload(t, s, pack(t, []beatmap{sets[i].with("B"), sets[i].with("C")}))
	}
	out := make([]beatmaps.Imported, 2*n)
	errs := make([]error, 2*n)
	together(2*n, func(i int) {
		out[i], errs[i] = s.Beatmaps.Import(t.Context(), keys[i], beatmaps.Import{Wait: time.Minute})
	})
	var ids []int32
	for i, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
		if i < n {
			ids = append(ids, out[i].Set.ID)
		} else if out[i].Set.ID != ids[i-n] {
			t.Errorf("one set has the ids %d and %d", out[i].Set.ID, ids[i-n])
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != n {
		t.Errorf("%d sets have the ids %v", n, ids)
	}
	seen := make(map[int32]bool)
	for _, id := range ids {
		set := getSet(t, s, id)
		if len(set.Beatmaps) != 3 {
			t.Errorf("set %d has %d beatmaps", id, len(set.Beatmaps))
		}
		for _, b := range set.Beatmaps {
			if seen[b.ID] {
				t.Errorf("two beatmaps have the id %d", b.ID)
			}
			seen[b.ID] = true
		}
	}
}

func testBadArchives(t *testing.T, s Subject) {
	good := plain("A")
	many := make([]entry, 20_000)
	for i := range many {
		many[i].name = fmt.Sprint(i)
	}
	whole := pack(t, []beatmap{good})
	for name, test := range map[string]struct {
		data []byte
		says string
	}{
		"empty":         {nil, "neither"},
		"picture":       {[]byte("\x89PNG\r\n\x1a\n and so on"), "neither"},
		"cut":           {whole[:len(whole)-30], "zip"},
		"no beatmap":    {pack(t, nil, entry{"audio.mp3", []byte("noise")}), "no .osu file"},
		"no objects":    {[]byte("osu file format v14\n\n[General]\nMode: 0\n"), "nothing to hit"},
		"no osu":        {pack(t, nil, entry{"a.osu", []byte("\x00\x01")}), "none of its beatmaps"},
		"leads out":     {pack(t, []beatmap{good}, entry{"../../etc/cron.d/x", []byte("x")}), "leads out"},
		"leads out win": {pack(t, []beatmap{good}, entry{`..\..\x.exe`, []byte("x")}), "leads out"},
		"entries":       {pack(t, []beatmap{good}, many...), "too many"},
		"bomb":          {pack(t, nil, entry{"bomb.osu", make([]byte, 40<<20)}), "too much"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Beatmaps.Import(t.Context(), upload(t, s, test.data), beatmaps.Import{Name: "bad.osz", Wait: time.Minute})
			wantError(t, err, beatmaps.ErrBadArchive)
			if err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, which does not say %q", err, test.says)
			}
		})
	}
	// What cannot be read is left out, and said.
	out := importBytes(t, s, pack(t, []beatmap{good}, entry{"bad.osu", []byte("nonsense")}), beatmaps.Import{})
	if out.New != 1 || len(out.Skipped) != 1 || !strings.HasPrefix(out.Skipped[0], "bad.osu: ") {
		t.Errorf("%+v", out)
	}
}

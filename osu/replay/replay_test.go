package replay

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// example returns a replay with a value in every field.
func example(tb testing.TB, version int32) *Replay {
	tb.Helper()
	frames, err := Compress(&Recording{
		Frames: []Frame{
			{0, 256, -500, 0}, {-1, 256, -500, 0}, {31, 12.5, -3.25, Left1 | Left2}, {47, 13, 0.1, Smoke}, {47 - 12345, 1e-7, -131072, 0},
			{math.MaxInt32, 3.4e4, 5e-45, math.MaxUint32}, {math.MinInt32, 0, 0, 0},
		},
		Seed: -7, Seeded: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	r := &Replay{
		Ruleset: osu.Catch, Version: version, Beatmap: "900150983cd24fb0d6963f7d28e17f72", Player: "ペン guest",
		Checksum: "d41d8cd98f00b204e9800998ecf8427e", Count300: 1, Count100: 2, Count50: 3, CountGeki: 4, CountKatu: 5, CountMiss: 65535,
		TotalScore: -1, MaxCombo: 777, FullCombo: true, Mods: osu.ModHidden | osu.ModTarget, LifeBar: "0|1,2500|0.5,",
		Date: TicksOf(time.Date(2026, 8, 21, 1, 2, 3, 456_789_100, time.UTC)), Frames: frames,
	}
	if version >= firstID {
		r.OnlineID = 2_000_000_000
	}
	if version >= firstLongID {
		r.OnlineID = 5_000_000_000
	}
	if !r.Lazer() {
		r.TargetAccuracy = 0.75
	}
	if version >= FirstInfo {
		total := int64(987_654)
		err := r.SetInfo(&Info{
			OnlineID: 123_456_789_012, Mods: mods.Set{{Acronym: "DT", Settings: []mods.Setting{{Name: "speed_change", Value: 1.1}}}},
			Statistics: score.Statistics{score.Great: 1, score.Miss: 70_000}, Maximum: score.Statistics{score.Great: 70_001},
			ClientVersion: "2026.821.0 <&>", Rank: osu.GradeSH, UserID: 2, TotalWithoutMods: &total, Pauses: []int32{-5, 111_111},
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return r
}

var versions = []int32{0, 20071228, firstID - 1, firstID, firstLongID - 1, firstLongID, 20260821, FirstLazer, FirstInfo, Latest}

func TestRoundTrip(t *testing.T) {
	for _, version := range versions {
		want := example(t, version)
		b := want.Append(nil)
		got, err := Parse(b)
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("version %d (-want +got):\n%s", version, d)
		}
		var again bytes.Buffer
		if err := got.Encode(&again); err != nil || !bytes.Equal(again.Bytes(), b) {
			t.Errorf("version %d is written again with other bytes, %v", version, err)
		}
		if got, err = Decode(io.MultiReader(bytes.NewReader(b), strings.NewReader("more"))); err != nil || !cmp.Equal(want, got) {
			t.Errorf("version %d with a tail: %v", version, err)
		}
		for n := range b {
			switch short, err := Parse(b[:n]); {
			case errors.Is(err, ErrTruncated):
			case err == nil && want.hasTargetAccuracy() && n >= len(b)-8 && short.TargetAccuracy == 0: // old files lack it
			default:
				t.Errorf("version %d cut to %d of %d bytes: %v", version, n, len(b), err)
			}
		}
	}
}

func TestInfo(t *testing.T) {
	r := example(t, Latest)
	info, err := r.Info()
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(r.ScoreData)
	if err := r.SetInfo(info); err != nil || !bytes.Equal(before, r.ScoreData) {
		t.Errorf("the block is written again with other bytes, %v", err)
	}
	if info.OnlineID != 123_456_789_012 || info.Statistics[score.Miss] != 70_000 || info.Rank != osu.GradeSH || *info.TotalWithoutMods != 987_654 ||
		len(info.Mods) != 1 || len(info.Pauses) != 2 || info.ClientVersion != "2026.821.0 <&>" {
		t.Errorf("got %+v", info)
	}
	text, _, err := decompress(r.ScoreData, MaxInfo)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(text); err != nil || !bytes.HasPrefix(b, []byte("{\n  \"online_id\": 123456789012,\n  \"mods\": [\n")) || b[len(b)-1] != '}' {
		t.Errorf("the text is %s, %v", b, err)
	}

	for text, want := range map[string]error{
		`{}`:                                 nil,
		`{"later": {}, "rank": "XH"}`:        nil,
		`{"rank": "Z"}`:                      ErrInfo,
		`{"statistics": {"great": -1}}`:      ErrInfo,
		`{"statistics": {"grand": 1}}`:       ErrInfo,
		`{"user_id": 3000000000}`:            ErrInfo,
		`[]`:                                 ErrInfo,
		"":                                   ErrInfo,
		strings.Repeat(" ", MaxInfo) + `{}`:  ErrTooLarge,
		strings.Repeat("[", MaxInfo-1) + `1`: ErrInfo,
	} {
		data, err := compress([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if text == "" {
			data = []byte("nothing")
			want = ErrCompression
		}
		info, err := (&Replay{ScoreData: data}).Info()
		if !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", text, err, want)
		}
		if err == nil && (info.OnlineID != -1 || info.UserID != -1 || info.TotalWithoutMods != nil) {
			t.Errorf("%.40q: %+v", text, info)
		}
	}
	if info, err := (&Replay{}).Info(); info != nil || err != nil {
		t.Errorf("no block: %v, %v", info, err)
	}
}

func TestRecording(t *testing.T) {
	r := example(t, Latest)
	rec, err := r.Frames.Recording(r.Ruleset)
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte{0x5d, 0, 0, 0x20, 0}; !bytes.HasPrefix(r.Frames, want) {
		t.Errorf("the block begins with % x, and not with what both official encoders write", r.Frames[:5])
	}
	again, err := Compress(&rec)
	if err != nil || !bytes.Equal(again, r.Frames) {
		t.Errorf("the frames are written again with other bytes, %v", err)
	}
	if rec.Frames[4].Time != 47-12345 || rec.Seed != -7 || !rec.Seeded || len(rec.Frames) != 7 || rec.Frames[6].Time != math.MinInt32 {
		t.Errorf("got %+v", rec)
	}
	var all []Frame
	for f, err := range r.Frames.All(r.Ruleset) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	if d := cmp.Diff(rec.Frames, all); d != "" {
		t.Errorf("one by one: %s", d)
	}
	for range r.Frames.All(r.Ruleset) {
		break
	}
	if rec, err := Data(nil).Recording(osu.Standard); err != nil || len(rec.Frames) != 0 || rec.Seeded {
		t.Errorf("nothing: %+v, %v", rec, err)
	}
	if data, err := Compress(&Recording{}); data != nil || err != nil {
		t.Errorf("no frames: % x, %v", data, err)
	}
	if _, err := Compress(&Recording{Frames: []Frame{{X: float32(math.NaN())}}}); !errors.Is(err, ErrFrame) {
		t.Errorf("NaN is written: %v", err)
	}
	if _, err := Compress(&Recording{Frames: make([]Frame, MaxFrames+1)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many frames are written: %v", err)
	}
}

// TestForeign reads what another encoder wrote, with a mark at the end instead of a size.
func TestForeign(t *testing.T) {
	const marked = "XQAAgAD//////////wAYHwJDUQO0AFVX2FOrBI1oAoqeWra6iZ2L5tLElTTV63ZutkanQJTnTPUJ7yvtZuyOl/3T/9kr4AA="
	data, err := base64.StdEncoding.DecodeString(marked)
	if err != nil {
		t.Fatal(err)
	}
	want := Recording{
		Frames: []Frame{{0, 256, -500, 0}, {-1, 256, -500, 0}, {30, 12.5, -3.25, 5}, {46, 13, 0, 0}}, Seed: 77, Seeded: true,
	}
	got, err := Data(data).Recording(osu.Standard)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// A dictionary of 4 GiB in the header costs nothing.
	binary.LittleEndian.PutUint32(data[1:], math.MaxUint32)
	if got, err := Data(data).Recording(osu.Standard); err != nil || len(got.Frames) != 4 {
		t.Errorf("with a large dictionary: %v", err)
	}
	for n := range data[:len(data)-6] { // what ends the mark may be missing
		if got, err := Data(data[:n]).Recording(osu.Standard); n > 0 && !errors.Is(err, ErrCompression) {
			t.Errorf("cut to %d bytes: %+v, %v", n, got, err)
		}
	}
}

func TestFrameTexts(t *testing.T) {
	for _, tt := range []struct {
		text    string
		ruleset osu.Ruleset
		frames  int // -1: ErrFrame
	}{
		{text: ",", frames: 0},
		{text: "1|2|3", frames: 0},
		{text: "1|2|3,4|5|6|7,", frames: 1},
		{text: "1|2|3|4|5,", frames: 1},
		{text: " 1 | 2.5 |-3e2| 4 ", frames: 1},
		{text: "16.4|1|1|0,16.6|1|1|0", frames: 2},
		{text: "-12345|0|0|what,1|1|1|1", frames: 1},
		{text: "|1|1|1", frames: -1},
		{text: "x|1|1|1", frames: -1},
		{text: "1|NaN|1|1", frames: -1},
		{text: "1|1|Infinity|1", frames: -1},
		{text: "1|0x10|1|1", frames: -1},
		{text: "1|1_0|1|1", frames: -1},
		{text: "1|131073|1|1", frames: -1},
		{text: "1|131073|1|1", ruleset: osu.Mania, frames: 1},
		{text: "1|1048575|1|1", ruleset: osu.Mania, frames: 1},
		{text: "1|1048577|1|1", ruleset: osu.Mania, frames: -1},
		{text: "1|1|-131073|1", frames: -1},
		{text: "1|1|1|1.5", frames: -1},
		{text: "1|1|1|3000000000", frames: -1},
		{text: "3000000000|1|1|1", frames: -1},
		{text: "2147483647|1|1|1,1|1|1|1", frames: -1},
		{text: "99999999999999999999|1|1|1", frames: -1},
		{text: "1|" + strings.Repeat("1", 5000) + "|1|1", frames: -1},
	} {
		data, err := compress([]byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := Data(data).Recording(tt.ruleset)
		if tt.frames < 0 {
			if !errors.Is(err, ErrFrame) {
				t.Errorf("%.50q: %+v, %v", tt.text, rec, err)
			}
		} else if err != nil || len(rec.Frames) != tt.frames {
			t.Errorf("%.50q: %+v, %v", tt.text, rec, err)
		}
	}
}

// TestBombs decompresses what is meant to exhaust memory.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("compresses a lot")
	}
	long, err := compress(bytes.Repeat([]byte("0|0|0|0,"), MaxFrames+1))
	if err != nil {
		t.Fatal(err)
	}
	if rec, err := Data(long).Recording(0); !errors.Is(err, ErrTooLarge) || rec.Frames != nil {
		t.Errorf("%d frames: %v", len(rec.Frames), err)
	}
	claim := func(size uint64) Data {
		data := bytes.Clone(long)
		binary.LittleEndian.PutUint64(data[5:], size)
		return data
	}
	for size, want := range map[uint64]error{
		MaxText + 1:        ErrTooLarge,
		math.MaxUint64 - 1: ErrTooLarge,
		100:                ErrCompression, // there is more
	} {
		if _, err := claim(size).Recording(0); !errors.Is(err, want) {
			t.Errorf("a claim of %d bytes: %v, want %v", size, err, want)
		}
	}
	if _, err := claim(MaxText)[:100].Recording(0); !errors.Is(err, ErrCompression) {
		t.Errorf("100 bytes that claim to be many: %v", err)
	}
	if _, err := Parse(make([]byte, MaxFile+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large file: %v", err)
	}
	r := example(t, Latest)
	r.LifeBar = strings.Repeat("1", MaxLife+1)
	if _, err := Parse(r.Append(nil)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long life bar: %v", err)
	}
	r = example(t, Latest)
	r.Player = strings.Repeat("1", MaxName+1)
	if _, err := Parse(r.Append(nil)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long name: %v", err)
	}
}

func TestMalformed(t *testing.T) {
	change := func(f func(*Replay)) []byte {
		r := example(t, 20200101)
		f(r)
		return r.Append(nil)
	}
	good := change(func(*Replay) {})
	marker := bytes.Clone(good)
	marker[5] = 0x0c // of the beatmap's string
	length := bytes.Clone(good)
	copy(length[6:], []byte{0xff, 0xff, 0xff, 0xff, 0x7f})
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"ruleset":  {change(func(r *Replay) { r.Ruleset = 4 }), ErrRuleset},
		"date":     {change(func(r *Replay) { r.Date = -1 }), ErrDate},
		"future":   {change(func(r *Replay) { r.Date = maxTicks + 1 }), ErrDate},
		"marker":   {marker, ErrString},
		"length":   {length, ErrString},
		"no bytes": {nil, ErrTruncated},
	} {
		if r, err := Parse(tt.file); !errors.Is(err, tt.want) || r != nil {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if _, err := Decode(io.MultiReader(bytes.NewReader(good[:9]), failing{})); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a failing reader: %v", err)
	}
	if err := example(t, 1).Encode(failing{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a failing writer: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, io.ErrClosedPipe }
func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestPlayed has the cases of the official decoder's tests.
func TestPlayed(t *testing.T) {
	frames := func(times ...int32) (f []Frame) {
		for _, at := range times {
			f = append(f, Frame{Time: at})
		}
		return f
	}
	marked := func(f []Frame, marks ...int) []Frame {
		for _, i := range marks {
			f[i].X, f[i].Y = 256, -500
		}
		return f
	}
	for _, tt := range []struct {
		frames []Frame
		offset int32
		want   []int32
	}{
		{nil, 0, nil},
		{frames(5), 0, []int32{5}},
		{frames(0, 1000, 500, 2000), 0, []int32{0, 1000, 2000}},
		{frames(100, 50, 1000), 0, []int32{0, 100, 1000}},
		{frames(0, 500, -1500), 0, []int32{-1500, -1500, -1500}},
		{marked(frames(0, 3994, 31, 48, 65), 0, 1), 0, []int32{31, 48, 65}},
		{marked(frames(0, 3994, 31, 48, 65), 0, 1), EarlyOffset, []int32{55, 72, 89}},
		{marked(frames(0, -1, 31), 0), 0, []int32{0, 31}},
		{marked(frames(0, 5, 31), 1), 0, []int32{0, 31}},
	} {
		before := append([]Frame(nil), tt.frames...)
		var got []int32
		for _, f := range Played(tt.frames, tt.offset) {
			got = append(got, f.Time)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%v shifted by %d: %s", tt.frames, tt.offset, d)
		}
		if d := cmp.Diff(before, tt.frames); d != "" {
			t.Errorf("the frames were changed: %s", d)
		}
	}
}

func TestColumns(t *testing.T) {
	for x, want := range map[float32]uint32{0: 0, 1: 1, 131073: 1<<17 | 1, 5.9: 5, -3: 0, 1e9: 1<<20 - 1, float32(math.NaN()): 0} {
		if got := (Frame{X: x}).Columns(); got != want {
			t.Errorf("%g: %b, want %b", x, got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for ticks, want := range map[Ticks]string{
		0:                          "0001-01-01T00:00:00Z",
		unixEpoch:                  "1970-01-01T00:00:00Z",
		637_336_371_730_454_107:    "2020-08-21T20:06:13.0454107Z",
		unixEpoch - 1:              "1969-12-31T23:59:59.9999999Z",
		maxTicks:                   "9999-12-31T23:59:59.9999999Z",
		TicksOf(time.Time{}):       "0001-01-01T00:00:00Z",
		TicksOf(time.Unix(1e5, 0)): "1970-01-02T03:46:40Z",
	} {
		at := ticks.Time()
		if got := at.Format(time.RFC3339Nano); got != want || TicksOf(at) != ticks {
			t.Errorf("%d is %s, want %s; back it is %d", ticks, got, want, TicksOf(at))
		}
	}
	if got := TicksOf(time.Unix(math.MaxInt64/2, 0)); got != maxTicks {
		t.Errorf("far in the future: %d", got)
	}
	if got := TicksOf(time.Unix(math.MinInt64/2, 0)); got != 0 {
		t.Errorf("far in the past: %d", got)
	}
}

func TestLife(t *testing.T) {
	want := []Life{{-10, 1}, {2500, 0.86}, {5000, 0}}
	const text = "-10|1,2500|0.86,5000|0,"
	if got, err := ParseLife(text); err != nil || !cmp.Equal(got, want) || FormatLife(got) != text {
		t.Errorf("got %v, %v, written as %q", got, err, FormatLife(got))
	}
	if got, err := ParseLife(""); err != nil || len(got) != 0 {
		t.Errorf("nothing: %v, %v", got, err)
	}
	for _, text := range []string{"1", "1|", "|1", "a|1", "1|a", "1|NaN", "3000000000|1"} {
		if got, err := ParseLife(text); !errors.Is(err, ErrLife) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestChecksums(t *testing.T) {
	r := &Replay{
		Version: Latest, Beatmap: "b", Player: "p", Count300: 10, Count100: 2, Count50: 3, CountGeki: 4, CountKatu: 5, CountMiss: 6,
		TotalScore: 1234, MaxCombo: 7, FullCombo: true, Mods: osu.ModHidden, Date: unixEpoch,
	}
	zone := time.FixedZone("", -(3*3600 + 30*60))
	for want, sums := range map[Origin][2]string{
		OriginStable: {r.StableChecksum(osu.GradeSH, true), checksum("12p3o4o5t6abr7eTrueypo1234uSH8True")},
		OriginWeb:    {r.WebChecksum(osu.GradeD), checksum("7osupb1234D")},
		OriginLazer:  {r.LazerChecksum(zone), checksum("lazer-p-12/31/1969 20:30:00 -03:30")},
	} {
		if sums[0] != sums[1] {
			t.Errorf("%v: %s, want %s", want, sums[0], sums[1])
		}
		r.Checksum = sums[0]
		if got := r.Verify(); got != want {
			t.Errorf("%v is taken for %v", want, got)
		}
	}
	r.Checksum = checksum("12p3o4o5t6abr7eTrueypo1234u08True")
	if got := r.Verify(); got != OriginStable {
		t.Errorf("with 0 for a grade: %v", got)
	}
	r.Checksum = ""
	if got := r.Verify(); got != OriginUnknown {
		t.Errorf("no checksum is taken for %v", got)
	}
}

func TestPlay(t *testing.T) {
	// Of the official decoder's tests: mania's accuracy is lazer's, also for a score of stable.
	r := &Replay{Ruleset: osu.Mania, Version: 20240116, CountGeki: 198, Count300: 1, CountMiss: 1, TotalScore: 12345, MaxCombo: 1000, Mods: osu.ModHidden}
	p, err := r.Play()
	if err != nil {
		t.Fatal(err)
	}
	if p.Accuracy != (198*305+300)/(200*305.0) || !p.Mods.Has(mods.Hidden) || !p.Mods.Has(mods.Classic) || *p.LegacyTotal != 12345 || p.MaxCombo != 1000 {
		t.Errorf("of stable: %+v", p)
	}
	r.Version = FirstLazer
	if p, err = r.Play(); err != nil || p.Mods.Has(mods.Classic) || p.LegacyTotal != nil || p.Statistics[score.Perfect] != 198 {
		t.Errorf("of the first lazer: %+v, %v", p, err)
	}
	if p, err = example(t, Latest).Play(); err != nil || p.Accuracy != 1/70001.0 || !p.Mods.Has(mods.DoubleTime) || p.Mods.Has(mods.Hidden) || p.LegacyTotal != nil {
		t.Errorf("of lazer: %+v, %v", p, err)
	}
	if _, err = (&Replay{Version: Latest, ScoreData: []byte{1}}).Play(); !errors.Is(err, ErrCompression) {
		t.Errorf("with a broken block: %v", err)
	}
}

func TestCounts(t *testing.T) {
	r := example(t, 1)
	c := r.Counts()
	r2 := &Replay{}
	if r2.SetCounts(c); r2.Counts() != c || c.CountMiss != 65535 || c.CountKatu != 5 {
		t.Errorf("got %+v", r2.Counts())
	}
	if r2.SetCounts(score.Counts{Count300: 65536 + 3}); r2.Count300 != 3 {
		t.Errorf("more than fit: %d", r2.Count300)
	}
}

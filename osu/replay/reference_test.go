package replay

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
)

// TestReferenceReplays reads the replays of the reference data, which other programs wrote, compares their headers with the
// index, and writes them again.
func TestReferenceReplays(t *testing.T) {
	dir := os.Getenv("PEACE_TEST_PP")
	if dir == "" {
		t.Skip("PEACE_TEST_PP does not name the folder of the reference data")
	}
	dir = filepath.Join(dir, "replays")
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index []struct {
		File     string      `json:"file_md5"`
		Mode     osu.Ruleset `json:"mode"`
		Version  int32       `json:"version"`
		Beatmap  string      `json:"beatmap_md5"`
		Count300 uint16      `json:"count_300"`
		Count100 uint16      `json:"count_100"`
		Count50  uint16      `json:"count_50"`
		Geki     uint16      `json:"count_geki"`
		Katu     uint16      `json:"count_katu"`
		Miss     uint16      `json:"count_miss"`
		Total    int32       `json:"total_score"`
		Combo    uint16      `json:"max_combo"`
		Perfect  int         `json:"perfect"`
		Mods     osu.Mods    `json:"mods"`
		Ticks    Ticks       `json:"ticks"`
		Length   int         `json:"replay_length"`
		OnlineID int64       `json:"online_id"`
	}
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	if len(index) == 0 {
		t.Fatal("the index is empty")
	}
	origins := map[Origin]int{}
	frames := 0
	for _, e := range index {
		t.Run(e.File, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, e.File+".osr"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(file)
			if err != nil {
				t.Fatal(err)
			}
			want := *got
			want.Ruleset, want.Version, want.Beatmap, want.Mods, want.Date = e.Mode, e.Version, e.Beatmap, e.Mods, e.Ticks
			want.Count300, want.Count100, want.Count50, want.CountGeki = e.Count300, e.Count100, e.Count50, e.Geki
			want.CountKatu, want.CountMiss, want.TotalScore, want.MaxCombo = e.Katu, e.Miss, e.Total, e.Combo
			want.FullCombo, want.OnlineID = e.Perfect != 0, e.OnlineID
			if d := cmp.Diff(&want, got); d != "" || len(got.Frames) != e.Length {
				t.Errorf("%d bytes of frames, want %d; (-want +got):\n%s", len(got.Frames), e.Length, d)
			}
			again := got.Append(nil)
			if !bytes.HasPrefix(file, again) && !bytes.Contains(file[:200], []byte{0x0b, 0}) {
				t.Error("it is written again with other bytes")
			}
			if reread, err := Parse(again); err != nil || !cmp.Equal(got, reread) {
				t.Errorf("written again it reads as %+v, %v", reread, err)
			}

			rec, err := got.Frames.Recording(got.Ruleset)
			if err != nil {
				t.Fatal(err)
			}
			data, err := Compress(&rec)
			if err != nil {
				t.Fatal(err)
			}
			if reread, err := data.Recording(got.Ruleset); err != nil || !cmp.Equal(rec, reread) {
				t.Errorf("the frames differ after writing, %v", err)
			}
			if len(rec.Frames) == 0 || rec.Seeded != (e.Version > 20140226) || len(data) > len(got.Frames)*7/4 {
				t.Errorf("%d frames, seed %d %v, %d bytes instead of %d", len(rec.Frames), rec.Seed, rec.Seeded, len(data), len(got.Frames))
			}
			frames += len(rec.Frames)
			if played := Played(rec.Frames, 0); len(played) == 0 {
				t.Error("nothing is played")
			} else if e.Beatmap == "a9ddf5c03fe06eb9cd706e34dd0571a5" { // of the official decoder's tests
				at := func(ms int32) (f Frame) {
					for _, f = range played {
						if f.Time == ms {
							break
						}
					}
					return f
				}
				if played[0].Time != 31 || played[1].Time != 48 || played[2].Time != 65 || e.File == "0e86bcc01d5f100cd7d81542e6e99aa5" && at(414).Columns() != 1<<17|1 {
					t.Errorf("the frames begin with %v, and are %v at 414", played[:3], at(414))
				}
			}

			if life, err := ParseLife(got.LifeBar); err != nil || FormatLife(life) != got.LifeBar {
				t.Errorf("the life bar is %v, %v", life, err)
			}
			info, err := got.Info()
			if err != nil || (info != nil) != (e.Version >= FirstInfo) {
				t.Errorf("lazer's block is %+v, %v", info, err)
			}
			if info != nil {
				was := *info
				if err := got.SetInfo(info); err != nil {
					t.Fatal(err)
				}
				if info, err = got.Info(); err != nil || !cmp.Equal(&was, info) {
					t.Errorf("lazer's block differs after writing: %+v, %v", info, err)
				}
				if c := info.Statistics.Counts(got.Ruleset); c != got.Counts() {
					t.Errorf("lazer's block counts %+v, the header %+v", c, got.Counts())
				}
			}
			origins[got.Verify()]++
		})
	}
	t.Logf("%d files, %d frames, checksums by origin: %v", len(index), frames, origins)
	if origins[OriginStable] < 2 || origins[OriginWeb] < 7 || origins[OriginLazer] < 1 {
		t.Error("too few checksums are explained")
	}
}

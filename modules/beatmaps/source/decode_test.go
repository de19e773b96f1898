package source

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

const md5Of75 = "a5b99395a42bd55bc5eb1d2411cbdf8b"

// official75 is what the official API says of set 1, shortened.
const official75 = `{"artist":"Kenji Ninuma","artist_unicode":"Kenji Ninuma","covers":{"cover":"x"},"creator":"peppy","id":1,"nsfw":false,
"source":"Katamari Damacy","status":"ranked","title":"DISCO PRINCE","title_unicode":"DISCO★PRINCE","track_id":null,"user_id":2,"video":false,
"bpm":119.999,"is_scoreable":true,"last_updated":"2007-10-06T17:46:31Z","legacy_thread_url":"https://osu.ppy.sh/community/forums/topics/12",
"ranked":1,"ranked_date":"2007-10-06T17:46:31+00:00","storyboard":true,"submitted_date":"2007-10-06T17:46:31Z","tags":"katamari",
"genre":{"id":2,"name":"Video Game"},"language":{"id":3,"name":"Japanese"},
"beatmaps":[
 {"beatmapset_id":1,"difficulty_rating":2.4,"id":75,"mode":"osu","status":"ranked","total_length":142,"user_id":2,"version":"Normal","accuracy":6,"ar":6,
  "bpm":119.999,"convert":false,"count_circles":160,"count_sliders":30,"count_spinners":4,"cs":4,"deleted_at":null,"drain":6,"hit_length":109,
  "last_updated":"2007-10-06T17:46:31Z","mode_int":0,"ranked":1,"checksum":"A5B99395A42BD55BC5EB1D2411CBDF8B","max_combo":314},
 {"id":75,"convert":true,"mode":"taiko","checksum":"a5b99395a42bd55bc5eb1d2411cbdf8b"}]}`

func TestDecodeOfficial(t *testing.T) {
	at := time.Date(2007, 10, 6, 17, 46, 31, 0, time.UTC)
	got, err := decode([]byte(official75))
	if err != nil {
		t.Fatal(err)
	}
	set, err := judge(*got.set, Key{BeatmapID: 75})
	if err != nil {
		t.Fatal(err)
	}
	want := beatmaps.Set{
		ID: 1, Artist: "Kenji Ninuma", Title: "DISCO PRINCE", TitleUnicode: "DISCO★PRINCE", Creator: "peppy", CreatorID: 2,
		Source: "Katamari Damacy", Tags: "katamari", Genre: 2, Language: 3, Status: osu.StatusRanked, Storyboard: true,
		BPM: 119.999, ThreadID: 12, SubmittedAt: at, RankedAt: at, UpdatedAt: at,
		Beatmaps: []beatmaps.Beatmap{{
			ID: 75, SetID: 1, MD5: md5Of75, File: "Kenji Ninuma - DISCO PRINCE (peppy) [Normal].osu", Name: "Normal",
			Status: osu.StatusRanked, CreatorID: 2, Circles: 160, Sliders: 30, Spinners: 4, MaxCombo: 314,
			Length: 142 * time.Second, Drain: 109 * time.Second, BPM: 119.999, CircleSize: 4, Approach: 6, Overall: 6,
			HealthDrain: 6, Stars: 2.4, UpdatedAt: at,
		}},
	}
	if diff := cmp.Diff(want, set); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeForms(t *testing.T) {
	cheesegull := `{"SetID":1,"ChildrenBeatmaps":[{"ParentSetID":1,"BeatmapID":75,"TotalLength":142,"HitLength":109,"DiffName":"Normal",
		"FileMD5":"` + md5Of75 + `","CS":4,"AR":6,"HP":6,"OD":6,"Mode":0,"BPM":119.999,"MaxCombo":314,"DifficultyRating":2.4}],
		"Title":"DISCO PRINCE","LastUpdate":"2007-10-06T17:46:31Z","Artist":"Kenji Ninuma","Creator":"peppy","Source":"","Tags":"",
		"RankedStatus":1,"ApprovedDate":"2007-10-06T17:46:31Z","HasVideo":true,"Genre":2,"Language":3,"Favourites":9}`
	// As mirrors put it: numbers for names, seconds for times, quotes around numbers.
	mino := `{"id":"1","artist":"Kenji Ninuma","title":"DISCO PRINCE","creator":"peppy","ranked":"1","last_updated":1191692791,"genre_id":2,
		"language_id":3,"video":1,"beatmaps":[{"id":75,"mode":0,"version":"Normal","checksum":"` + md5Of75 + `","ranked":1,"total_length":142,
		"hit_length":109,"max_combo":314,"difficulty_rating":2.4,"cs":4,"ar":6,"accuracy":6,"drain":6,"bpm":119.999}],"next_update":5}`
	for name, body := range map[string]string{
		"cheesegull": cheesegull, "mino": mino, "list": "[" + cheesegull + "]", "wrapped": `{"data":[` + mino + `],"code":0}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decode([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			set, err := judge(*got.set, Key{MD5: md5Of75})
			if err != nil {
				t.Fatal(err)
			}
			b := set.Beatmaps[0]
			if set.ID != 1 || set.Status != osu.StatusRanked || set.Genre != 2 || set.Language != 3 || !set.Video || set.UpdatedAt.Year() != 2007 ||
				b.ID != 75 || b.MD5 != md5Of75 || b.Stars != 2.4 || b.MaxCombo != 314 || b.Length != 142*time.Second || b.Status != osu.StatusRanked {
				t.Errorf("%+v", set)
			}
		})
	}
	for _, body := range []string{
		`{"id":75,"beatmapset_id":1,"beatmapset":{"id":1}}`, `{"BeatmapID":75,"ParentSetID":1}`, ` [{"beatmapset_id":"1"}]`,
	} {
		if got, err := decode([]byte(body)); err != nil || got.set != nil || got.setID != 1 {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for body, want := range map[string]error{
		"": ErrNone, "null": ErrNone, "[]": ErrNone, `{"beatmapset_id":0}`: ErrNone,
		"<html>": errForm, `{"error":"no"}`: errForm, `{"id":1,"beatmaps":{}}`: errForm, `{"id":`: errForm, `[[[[[]]]]]`: errForm,
		strings.Repeat("[", 20_000): errForm,
	} {
		if _, err := decode([]byte(body)); !errors.Is(err, want) {
			t.Errorf("%.20s: %v, want %v", body, err, want)
		}
	}
}

func TestJudge(t *testing.T) {
	good := func() beatmaps.Set {
		return beatmaps.Set{ID: 1, Artist: "A", Title: "T", Creator: "C", Beatmaps: []beatmaps.Beatmap{{ID: 2, MD5: md5Of75, Name: "N"}}}
	}
	for name, edit := range map[string]func(*beatmaps.Set){
		"no id":           func(s *beatmaps.Set) { s.ID = 0 },
		"a local id":      func(s *beatmaps.Set) { s.ID = beatmaps.FirstLocalID },
		"bad status":      func(s *beatmaps.Set) { s.Status = 9 },
		"no beatmap id":   func(s *beatmaps.Set) { s.Beatmaps[0].ID = -2 },
		"bad MD5":         func(s *beatmaps.Set) { s.Beatmaps[0].MD5 = "../../x" },
		"bad ruleset":     func(s *beatmaps.Set) { s.Beatmaps[0].Ruleset = 4 },
		"twice the same":  func(s *beatmaps.Set) { s.Beatmaps = append(s.Beatmaps, s.Beatmaps[0]) },
		"bad map status":  func(s *beatmaps.Set) { s.Beatmaps[0].Status = -9 },
		"too many a set":  func(s *beatmaps.Set) { s.Beatmaps = make([]beatmaps.Beatmap, 501) },
		"local beatmaps":  func(s *beatmaps.Set) { s.Beatmaps[0].ID = beatmaps.FirstLocalID },
		"an MD5 too long": func(s *beatmaps.Set) { s.Beatmaps[0].MD5 += "0" },
	} {
		set := good()
		edit(&set)
		if _, err := judge(set, Key{SetID: set.ID}); !errors.Is(err, errUnusable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, key := range []Key{{SetID: 3}, {BeatmapID: 3}, {MD5: strings.Repeat("0", 32)}, {}} {
		if _, err := judge(good(), key); !errors.Is(err, ErrNone) {
			t.Errorf("%v: %v", key, err)
		}
	}
	set := good()
	set.Title, set.Artist = "a\nb|\x00\xff", strings.Repeat("é", 300)
	set.BPM, set.UpdatedAt, set.RankedAt = -5, time.Now().AddDate(1, 0, 0), time.Now()
	set.Beatmaps[0].Name, set.Beatmaps[0].Stars, set.Beatmaps[0].Drain = "x/y?", 1e9, time.Hour
	set, err := judge(set, Key{SetID: 1})
	if err != nil {
		t.Fatal(err)
	}
	if set.Title != "a b|" || len([]rune(set.Artist)) != 255 || set.BPM != 0 || !set.UpdatedAt.IsZero() || !set.RankedAt.IsZero() {
		t.Errorf("%+v", set)
	}
	if b := set.Beatmaps[0]; b.Stars != 1e4 || b.Drain != 0 || !strings.HasSuffix(b.File, " - a b (C) [xy].osu") {
		t.Errorf("%+v", b)
	}
}

// FuzzDecode reads whatever a source might answer. What is believed in the end must be in range.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(official75))
	f.Add([]byte(`[{"SetID":1,"ChildrenBeatmaps":[{"BeatmapID":75,"FileMD5":"` + md5Of75 + `","Mode":3}],"RankedStatus":-2}]`))
	f.Add([]byte(`{"data":{"id":1e400,"beatmaps":[{"id":1,"convert":"1"}],"ranked":null,"status":7,"last_updated":"x"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decode(body)
		if err != nil {
			return
		}
		if got.set == nil {
			if got.setID <= 0 {
				t.Errorf("the set %d", got.setID)
			}
			return
		}
		set, err := judge(*got.set, Key{SetID: got.set.ID})
		if err != nil {
			return
		}
		if !set.Status.Valid() || strings.ContainsAny(set.Title+set.Artist+set.Creator+set.Tags, "\n\r\x00\t") || len(set.Beatmaps) == 0 {
			t.Errorf("%+v", set)
		}
		for _, b := range set.Beatmaps {
			if b.ID <= 0 || !isMD5(b.MD5) || !b.Ruleset.Valid() || !b.Status.Valid() || b.Length < 0 || b.Drain > b.Length || b.Stars < 0 ||
				strings.ContainsAny(b.File, `/\`) {
				t.Errorf("%+v", b)
			}
		}
	})
}

package resource_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

var links = resource.LinksOf("example.com")

func someSet() beatmaps.Set {
	at := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
	return beatmaps.Set{
		ID: 7, Artist: "Artist", Title: "Title", TitleUnicode: "曲", Creator: "Creator", CreatorID: 9, Genre: 3, Language: 99, Status: osu.StatusRanked,
		Rating: beatmaps.Rating{Average: 7.5, Votes: 2}, SubmittedAt: at, RankedAt: at, UpdatedAt: at,
		Beatmaps: []beatmaps.Beatmap{
			{ID: 75, SetID: 7, MD5: "m", Name: "Easy", Status: osu.StatusRanked, CreatorID: 9, MaxCombo: 40, Length: 90 * time.Second, UpdatedAt: at},
			{ID: 76, SetID: 7, MD5: "n", Name: "Guest's", Ruleset: osu.Taiko, Status: osu.StatusRanked, CreatorID: 10},
		},
	}
}

// keys returns the keys of a JSON object in their order.
func keys(t *testing.T, v any) []string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	var all []string
	depth, name := 0, true
	for {
		token, err := d.Token()
		if err != nil {
			return all
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
			name = depth == 1
		default:
			if depth != 1 {
				continue
			}
			if name {
				all = append(all, token.(string))
			}
			name = !name
		}
	}
}

func complete(t *testing.T, what string, got []string, want string) {
	t.Helper()
	for _, key := range strings.Fields(want) {
		if !slices.Contains(got, key) {
			t.Errorf("%s: there is no %s", what, key)
		}
	}
}

func before(t *testing.T, what string, got []string, first, second string) {
	t.Helper()
	if i, k := slices.Index(got, first), slices.Index(got, second); i < 0 || k < 0 || i > k {
		t.Errorf("%s: %s must come before %s, but the keys are %v", what, first, second, got)
	}
}

// Programs in languages with strict types fail where a base key is missing.
func TestBaseKeys(t *testing.T) {
	set := someSet()
	b := resource.NewBeatmap(&set.Beatmaps[0], &set, &links)
	complete(t, "beatmap", keys(t, b), `beatmapset_id difficulty_rating id lazer_only mode status total_length user_id version accuracy ar bpm convert
		count_circles count_sliders count_spinners cs deleted_at drain hit_length is_scoreable last_updated mode_int passcount playcount ranked url checksum
		current_user_playcount max_combo owners`)
	s := resource.NewBeatmapset(&set, &links).WithBeatmaps(&set, &links)
	complete(t, "set", keys(t, s), `anime_cover artist artist_unicode covers creator favourite_count genre_id hype id language_id nsfw offset play_count
		preview_url source spotlight status title title_unicode track_id user_id video bpm can_be_hyped deleted_at discussion_enabled discussion_locked
		is_scoreable last_updated legacy_thread_url nominations_summary ranked ranked_date rating storyboard submitted_date tags availability has_favourited
		genre language pack_tags beatmaps`)
	complete(t, "covers", keys(t, s.Covers), "cover cover@2x card card@2x list list@2x slimcover slimcover@2x")
	complete(t, "nominations", keys(t, s.NominationsSummary), "current eligible_main_rulesets required_meta")
	score := resource.NewScore(&scores.Score{EndedAt: time.Unix(0, 0)}, 0)
	complete(t, "score", keys(t, score), `classic_total_score preserve processed ranked maximum_statistics mods statistics beatmap_id best_id id rank type user_id
		accuracy build_id ended_at has_replay is_perfect_combo legacy_perfect legacy_score_id legacy_total_score max_combo passed pp ruleset_id started_at
		total_score replay pauses current_user_attributes`)
	complete(t, "old score", keys(t, score.In(0, &scores.Score{})), `accuracy best_id created_at id max_combo mode mode_int mods passed perfect pp rank replay score
		statistics type user_id`)
}

// Lazer sets properties in the order of the keys.
func TestKeyOrder(t *testing.T) {
	set := someSet()
	s := resource.NewBeatmapset(&set, &links).WithBeatmaps(&set, &links)
	s.User = &resource.User{}
	before(t, "set", keys(t, s), "user_id", "user")
	before(t, "set", keys(t, s), "creator", "user")
	play := scores.Score{EndedAt: time.Unix(0, 0)}
	score := resource.NewScore(&play, 0)
	score.Beatmap, score.Beatmapset, score.User = resource.NewBeatmap(&set.Beatmaps[0], &set, &links), s, &resource.User{}
	for _, form := range []any{score, score.In(0, &play)} {
		got := keys(t, form)
		before(t, "score", got, "beatmap", "beatmapset")
		before(t, "score", got, "user_id", "user")
	}
}

// What lazer reads into a plain number, text or list may not be null.
func TestNulls(t *testing.T) {
	nullable := map[string]bool{}
	for _, key := range strings.Fields(`hype track_id deleted_at legacy_thread_url ranked_date more_information max_combo best_id build_id legacy_score_id pp
		started_at pin ruleset_id can_hype_reason new_hype_time`) {
		nullable[key] = true
	}
	set := beatmaps.Set{ID: 1 << 30, Beatmaps: []beatmaps.Beatmap{{ID: 1 << 30, SetID: 1 << 30}}}
	play := scores.Score{EndedAt: time.Unix(0, 0), Grade: osu.GradeNone}
	ratings := []int32{}
	s := resource.NewBeatmapset(&set, &links).WithBeatmaps(&set, &links)
	s.Ratings = &ratings
	for what, v := range map[string]any{
		"set": s, "score": resource.NewScore(&play, 0), "old score": resource.NewScore(&play, 0).In(0, &play),
		"tag": resource.NewTag(&beatmaps.Tag{ID: 1}), "attributes": resource.SetUserAttributes{NominationModes: []string{}},
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var walk func(path string, value any)
		walk = func(path string, value any) {
			switch value := value.(type) {
			case nil:
				if !nullable[path[strings.LastIndexByte(path, '.')+1:]] {
					t.Errorf("%s is null", path)
				}
			case map[string]any:
				for key, inner := range value {
					walk(path+"."+key, inner)
				}
			case []any:
				for _, inner := range value {
					walk(path+".[]", inner)
				}
			}
		}
		var decoded any
		if err := json.Unmarshal(data, &decoded); err != nil {
			t.Fatal(err)
		}
		walk(what, decoded)
	}
	if rank := resource.NewScore(&play, 0).Rank; rank != "F" {
		t.Errorf("the rank of no grade is %s", rank)
	}
}

func TestBeatmapset(t *testing.T) {
	set := someSet()
	s := resource.NewBeatmapset(&set, &links).WithBeatmaps(&set, &links)
	if s.ArtistUnicode != "Artist" || s.TitleUnicode != "曲" || s.Genre != (resource.Named{ID: 3, Name: "Anime"}) || s.Language != (resource.Named{ID: 1, Name: "Unspecified"}) ||
		s.GenreID != 3 || s.LanguageID != 1 || s.Covers.List2x != "https://assets.example.com/beatmaps/7/covers/list@2x.jpg?1787313600" ||
		s.PreviewURL != "https://b.example.com/preview/7.mp3" || s.Rating != 7.5 {
		t.Errorf("%+v", s)
	}
	own, guest := (*s.Beatmaps)[0], (*s.Beatmaps)[1]
	if own.TotalLength != 90 || len(own.Owners) != 1 || own.Owners[0] != (resource.Owner{ID: 9, Username: "Creator"}) || own.URL != "https://osu.example.com/beatmaps/75" {
		t.Errorf("%+v", own)
	}
	if guest.Owners == nil || len(guest.Owners) != 0 || guest.UserID != 10 || guest.MaxCombo != nil || guest.LastUpdated.IsZero() {
		t.Errorf("%+v", guest)
	}
	if convert := own.In(osu.Mania); !convert.Convert || convert.Mode != "mania" || convert.MaxCombo != nil || own.Convert || own.In(osu.Standard) != own {
		t.Errorf("%+v", convert)
	}
}

func TestScoreForms(t *testing.T) {
	pp := 123.5
	play := scores.Score{
		ID: 5, UserID: 1000, BeatmapID: 75, Client: scores.Stable, Mods: mods.Of(mods.Hidden, mods.Classic),
		Statistics: map[string]int32{"great": 300, "ok": 20, "miss": 1}, MaxCombo: 320, Total: 800_000, Classic: 5_000_000, Accuracy: 0.96, Grade: osu.GradeA,
		PP: &pp, Passed: true, Ranked: true, EndedAt: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC), Geki: 50, Katu: 7,
	}
	s := resource.NewScore(&play, 400)
	if s.LegacyScoreID == nil || *s.LegacyScoreID != 5 || s.LegacyTotalScore != 5_000_000 || s.MaximumStatistics.Objects() != 321 || s.MaximumStatistics.Combo() != 400 ||
		s.IsPerfectCombo || s.TotalScore != 800_000 || s.ClassicTotalScore == 0 || s.StartedAt != nil {
		t.Errorf("%+v", s)
	}
	old := s.In(0, &play).(*resource.LegacyScore)
	if old.Score != 5_000_000 || old.Type != "score_best_osu" || old.BestID == nil || !slices.Equal(old.Mods, []string{"HD"}) || old.Statistics.CountGeki != 50 ||
		old.Statistics.Count100 != 20 || old.Statistics.CountMiss != 1 {
		t.Errorf("%+v", old)
	}
	without := int64(700_000)
	play.Client, play.Maximum, play.TotalWithoutMods, play.PlayTime = scores.Lazer, map[string]int32{"great": 321}, &without, 90*time.Second
	s = resource.NewScore(&play, 400)
	if s.LegacyScoreID != nil || s.LegacyTotalScore != 0 || s.MaximumStatistics.Combo() != 321 || s.TotalScoreWithoutMods != &without || s.StartedAt == nil {
		t.Errorf("%+v", s)
	}
	if s.In(20220705, &play) != any(s) {
		t.Error("the version that brought the form does not get it")
	}
}

func FuzzScore(f *testing.F) {
	f.Add(int64(1), int64(950_000), int32(40), uint8(0), "great", int32(39))
	f.Add(int64(-1), int64(-1), int32(-1), uint8(9), "nothing", int32(-5))
	f.Fuzz(func(t *testing.T, id, total int64, combo int32, grade uint8, name string, n int32) {
		play := scores.Score{
			ID: id, Total: total, MaxCombo: combo, Grade: osu.Grade(grade), Statistics: map[string]int32{name: n}, Client: scores.Stable,
			EndedAt: time.Unix(0, 0),
		}
		s := resource.NewScore(&play, combo)
		for _, form := range []any{s, s.In(0, &play)} {
			if _, err := json.Marshal(form); err != nil {
				t.Error(err)
			}
		}
	})
}

package songs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/v2test"
)

// page is an answer to a search.
type page struct {
	Beatmapsets []resource.Beatmapset
	Search      struct{ Sort string }
	Recommended *float64 `json:"recommended_difficulty"`
	Error       *string
	Total       int
	Cursor      map[string]any
	Text        *string `json:"cursor_string"`
}

// find returns the ids of what a search finds, and all of the answer.
func find(t *testing.T, s *v2test.Stack, token, query string) (ids []int32, p page) {
	t.Helper()
	a := s.Get(t, "/beatmapsets/search?"+query, token)
	a.Into(t, &p)
	for _, set := range p.Beatmapsets {
		ids = append(ids, set.ID)
	}
	return ids, p
}

func TestSearch(t *testing.T) {
	s := newStack(t)
	ann, token := s.Player(t, "Ann")
	public := s.Token(0, "public")
	for id, status := range map[int32]osu.Status{
		1: osu.StatusRanked, 2: osu.StatusApproved, 3: osu.StatusQualified, 4: osu.StatusLoved, 5: osu.StatusPending, 6: osu.StatusWIP, 7: osu.StatusGraveyard,
	} {
		s.Import(t, v2test.Circles{N: 40 + int(id), Title: fmt.Sprintf("Title %d", id), Version: "Easy", ID: id, Set: id, Tags: "every"}, status)
	}
	if _, err := s.Beatmaps.Favour(t.Context(), ann.ID, 6, true); err != nil {
		t.Fatal(err)
	}
	mine := s.Import(t, v2test.Circles{N: 40, Title: "Mine", Version: "Easy"}, osu.StatusGraveyard, beatmaps.Import{CreatorID: ann.ID}).ID
	for query, want := range map[string][]int32{
		"":                                {1, 2, 3, 4},
		"s=leaderboard&nsfw=true&g=0&l=0": {1, 2, 3, 4},
		"s=ranked":                        {1, 2},
		"s=0":                             {1, 2},
		"s=qualified":                     {3},
		"s=loved":                         {4},
		"s=pending":                       {5},
		"s=wip":                           {6},
		"s=graveyard":                     {7, mine},
		"s=any":                           {1, 2, 3, 4, 5, 6, 7, mine},
		"s=favourites":                    {6},
		"s=mine":                          {mine},
		"s=nonsense":                      {1, 2, 3, 4},
		"q=3":                             {3},
		"q=every&s=any":                   {1, 2, 3, 4, 5, 6, 7},
		"query=title+4":                   {4},
		"m=0":                             {1, 2, 3, 4},
		"m=3":                             nil,
		"m=3&c=converts":                  {1, 2, 3, 4},
		"m=9":                             {1, 2, 3, 4},
		"c=spotlights":                    nil,
		"c=follows.converts":              nil,
		"c=featured_artists":              nil,
		"e=video":                         nil,
		"e=storyboard.video":              nil,
		"g=3":                             nil,
		"l=2":                             nil,
		"g=x&l=999":                       {1, 2, 3, 4},
		"played=any":                      {1, 2, 3, 4},
		"r=":                              {1, 2, 3, 4},
		"sort=title_asc":                  {1, 2, 3, 4},
		"sort=title_desc":                 {4, 3, 2, 1},
		"q=" + url.QueryEscape("status=loved") + "&s=any": {4},
	} {
		got, _ := find(t, s, token, query)
		if !strings.HasPrefix(query, "sort") {
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"": "ranked_desc", "q=a": "relevance_desc", "s=wip": "updated_desc", "sort=plays_asc": "plays_asc", "sort=nonsense_up": "ranked_desc",
		"sort=nominations_desc": "nominations_desc", "s=qualified": "ranked_desc",
	} {
		if _, p := find(t, s, token, query); p.Search.Sort != want || p.Error != nil {
			t.Errorf("%s is sorted by %s, want %s", query, p.Search.Sort, want)
		}
	}
	for _, query := range []string{"s=favourites", "s=mine", "played=played", "r=X"} {
		if got, p := find(t, s, public, query); len(got) != 0 || p.Recommended != nil || p.Cursor != nil {
			t.Errorf("%s for nobody finds %v", query, got)
		}
	}
	// Who has not played yet is recommended what is easy.
	stars := 0.0
	if _, p := find(t, s, token, ""); p.Recommended == nil || *p.Recommended != 1 || p.Total != 4 {
		t.Errorf("%+v", p)
	} else {
		for _, set := range p.Beatmapsets {
			stars = max(stars, (*set.Beatmaps)[0].DifficultyRating)
		}
	}
	if got, _ := find(t, s, token, "c=recommended"); stars > 1.5 && len(got) == 4 || stars <= 1.5 && len(got) != 4 {
		t.Errorf("near one star, of up to %v: %v", stars, got)
	}
	long := strings.Repeat("ä", 400)
	if got, _ := find(t, s, token, "c=recommended&q="+url.QueryEscape(long)); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// A search ends: the cursor is null there, in both spellings (trap 16).
func TestSearchPages(t *testing.T) {
	s := newStack(t)
	_, token := s.Player(t, "Ann")
	const sets = 120
	for id := int32(1); id <= sets; id++ {
		s.Import(t, v2test.Circles{N: 10, Title: fmt.Sprintf("Title %d", id), Version: "Easy", ID: id, Set: id}, osu.StatusRanked)
	}
	for query, want := range map[string]int{"&page=3": 20, "&page=4": 0, "&page=201": 0, "&page=1000000": 0} {
		if ids, _ := find(t, s, token, "sort=title_asc"+query); len(ids) != want {
			t.Errorf("%s: %d sets, want %d", query, len(ids), want)
		}
	}
	for _, spelling := range []string{"text", "object"} {
		seen := make(map[int32]bool)
		next := ""
		for pages := 1; ; pages++ {
			ids, p := find(t, s, token, "sort=title_asc"+next)
			for _, id := range ids {
				if seen[id] {
					t.Fatalf("%s: %d is there twice", spelling, id)
				}
				seen[id] = true
			}
			if p.Total != sets || (p.Cursor == nil) != (p.Text == nil) {
				t.Fatalf("%s: %d in all, cursors %v and %v", spelling, p.Total, p.Cursor, p.Text)
			}
			if p.Cursor == nil {
				if pages != 3 {
					t.Errorf("%s: %d pages", spelling, pages)
				}
				break
			}
			if next = "&cursor_string=" + *p.Text; spelling == "object" {
				next = ""
				for name, value := range p.Cursor {
					next += "&cursor[" + name + "]=" + url.QueryEscape(fmt.Sprint(value))
				}
			}
		}
		if len(seen) != sets {
			t.Errorf("%s: %d sets", spelling, len(seen))
		}
	}
	var end map[string]json.RawMessage
	s.Get(t, "/beatmapsets/search?q=nothing", token).Into(t, &end)
	if string(end["cursor"]) != "null" || string(end["cursor_string"]) != "null" || string(end["beatmapsets"]) != "[]" {
		t.Errorf("%v", end)
	}
	first, _ := find(t, s, token, "sort=title_asc&page=1")
	second, _ := find(t, s, token, "sort=title_asc&page=2")
	if len(first) != 50 || len(second) != 50 || first[0] == second[0] {
		t.Errorf("by number: %v, %v", first, second)
	}
	for _, bad := range []string{"cursor_string=%21", "cursor_string=e30", "cursor[after]=x"} {
		if a := s.Get(t, "/beatmapsets/search?"+bad, token); a.Code != http.StatusOK && a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, a.Code)
		}
	}
}

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Sights are what a Tour looks at.
type Sights struct {
	UserID    int32
	Username  string
	BeatmapID int32
	SetID     int32
	Stream    string // with Version: a build of the changelog; "" for none
	Version   string
	Wiki      string // "en/Main_page"; "" for none
}

// Tour opens every screen of the game but multiplayer, and makes the requests that they make. Its error joins those of all that would
// have broken one.
func (c *Client) Tour(ctx context.Context, at Sights) error {
	t := tour{ctx: ctx, c: c}
	t.people(at)
	t.songs(at)
	t.rankings()
	t.press(at)
	return errors.Join(t.errs...)
}

type tour struct {
	ctx  context.Context
	c    *Client
	errs []error
}

// see makes a request and reads its answer into a new T.
func see[T any](t *tour, path string, query url.Values) T {
	var v T
	if err := t.c.Get(t.ctx, path, query, &v); err != nil {
		t.errs = append(t.errs, err)
	}
	return v
}

func number(n int32) string { return strconv.Itoa(int(n)) }

// people opens profiles, as the profile overlay, panels and searches do.
func (t *tour) people(at Sights) {
	profile := see[User](t, "users/"+number(at.UserID)+"/", url.Values{"key": {"id"}})
	if profile.Statistics == nil {
		t.errs = append(t.errs, fmt.Errorf("users/%d/: without statistics", at.UserID))
	}
	see[User](t, "users/"+url.PathEscape(at.Username)+"/osu", url.Values{"key": {"username"}})
	for _, ruleset := range Rulesets {
		see[User](t, "users/"+number(at.UserID)+"/"+ruleset, url.Values{"key": {"id"}})
	}
	page := url.Values{"offset": {"0"}, "limit": {"6"}}
	for _, kind := range []string{"best", "firsts", "recent", "pinned"} {
		for _, s := range see[[]Score](t, "users/"+number(at.UserID)+"/scores/"+kind, url.Values{"mode": {"osu"}, "offset": {"0"}, "limit": {"6"}}) {
			if s.Beatmap == nil || s.Set == nil {
				t.errs = append(t.errs, fmt.Errorf("users/scores/%s: a score without its beatmap", kind))
			}
		}
	}
	for _, kind := range []string{"favourite", "ranked", "loved", "pending", "guest", "graveyard", "nominated"} {
		see[[]Beatmapset](t, "users/"+number(at.UserID)+"/beatmapsets/"+kind, page)
	}
	see[[]MostPlayed](t, "users/"+number(at.UserID)+"/beatmapsets/most_played", page)
	see[[]Activity](t, "users/"+number(at.UserID)+"/recent_activity", page)
	see[[]KudosuHistory](t, "users/"+number(at.UserID)+"/kudosu", page)
	for _, user := range see[Users](t, "users/", url.Values{"ids[]": {number(at.UserID)}}).Users {
		if len(user.StatisticsRulesets) != len(Rulesets) {
			t.errs = append(t.errs, fmt.Errorf("users/?ids[]: figures in %d rulesets", len(user.StatisticsRulesets)))
		}
	}
	lookup := see[Users](t, "users/lookup/", url.Values{"ids[]": {number(at.UserID)}, "ruleset_id": {"0"}})
	if len(lookup.Users) != 1 || lookup.Users[0].GlobalRank == nil {
		t.errs = append(t.errs, fmt.Errorf("users/lookup/: %d users, or no rank", len(lookup.Users)))
	}
	see[FoundUsers](t, "search", url.Values{"mode": {"user"}, "query": {at.Username}})
}

// songs opens the listing, a set, its comments and boards.
func (t *tour) songs(at Sights) {
	query := url.Values{"q": {""}, "m": {"0"}, "s": {"any"}, "sort": {"ranked_desc"}, "nsfw": {"true"}}
	found := see[Found](t, "beatmapsets/search", query)
	if len(found.Sets) == 0 {
		t.errs = append(t.errs, errors.New("beatmapsets/search: nothing was found"))
	}
	set := see[Beatmapset](t, "beatmapsets/"+number(at.SetID), nil)
	if len(set.Beatmaps) == 0 {
		t.errs = append(t.errs, errors.New("beatmapsets/{id}: without beatmaps"))
	}
	see[Beatmapset](t, "beatmapsets/lookup", url.Values{"beatmap_id": {number(at.BeatmapID)}})
	for _, b := range see[Beatmaps](t, "beatmaps/", url.Values{"ids[]": {number(at.BeatmapID)}}).Beatmaps {
		if b.Set == nil {
			t.errs = append(t.errs, errors.New("beatmaps/?ids[]: a beatmap without its set"))
		}
	}
	for _, scope := range []string{"global", "country", "friend", "team"} {
		see[Board](t, "beatmaps/"+number(at.BeatmapID)+"/scores", url.Values{"type": {scope}, "mode": {"osu"}, "limit": {"50"}})
	}
	see[Board](t, "beatmaps/"+number(at.BeatmapID)+"/scores", url.Values{"type": {"global"}, "mode": {"osu"}, "mods[]": {"NM"}, "limit": {"50"}})
	see[Tags](t, "tags", nil)
	see[Comments](t, "comments", url.Values{
		"commentable_id": {number(at.SetID)}, "commentable_type": {"beatmapset"}, "page": {"1"}, "sort": {"new"},
	})
	for _, action := range []string{"favourite", "unfavourite"} {
		path := "beatmapsets/" + number(at.SetID) + "/favourites"
		if err := t.c.Send(t.ctx, http.MethodPost, path, map[string]string{"action": action}, nil); err != nil {
			t.errs = append(t.errs, err)
		}
	}
}

// rankings opens the tables.
func (t *tour) rankings() {
	page := url.Values{"page": {"1"}}
	for _, ruleset := range Rulesets {
		for _, kind := range []string{"performance", "score"} {
			for _, s := range see[Ranking](t, "rankings/"+ruleset+"/"+kind, page).Users {
				if s.User == nil {
					t.errs = append(t.errs, fmt.Errorf("rankings/%s/%s: figures without their user", ruleset, kind))
				}
			}
		}
		see[CountryRanking](t, "rankings/"+ruleset+"/country", page)
	}
	see[struct {
		Ranking []User `json:"ranking" client:"required,notnull"`
	}](t, "rankings/kudosu", page)
	see[Spotlights](t, "spotlights", nil)
}

// press opens news, changelog and wiki.
func (t *tour) press(at Sights) {
	see[News](t, "news", nil)
	see[Changelog](t, "changelog", nil)
	if at.Version != "" {
		see[Build](t, "changelog/"+at.Stream+"/"+at.Version, nil)
	}
	if at.Wiki != "" {
		see[WikiPage](t, "wiki/"+at.Wiki, nil)
	}
	see[Backgrounds](t, "seasonal-backgrounds", nil)
}

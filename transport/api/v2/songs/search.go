package songs

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	pageSize  = 50
	maxPages  = 10_000 / pageSize // beatmaps.Query pages no further by number
	playedMax = beatmaps.MaxFavourites / scores.MaxPage
)

// results is a page of a search. The cursor is null, both times, where there is no other page: lazer would ask for ever.
type results struct {
	Beatmapsets           []*resource.Beatmapset `json:"beatmapsets"`
	Search                sorting                `json:"search"`
	RecommendedDifficulty *float64               `json:"recommended_difficulty"`
	Error                 *string                `json:"error"`
	Total                 int                    `json:"total"`
	v2.Cursor
}

// cursor says where the next page of a search begins.
type cursor struct {
	After string `json:"after"`
}

type sorting struct {
	Sort string `json:"sort"`
}

// search lists sets.
func (a *Area) search(ctx context.Context, r *v2.Request) (any, error) {
	given := r.URL.Query()
	wish := read(given)
	var err error
	if wish.recommended, err = a.recommended(ctx, r.UserID(), wish.query.Ruleset); err != nil {
		return nil, err
	}
	if err := a.narrow(ctx, r.UserID(), &wish); err != nil {
		return nil, err
	}
	page, err := r.Number("page", 1, 1, maxPages+1)
	if err != nil {
		return nil, err
	}
	var from cursor
	resumed, err := r.Cursor(&from)
	if err != nil {
		return nil, err
	}
	if !resumed && page > maxPages { // behind the last
		wish.query.Only, wish.query.Within, page = true, nil, maxPages
	}
	wish.query.Limit, wish.query.Cursor = pageSize, from.After
	if !resumed {
		wish.query.Offset = (page - 1) * pageSize
	}
	found, err := a.deps.Beatmaps.Search(ctx, wish.query)
	if err != nil {
		return nil, err
	}
	sets, err := a.sets(ctx, r.UserID(), found.Sets)
	if err != nil {
		return nil, err
	}
	out := results{
		Beatmapsets: sets, Search: sorting{wish.sort}, RecommendedDifficulty: wish.recommended, Total: found.Total,
	}
	if found.Cursor != "" {
		out.Cursor = v2.CursorOf(cursor{found.Cursor})
	}
	return out, nil
}

// wish is what somebody searches for.
type wish struct {
	query                     beatmaps.Query
	sort                      string
	recommended               *float64 // stars that the user plays
	near                      bool     // only what he plays
	favourites, mine, nothing bool
	played, unplayed          bool
	grades                    []osu.Grade
}

// statuses are the categories, with those that the old site numbered.
var statuses = map[string][]osu.Status{
	"leaderboard": {osu.StatusRanked, osu.StatusApproved, osu.StatusQualified, osu.StatusLoved},
	"ranked":      {osu.StatusRanked, osu.StatusApproved},
	"qualified":   {osu.StatusQualified},
	"loved":       {osu.StatusLoved},
	"pending":     {osu.StatusPending},
	"wip":         {osu.StatusWIP},
	"graveyard":   {osu.StatusGraveyard},
	"any":         nil, "favourites": nil, "mine": nil,
}

var numbered = map[string]string{
	"0": "ranked", "2": "favourites", "3": "qualified", "4": "pending", "5": "graveyard", "6": "mine", "7": "any", "8": "loved",
}

// sorts are the orders. Nobody nominates here, so by nominations is by the latest change.
var sorts = map[string]beatmaps.Order{
	"title": beatmaps.ByTitle, "artist": beatmaps.ByArtist, "creator": beatmaps.ByCreator, "difficulty": beatmaps.ByDifficulty,
	"updated": beatmaps.ByUpdated, "ranked": beatmaps.ByRanked, "rating": beatmaps.ByRating, "plays": beatmaps.ByPlays,
	"favourites": beatmaps.ByFavourites, "relevance": beatmaps.ByRelevance, "nominations": beatmaps.ByUpdated,
}

// read reads the parameters; what makes no sense is as if it were not there.
func read(given url.Values) wish {
	var w wish
	text := given.Get("q")
	if text == "" {
		text = given.Get("query")
	}
	w.query.Text = clip(strings.TrimSpace(strings.ToValidUTF8(text, "")), beatmaps.MaxQuery)
	category := given.Get("s")
	if name, ok := numbered[category]; ok {
		category = name
	}
	if _, ok := statuses[category]; !ok {
		category = "leaderboard"
	}
	w.query.Statuses, w.favourites, w.mine = statuses[category], category == "favourites", category == "mine"
	w.readNumbers(given)
	w.readSwitches(given)
	w.readSort(given.Get("sort"), category)
	return w
}

func (w *wish) readNumbers(given url.Values) {
	if id, err := strconv.ParseUint(given.Get("m"), 10, 8); err == nil && osu.Ruleset(id).Valid() {
		ruleset := osu.Ruleset(id)
		w.query.Ruleset = &ruleset
	}
	for _, field := range []struct {
		name string
		into *int8
	}{{"g", &w.query.Genre}, {"l", &w.query.Language}} {
		if id, err := strconv.ParseInt(given.Get(field.name), 10, 8); err == nil && id > 0 {
			*field.into = int8(id)
		}
	}
}

func (w *wish) readSwitches(given url.Values) {
	for _, name := range strings.Split(given.Get("c"), ".") {
		switch name {
		case "recommended":
			w.near = true
		case "converts":
			w.query.Converts = true
		case "featured_artists":
			w.query.Featured = true
		case "follows", "spotlights": // there are none here
			w.nothing = true
		}
	}
	for _, name := range strings.Split(given.Get("e"), ".") {
		w.query.Video = w.query.Video || name == "video"
		w.query.Story = w.query.Story || name == "storyboard"
	}
	for _, name := range strings.Split(given.Get("r"), ".") {
		if g, err := osu.ParseGrade(name); err == nil && g < osu.GradeF {
			w.grades = append(w.grades, g)
		}
	}
	w.played, w.unplayed = given.Get("played") == "played", given.Get("played") == "unplayed"
	w.query.Explicit = given.Get("nsfw") == "true" || given.Get("nsfw") == "1"
}

// readSort reads the order; without one it is that which fits the rest.
func (w *wish) readSort(text, category string) {
	field, direction, _ := strings.Cut(text, "_")
	if _, ok := sorts[field]; !ok {
		switch {
		case w.query.Text != "":
			field = "relevance"
		case slices.Contains([]string{"pending", "wip", "graveyard", "mine"}, category):
			field = "updated"
		default:
			field = "ranked"
		}
	}
	if direction != "asc" {
		direction = "desc"
	}
	w.query.Order, w.query.Ascending, w.sort = sorts[field], direction == "asc", field+"_"+direction
}

// clip cuts valid text to at most limit bytes, between characters.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}

// recommended returns the stars of what a user plays, by his pp; nil for nobody.
// Source: ppy/osu-web app/Models/UserStatistics/Model.php, calculateRecommendedStarDifficulty.
func (a *Area) recommended(ctx context.Context, userID int32, ruleset *osu.Ruleset) (*float64, error) {
	if userID == 0 {
		return nil, nil
	}
	stars := 1.0
	if a.deps.Rankings != nil {
		board := rankings.Board{}
		if ruleset != nil {
			board.Ruleset = *ruleset
		}
		counted, err := a.deps.Rankings.Statistics(ctx, []int32{userID}, board)
		if err != nil {
			return nil, err
		}
		if len(counted) > 0 && counted[0].PP > 0 {
			stars = math.Pow(counted[0].PP, 0.4) * 0.195
		}
	}
	return &stars, nil
}

// narrow looks up what the user himself has to do with what he searches for.
func (a *Area) narrow(ctx context.Context, userID int32, w *wish) error {
	q := &w.query
	if w.near && w.recommended != nil {
		near := " stars>=" + stars(*w.recommended-0.5) + " stars<=" + stars(*w.recommended+0.5)
		q.Text = clip(q.Text, beatmaps.MaxQuery-len(near)) + near
	}
	if w.mine {
		q.CreatorID = userID
	}
	if userID == 0 && (w.mine || w.favourites || w.played || len(w.grades) > 0) || w.nothing {
		q.Only, q.Within = true, nil
		return nil
	}
	within := func(ids []int32) {
		if q.Only {
			ids = slices.DeleteFunc(ids, func(id int32) bool { return !slices.Contains(q.Within, id) })
		}
		q.Only, q.Within = true, ids[:min(len(ids), beatmaps.MaxFavourites)]
	}
	if w.favourites {
		ids, err := a.deps.Beatmaps.Favourites(ctx, userID)
		if err != nil {
			return err
		}
		within(ids)
	}
	if w.played || len(w.grades) > 0 {
		ids, err := a.playedSets(ctx, userID, q.Ruleset, w.grades)
		if err != nil {
			return err
		}
		within(ids)
	}
	if w.unplayed && userID != 0 {
		ids, err := a.playedSets(ctx, userID, q.Ruleset, nil)
		if err != nil {
			return err
		}
		q.Without = ids
	}
	return nil
}

func stars(v float64) string { return strconv.FormatFloat(max(v, 0), 'f', 2, 64) }

// playedSets returns the sets of beatmaps that a user has passed, the latest first, with one of the grades when there are any:
// of as many as a query takes.
func (a *Area) playedSets(ctx context.Context, userID int32, only *osu.Ruleset, grades []osu.Grade) ([]int32, error) {
	if a.deps.Scores == nil {
		return nil, nil
	}
	var keys []beatmaps.Key
	for ruleset := range osu.Rulesets {
		if only != nil && *only != ruleset {
			continue
		}
		for page := range playedMax {
			list, err := a.deps.Scores.Of(ctx, scores.List{
				Kind: scores.Played, UserID: userID, Ruleset: ruleset, Offset: page * scores.MaxPage, Limit: scores.MaxPage,
			})
			if err != nil {
				return nil, err
			}
			for i := range list.Scores {
				if s := &list.Scores[i]; len(grades) == 0 || slices.Contains(grades, s.Grade) {
					keys = append(keys, beatmaps.Key{ID: s.BeatmapID})
				}
			}
			if len(list.Scores) < scores.MaxPage {
				break
			}
		}
	}
	seen := make(map[int32]bool)
	var sets []int32
	for part := range slices.Chunk(keys, beatmaps.MaxBatch) {
		found, err := a.deps.Beatmaps.Beatmaps(ctx, part)
		if err != nil {
			return nil, err
		}
		for i := range found {
			if id := found[i].Set.ID; !seen[id] && len(sets) < beatmaps.MaxFavourites {
				seen[id] = true
				sets = append(sets, id)
			}
		}
	}
	return sets, nil
}

package songs

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	defaultPage = 6
	maxPage     = 100
)

// made are the lists of what a user made, by its status.
var made = map[string][]osu.Status{
	"ranked":              {osu.StatusRanked, osu.StatusApproved},
	"ranked_and_approved": {osu.StatusRanked, osu.StatusApproved},
	"loved":               {osu.StatusLoved},
	"pending":             {osu.StatusPending, osu.StatusWIP, osu.StatusQualified},
	"unranked":            {osu.StatusPending, osu.StatusWIP, osu.StatusQualified},
	"graveyard":           {osu.StatusGraveyard},
}

// ofUser lists the sets that a user made or likes, or the beatmaps that he played most.
func (a *Area) ofUser(ctx context.Context, r *v2.Request) (any, error) {
	user, err := r.User(ctx, a.deps.Users)
	if err != nil {
		return nil, err
	}
	offset, limit, err := r.Window(defaultPage, maxPage)
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		return []*resource.Beatmapset{}, nil
	}
	query := beatmaps.Query{Explicit: true, Offset: offset, Limit: limit, Order: beatmaps.ByUpdated}
	switch list := r.Param("type"); list {
	case "most_played":
		return a.mostPlayed(ctx, user.ID, offset, limit)
	case "favourite":
		return a.liked(ctx, r.UserID(), user.ID, offset, limit)
	case "guest":
		query.GuestID = user.ID
	case "nominated": // nobody nominates here
		return []*resource.Beatmapset{}, nil
	default:
		statuses, ok := made[list]
		if !ok {
			return nil, v2.NotFound("list")
		}
		query.CreatorID, query.Statuses = user.ID, statuses
	}
	page, err := a.deps.Beatmaps.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	return a.sets(ctx, r.UserID(), page.Sets)
}

// liked lists a user's favourites, the latest first.
func (a *Area) liked(ctx context.Context, viewer, userID int32, offset, limit int) (any, error) {
	ids, err := a.deps.Beatmaps.Favourites(ctx, userID)
	if err != nil {
		return nil, err
	}
	ids = ids[min(offset, len(ids)):]
	sets, err := a.deps.Beatmaps.Sets(ctx, ids[:min(limit, len(ids))])
	if err != nil {
		return nil, err
	}
	return a.sets(ctx, viewer, sets)
}

// playcount is how often a user played a beatmap.
type playcount struct {
	BeatmapID  int32                `json:"beatmap_id"`
	Count      int32                `json:"count"`
	Beatmap    *resource.Beatmap    `json:"beatmap"`
	Beatmapset *resource.Beatmapset `json:"beatmapset"`
}

func (a *Area) mostPlayed(ctx context.Context, userID int32, offset, limit int) (any, error) {
	out := []playcount{}
	if a.deps.Rankings == nil {
		return out, nil
	}
	played, _, err := a.deps.Rankings.MostPlayed(ctx, userID, offset, limit)
	if err != nil || len(played) == 0 {
		return out, err
	}
	keys := make([]beatmaps.Key, len(played))
	for i, p := range played {
		keys[i].ID = p.BeatmapID
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, keys)
	if err != nil {
		return nil, err
	}
	of := make(map[int32]*beatmaps.Found, len(found))
	for i := range found {
		of[found[i].Beatmap.ID] = &found[i]
	}
	for _, p := range played {
		if f := of[p.BeatmapID]; f != nil { // lazer takes no null for either
			out = append(out, playcount{
				p.BeatmapID, p.Plays, resource.NewBeatmap(&f.Beatmap, &f.Set, &a.deps.Links), resource.NewBeatmapset(&f.Set, &a.deps.Links),
			})
		}
	}
	return out, nil
}

// passed lists which beatmaps of some sets a user has passed, as packs ask for.
func (a *Area) passed(ctx context.Context, r *v2.Request) (any, error) {
	user, err := r.User(ctx, a.deps.Users)
	if err != nil {
		return nil, err
	}
	ids, err := r.IDs("beatmapset_ids", maxIDs)
	if err != nil {
		return nil, err
	}
	if err := r.Spend(len(ids)); err != nil {
		return nil, err
	}
	only, err := r.Number("ruleset_id", -1, -1, int(osu.Rulesets)-1)
	if err != nil {
		return nil, err
	}
	out := struct {
		Beatmaps []*resource.Beatmap `json:"beatmaps_passed"`
	}{[]*resource.Beatmap{}}
	sets, err := a.deps.Beatmaps.Sets(ctx, ids)
	if err != nil || a.deps.Scores == nil {
		return out, err
	}
	var all []int32
	for i := range sets {
		for k := range sets[i].Beatmaps {
			all = append(all, sets[i].Beatmaps[k].ID)
		}
	}
	has := make(map[int32][]osu.Grade)
	for part := range slices.Chunk(all, scores.MaxBatch) {
		grades, err := a.deps.Scores.Grades(ctx, user.ID, part)
		if err != nil {
			return nil, err
		}
		for _, g := range grades {
			has[g.BeatmapID] = g.Grades
		}
	}
	converts := !r.Flag("exclude_converts")
	for i := range sets {
		for k := range sets[i].Beatmaps {
			b := &sets[i].Beatmaps[k]
			if passedIn(has[b.ID], b.Ruleset, only, converts) {
				out.Beatmaps = append(out.Beatmaps, resource.NewBeatmap(b, &sets[i], &a.deps.Links))
			}
		}
	}
	return out, nil
}

// passedIn reports whether there is a grade in a ruleset, any when only is -1.
func passedIn(grades []osu.Grade, own osu.Ruleset, only int, converts bool) bool {
	for ruleset, g := range grades {
		if g < osu.GradeF && (only < 0 || only == ruleset) && (converts || ruleset == int(own)) {
			return true
		}
	}
	return false
}

package plays

import (
	"context"
	"math"
	"slices"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	defaultList = 5

	// weighting is how much less each next best score counts.
	weighting = 0.95
)

// lists are a user's scores that can be asked for.
var lists = map[string]scores.Kind{"best": scores.Best, "firsts": scores.Firsts, "recent": scores.Recent}

// ofUser lists scores of a user.
func (a *Area) ofUser(ctx context.Context, r *v2.Request) (any, error) {
	user, err := r.User(ctx, a.deps.Users)
	if err != nil {
		return nil, err
	}
	name := r.Param("type")
	kind, ok := lists[name]
	if !ok && name != "pinned" {
		return nil, v2.NotFound("list")
	}
	offset, limit, err := r.Window(defaultList, scores.MaxPage)
	if err != nil {
		return nil, err
	}
	in, err := ruleset(r.Text("mode"), user.Ruleset)
	if err != nil {
		return nil, err
	}
	if name == "pinned" || limit == 0 { // nobody can pin scores here
		return []any{}, nil
	}
	list, err := a.deps.Scores.Of(ctx, scores.List{
		Kind: kind, UserID: user.ID, Ruleset: in, Failed: r.Flag("include_fails"), Offset: offset, Limit: limit,
	})
	if err != nil {
		return nil, err
	}
	all := list.Scores
	shown, err := a.load(ctx, r, all, true)
	if err != nil {
		return nil, err
	}
	stableOnly := r.Flag("legacy_only")
	out := make([]any, 0, len(all))
	for i := range all {
		one, ok := shown.score(&all[i])
		if !ok || stableOnly && all[i].Client != scores.Stable {
			continue
		}
		if kind == scores.Best && one.PP != nil {
			weight := math.Pow(weighting, float64(offset+i))
			one.Weight = &resource.Weight{Percentage: weight * 100, PP: weight * *one.PP}
		}
		out = append(out, one.In(r.Version, &all[i]))
	}
	return out, nil
}

// latestCost is what a page of a thousand scores counts for beside a request.
const latestCost = 10

// mark is where in the log of scores a page ended.
type mark struct {
	ID int64 `json:"id"`
}

// newest is a page of the scores of everybody.
type newest struct {
	Scores []any `json:"scores"`
	v2.Cursor
}

// latest lists passed scores of everybody, the oldest first: what came after a cursor, or the newest without one. The cursor stays
// where nothing is new.
func (a *Area) latest(ctx context.Context, r *v2.Request) (any, error) {
	if err := r.Spend(latestCost); err != nil {
		return nil, err
	}
	var only *osu.Ruleset
	if name := r.Text("ruleset"); name != "" {
		chosen, err := osu.ParseRuleset(name)
		if err != nil {
			return nil, unprocessable("invalid ruleset parameter")
		}
		only = &chosen
	}
	var from mark
	resumed, err := r.Cursor(&from)
	if err != nil {
		return nil, err
	}
	after := max(from.ID, 0)
	if !resumed {
		end, err := a.deps.Scores.Latest(ctx)
		if err != nil {
			return nil, err
		}
		after = max(0, end-scores.MaxBatch)
	}
	entries, err := a.deps.Scores.Entries(ctx, after, scores.MaxBatch)
	if err != nil {
		return nil, err
	}
	var all []scores.Score
	for _, e := range entries {
		after = e.Seq
		if e.Kind == scores.ScoreRecorded && e.Score != nil && e.Score.Passed && !e.Score.Removed && !e.Hidden &&
			(only == nil || e.Score.Ruleset == *only) {
			all = append(all, *e.Score)
		}
	}
	out := newest{Scores: make([]any, len(all)), Cursor: v2.CursorOf(mark{after})}
	combos, err := a.combos(ctx, all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		out.Scores[i] = resource.NewScore(&all[i], combos[i])
	}
	return out, nil
}

// combos returns the greatest combo of each score's beatmap; 0 where it is not known.
func (a *Area) combos(ctx context.Context, all []scores.Score) ([]int32, error) {
	combos := make([]int32, len(all))
	var keys []beatmaps.Key
	for i := range all {
		if key := (beatmaps.Key{ID: all[i].BeatmapID}); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return combos, nil
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, keys)
	if err != nil {
		return nil, err
	}
	of := make(map[int32]*beatmaps.Beatmap, len(found))
	for i := range found {
		of[found[i].Beatmap.ID] = &found[i].Beatmap
	}
	for i := range all {
		if b := of[all[i].BeatmapID]; b != nil && b.Ruleset == all[i].Ruleset && b.MD5 == all[i].BeatmapMD5 {
			combos[i] = b.MaxCombo
		}
	}
	return combos, nil
}

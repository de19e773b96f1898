package songs

import (
	"context"
	"errors"
	"net/http"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// tags lists what beatmaps can be called.
func (a *Area) tags(ctx context.Context, _ *v2.Request) (any, error) {
	all, err := a.deps.Beatmaps.Tags(ctx)
	if err != nil {
		return nil, err
	}
	tags := make([]resource.Tag, len(all))
	for i := range all {
		tags[i] = resource.NewTag(&all[i])
	}
	return struct {
		Tags []resource.Tag `json:"tags"`
	}{tags}, nil
}

// tag gives a beatmap a tag on behalf of a user who played it, or takes it back.
func (a *Area) tag(on bool) v2.Endpoint {
	return func(ctx context.Context, r *v2.Request) (any, error) {
		id, err := r.ID("beatmap")
		if err != nil {
			return nil, err
		}
		tagID, err := r.ID("tag")
		if err != nil {
			return nil, err
		}
		if on {
			if err := a.mayTag(ctx, r, id); err != nil {
				return nil, err
			}
		}
		err = a.deps.Beatmaps.Tag(ctx, r.UserID(), id, tagID, on)
		switch {
		case errors.Is(err, beatmaps.ErrNotFound):
			return nil, v2.NotFound("beatmap")
		case errors.Is(err, beatmaps.ErrNoTag):
			return nil, v2.NotFound("tag")
		case errors.Is(err, beatmaps.ErrTooMany):
			return nil, v2.Refuse(http.StatusUnprocessableEntity, "You have given this beatmap too many tags.")
		}
		return nil, err
	}
}

// mayTag fails unless the user has passed the beatmap, in any ruleset and variant.
func (a *Area) mayTag(ctx context.Context, r *v2.Request, id int32) error {
	if err := a.allowed(ctx, r); err != nil {
		return err
	}
	if a.deps.Scores == nil {
		return nil
	}
	for ruleset := range osu.Rulesets {
		for variant := range osu.Variants {
			if !variant.In(ruleset) {
				continue
			}
			list, err := a.deps.Scores.Of(ctx, scores.List{
				Kind: scores.Recent, UserID: r.UserID(), Ruleset: ruleset, Variant: variant, BeatmapID: id, Limit: 1,
			})
			if err != nil {
				return err
			}
			if len(list.Scores) > 0 {
				return nil
			}
		}
	}
	return v2.Refuse(http.StatusForbidden, "You must set a score on a beatmap to add a tag.")
}

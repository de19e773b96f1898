package press

import (
	"context"
	"errors"

	"github.com/pure-peace/peace/modules/content"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// wiki answers GET wiki/{locale}/{path}.
func (a *Area) wiki(ctx context.Context, r *v2.Request) (any, error) {
	if a.deps.Content == nil {
		return nil, v2.NotFound("wiki page")
	}
	found, err := a.deps.Content.Wiki(ctx, r.Param("locale"), r.Param("*"))
	if errors.Is(err, content.ErrNotFound) {
		return nil, v2.NotFound("wiki page")
	}
	if err != nil {
		return nil, err
	}
	return resource.NewWikiPage(&found), nil
}

// backgrounds answers GET seasonal-backgrounds: with nothing at all out of season.
func (a *Area) backgrounds(ctx context.Context, r *v2.Request) (any, error) {
	if a.deps.Content == nil {
		return struct{}{}, nil
	}
	season, err := a.deps.Content.Backgrounds(ctx)
	if err != nil {
		return nil, err
	}
	if len(season.Images) == 0 {
		return struct{}{}, nil
	}
	var artists []int32
	for _, b := range season.Images {
		if b.UserID != 0 {
			artists = append(artists, b.UserID)
		}
	}
	found, err := a.deps.People.Compact(ctx, r.UserID(), artists)
	if err != nil {
		return nil, err
	}
	answer := resource.SeasonalBackgrounds{EndsAt: resource.At(season.EndsAt)}
	for _, b := range season.Images {
		answer.Backgrounds = append(answer.Backgrounds, resource.SeasonalBackground{URL: b.URL, User: found[b.UserID]})
	}
	return answer, nil
}

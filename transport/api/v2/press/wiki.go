package press

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

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

// Menu answers GET menu-content.json on the host of assets, which is no part of the API.
func (a *Area) Menu() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var banners []content.Banner
		if a.deps.Content != nil {
			var err error
			if banners, err = a.deps.Content.Menu(r.Context()); err != nil {
				a.deps.Log.WarnContext(r.Context(), "the menu has no banners", "error", err)
				http.Error(w, "the banners cannot be had", http.StatusServiceUnavailable)
				return
			}
		}
		body, err := json.Marshal(resource.NewMenuContent(banners, a.deps.Links))
		if err != nil { // a year that JSON cannot write: content lets none through
			a.deps.Log.ErrorContext(r.Context(), "the menu cannot be written", "error", err)
			http.Error(w, "the banners cannot be had", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "public, max-age=60")
		_, _ = w.Write(body) // a client that has gone away is no failure of ours
	})
}

package songs

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

// showSet returns a set with everything about it.
func (a *Area) showSet(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.ID("beatmapset")
	if err != nil {
		return nil, err
	}
	return a.wholeSet(ctx, r, id)
}

// lookupSet returns the set of a beatmap.
func (a *Area) lookupSet(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.Number("beatmap_id", 0, 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	if id == 0 {
		return nil, v2.NotFound("beatmap")
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: int32(id)}})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Beatmap.Deleted {
		return nil, v2.NotFound("beatmap")
	}
	return a.wholeSet(ctx, r, found[0].Set.ID)
}

func (a *Area) wholeSet(ctx context.Context, r *v2.Request, id int32) (any, error) {
	sets, err := a.deps.Beatmaps.Sets(ctx, []int32{id})
	if err != nil {
		return nil, err
	}
	if len(sets) == 0 || len(sets[0].Beatmaps) == 0 {
		return nil, v2.NotFound("beatmapset")
	}
	return a.whole(ctx, r.UserID(), &sets[0])
}

// favour adds a set to the user's favourites or removes it.
func (a *Area) favour(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.ID("beatmapset")
	if err != nil {
		return nil, err
	}
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	action := form.Get("action")
	if action != "favourite" && action != "unfavourite" {
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "action must be favourite or unfavourite")
	}
	count, err := a.deps.Beatmaps.Favour(ctx, r.UserID(), id, action == "favourite")
	switch {
	case errors.Is(err, beatmaps.ErrNotFound):
		return nil, v2.NotFound("beatmapset")
	case errors.Is(err, beatmaps.ErrTooMany):
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "You have too many favourited beatmaps! Please unfavourite some before trying again.")
	case err != nil:
		return nil, err
	}
	return struct {
		FavouriteCount int32 `json:"favourite_count"`
	}{count}, nil
}

// download gives a set's archive away, or says where it is: lazer follows a redirect without its token.
func (a *Area) download(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.ID("beatmapset")
	if err != nil {
		return nil, err
	}
	where, err := a.deps.Beatmaps.Archive(ctx, id, r.Flag("noVideo"))
	switch {
	case fault.KindOf(err) == fault.NotFound: // of the set, or of its archive
		return nil, v2.NotFound("beatmapset")
	case err != nil:
		return nil, err
	case where.Key == "":
		return &v2.Redirect{Location: where.URL}, nil
	}
	file, err := files.Open(ctx, a.deps.Files, where.Key)
	if err != nil {
		if errors.Is(err, files.ErrNotFound) {
			return nil, v2.NotFound("beatmapset")
		}
		return nil, err
	}
	return &v2.Stream{Body: file, Type: "application/x-osu-beatmap-archive", Name: where.Name, Modified: file.Blob.StoredAt.Truncate(time.Second)}, nil
}

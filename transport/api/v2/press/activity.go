package press

import (
	"context"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/activity"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// eventsPage is how many events a page has (ppy/osu-web app/Http/Controllers/EventsController.php).
const eventsPage = 50

// recentActivity answers GET users/{user}/recent_activity.
func (a *Area) recentActivity(ctx context.Context, r *v2.Request) (any, error) {
	user, err := a.player(ctx, r)
	if err != nil {
		return nil, err
	}
	offset, limit, err := page(r)
	if err != nil || limit == 0 || a.deps.Activity == nil {
		return []*resource.Event{}, err
	}
	found, err := a.deps.Activity.Of(ctx, user, offset, limit)
	if err != nil {
		return nil, err
	}
	return a.showEvents(ctx, found)
}

type eventsAnswer struct {
	Events []*resource.Event `json:"events"`
	v2.Cursor
}

// eventCursor is where events go on.
type eventCursor struct {
	ID int64 `json:"event_id"`
}

// events answers GET events.
func (a *Area) events(ctx context.Context, r *v2.Request) (any, error) {
	var at eventCursor
	if _, err := r.Cursor(&at); err != nil {
		return nil, err
	}
	answer := eventsAnswer{Events: []*resource.Event{}}
	if a.deps.Activity == nil {
		return answer, nil
	}
	found, err := a.deps.Activity.Feed(ctx, max(at.ID, 0), r.Text("sort") != "id_asc", eventsPage+1)
	if err != nil {
		return nil, err
	}
	if len(found) > eventsPage {
		found = found[:eventsPage]
		answer.Cursor = v2.CursorOf(eventCursor{found[eventsPage-1].ID})
	}
	answer.Events, err = a.showEvents(ctx, found)
	return answer, err
}

// showEvents shows events, of medals with everything that is known of them.
func (a *Area) showEvents(ctx context.Context, found []activity.Event) ([]*resource.Event, error) {
	medals := map[int32]achievements.Achievement{}
	for _, e := range found {
		if e.Kind != activity.Medal || a.deps.Achievements == nil {
			continue
		}
		all, err := a.deps.Achievements.Achievements(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			medals[m.ID] = m
		}
		break
	}
	shown := make([]*resource.Event, 0, len(found))
	for i := range found {
		if e := resource.NewEvent(&found[i], medals, a.deps.Links); e != nil {
			shown = append(shown, e)
		}
	}
	return shown, nil
}

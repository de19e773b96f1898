package local

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/osu"
)

// followNames tells of new names until ctx ends.
func (s *Service) followNames(ctx context.Context) error {
	view.Listen(ctx, s.deps.Topics, []string{users.Topic}, s.deps.Log,
		func(context.Context) error { return nil },
		func(ctx context.Context, n state.Notice) error {
			var m userspb.Changed
			if err := proto.Unmarshal(n.Payload, &m); err != nil || !m.GetName() {
				return nil // an event of a newer module is nothing to begin again for
			}
			changed, err := userspb.ToChanged(&m)
			if err != nil {
				return nil //nolint:nilerr // likewise
			}
			if err := s.renamed(ctx, changed.User); err != nil && ctx.Err() == nil {
				s.deps.Log.WarnContext(ctx, "a new name is not told", "user", changed.User.ID, "error", err)
			}
			return nil
		})
	return nil
}

// renamed adds that a player has a new name. Several processes hear of it, and write the same.
func (s *Service) renamed(ctx context.Context, u users.User) error {
	profiles, err := s.deps.Users.Profiles(ctx, []int32{u.ID})
	if err != nil || len(profiles) == 0 || len(profiles[0].FormerNames) == 0 {
		return err // a name that only differs in its case has no former one
	}
	former := profiles[0].FormerNames
	at := now()
	r := newRow(fmt.Sprintf("name %d %s %s", u.ID, at.Format("20060102"), u.Name), 0, activity.Event{
		At: at, Kind: activity.Renamed, UserID: u.ID, Name: u.Name, OldName: former[len(former)-1], Grade: osu.GradeNone,
	})
	r.Hidden = u.Restricted
	return s.store.add(ctx, s.deps.DB, []row{r})
}

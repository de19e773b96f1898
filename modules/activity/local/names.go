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
			changed, err := changedOf(n.Payload)
			if err != nil {
				s.deps.Log.WarnContext(ctx, "an event of an account cannot be read", "error", err)
				return nil // one of a newer module is nothing to begin again for
			}
			if !changed.Name {
				return nil
			}
			if err := s.renamed(ctx, changed.User); err != nil && ctx.Err() == nil {
				s.deps.Log.WarnContext(ctx, "a new name is not told", "user", changed.User.ID, "error", err)
			}
			return nil
		})
	return nil
}

func changedOf(payload []byte) (users.Changed, error) {
	var m userspb.Changed
	if err := proto.Unmarshal(payload, &m); err != nil {
		return users.Changed{}, err
	}
	return userspb.ToChanged(&m)
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

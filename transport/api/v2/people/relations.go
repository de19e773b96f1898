package people

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/relations"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	// relationsSince is the version of the API in which friends became relations instead of users (ppy/osu-web
	// app/Http/Controllers/FriendsController.php).
	relationsSince = 20241022
	// maxForm bounds the form that names a target.
	maxForm = 4 << 10
)

// friends answers GET friends, by name.
func (a *Area) friends(ctx context.Context, r *v2.Request) (any, error) {
	list, found, err := a.related(ctx, r, relations.Friend)
	if err != nil {
		return nil, err
	}
	own, err := a.deps.People.Accounts(ctx, r.UserID(), []int32{r.UserID()})
	if err != nil {
		return nil, err
	}
	if me := own[r.UserID()]; me != nil {
		if err := a.deps.People.Measure(ctx, found, me.Ruleset); err != nil {
			return nil, err
		}
	}
	if r.Version >= relationsSince {
		return list, nil
	}
	users := make([]*resource.User, len(list))
	for i, relation := range list {
		users[i] = relation.Target
	}
	return users, nil
}

// blocks answers GET blocks.
func (a *Area) blocks(ctx context.Context, r *v2.Request) (any, error) {
	list, _, err := a.related(ctx, r, relations.Block)
	return list, err
}

// related returns relations of a kind with those whom they are to, as far as they can be seen, and these by id.
func (a *Area) related(ctx context.Context, r *v2.Request, kind relations.Kind) ([]resource.Relation, map[int32]*resource.User, error) {
	known, err := a.deps.Relations.List(ctx, r.UserID())
	if err != nil {
		return nil, nil, err
	}
	known = slices.DeleteFunc(known, func(relation relations.Relation) bool { return relation.Kind != kind })
	ids := make([]int32, len(known))
	for i, relation := range known {
		ids[i] = relation.Target
	}
	accounts, err := a.deps.People.Accounts(ctx, r.UserID(), ids)
	if err != nil {
		return nil, nil, err
	}
	found := make(map[int32]*resource.User, len(accounts))
	list := make([]resource.Relation, 0, len(accounts))
	for _, relation := range known {
		account := accounts[relation.Target]
		if account == nil {
			continue
		}
		user := a.deps.People.User(account, r.UserID())
		level := a.deps.People.SupportLevel(account)
		user.SupportLevel = &level
		found[user.ID] = user
		shown := relationOf(relation)
		shown.Target = user
		list = append(list, shown)
	}
	slices.SortFunc(list, func(x, y resource.Relation) int {
		return cmp.Compare(strings.ToLower(x.Target.Username), strings.ToLower(y.Target.Username))
	})
	return list, found, nil
}

func relationOf(relation relations.Relation) resource.Relation {
	kind := "friend"
	if relation.Kind == relations.Block {
		kind = "block"
	}
	return resource.Relation{TargetID: relation.Target, Type: kind, Mutual: relation.Mutual}
}

type userRelation struct {
	Relation resource.Relation `json:"user_relation"`
}

// befriend answers POST friends?target=….
func (a *Area) befriend(ctx context.Context, r *v2.Request) (any, error) {
	return a.relate(ctx, r, relations.Friend)
}

// block answers POST blocks?target=….
func (a *Area) block(ctx context.Context, r *v2.Request) (any, error) {
	return a.relate(ctx, r, relations.Block)
}

func (a *Area) relate(ctx context.Context, r *v2.Request, kind relations.Kind) (any, error) {
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(form.Get("target"), 10, 32)
	if err != nil {
		return nil, v2.NotFound("user")
	}
	target := int32(id)
	visible, err := a.deps.People.Accounts(ctx, r.UserID(), []int32{target})
	if err != nil {
		return nil, err
	}
	if visible[target] == nil {
		return nil, v2.NotFound("user")
	}
	standings, err := a.deps.Relations.Between(ctx, r.UserID(), []int32{target})
	if err != nil {
		return nil, err
	}
	made := relations.Relation{Target: target, Kind: kind}
	if kind == relations.Friend && len(standings) > 0 {
		if standings[0].From == relations.Block {
			return nil, v2.Refuse(http.StatusUnprocessableEntity, "That user has blocked you.")
		}
		made.Mutual = standings[0].From == relations.Friend
	}
	err = a.deps.Relations.Add(ctx, r.UserID(), target, kind)
	if errors.Is(err, relations.ErrTooMany) { // no reason to wait, as 429 would be
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "Your list is full.")
	}
	return userRelation{relationOf(made)}, err
}

// unfriend answers DELETE friends/{user}.
func (a *Area) unfriend(ctx context.Context, r *v2.Request) (any, error) {
	return a.unrelate(ctx, r, relations.Friend)
}

// unblock answers DELETE blocks/{user}.
func (a *Area) unblock(ctx context.Context, r *v2.Request) (any, error) {
	return a.unrelate(ctx, r, relations.Block)
}

func (a *Area) unrelate(ctx context.Context, r *v2.Request, kind relations.Kind) (any, error) {
	target, err := r.ID("user")
	if err != nil {
		return nil, err
	}
	standings, err := a.deps.Relations.Between(ctx, r.UserID(), []int32{target})
	if err != nil {
		return nil, err
	}
	if len(standings) == 0 || standings[0].Towards != kind {
		return nil, v2.NotFound("user")
	}
	return nil, a.deps.Relations.Remove(ctx, r.UserID(), target, kind)
}

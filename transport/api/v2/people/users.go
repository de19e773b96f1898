package people

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// maxIDs is how many users one request names.
const maxIDs = 50

type userList struct {
	Users []*resource.User `json:"users"`
}

// list answers GET users?ids[]=…, which costs as much as asking for each.
func (a *Area) list(ctx context.Context, r *v2.Request) (any, error) {
	ids, err := r.IDs("ids", maxIDs)
	if err != nil {
		return nil, err
	}
	if err := r.Spend(max(len(ids)-1, 0)); err != nil {
		return nil, err
	}
	found, err := a.deps.People.Compact(ctx, r.UserID(), ids)
	if err != nil {
		return nil, err
	}
	if err := a.deps.People.MeasureAll(ctx, found); err != nil {
		return nil, err
	}
	return userList{ordered(found, ids)}, nil
}

// ordered returns the users of the ids that are there.
func ordered(found map[int32]*resource.User, ids []int32) []*resource.User {
	list := make([]*resource.User, 0, len(found))
	for _, id := range ids {
		if u := found[id]; u != nil {
			list = append(list, u)
			delete(found, id)
		}
	}
	return list
}

// lookup answers GET users/lookup?ids[]=…, where an id may be a name, with or without an @ before it.
func (a *Area) lookup(ctx context.Context, r *v2.Request) (any, error) {
	wanted, err := r.Texts("ids", maxIDs)
	if err != nil {
		return nil, err
	}
	var ruleset osu.Ruleset
	ranked := r.Text("ruleset_id") != ""
	if ranked {
		n, err := strconv.ParseUint(r.Text("ruleset_id"), 10, 8)
		if ruleset = osu.Ruleset(n); err != nil || !ruleset.Valid() {
			return nil, v2.Refuse(http.StatusUnprocessableEntity, "invalid ruleset_id specified")
		}
	}
	ids, err := a.identify(ctx, wanted)
	if err != nil {
		return nil, err
	}
	found, err := a.deps.People.Compact(ctx, r.UserID(), ids)
	if err != nil {
		return nil, err
	}
	if r.Flag("exclude_bots") {
		for id, u := range found {
			if u.IsBot {
				delete(found, id)
			}
		}
	}
	if ranked {
		if err := a.deps.People.Rank(ctx, found, ruleset); err != nil {
			return nil, err
		}
	}
	return userList{ordered(found, ids)}, nil
}

// identify returns the ids that are wanted, of which some are names.
func (a *Area) identify(ctx context.Context, wanted []string) ([]int32, error) {
	ids, names := make([]int32, 0, len(wanted)), []string(nil)
	for _, text := range wanted {
		if id, err := strconv.ParseInt(text, 10, 32); err == nil {
			ids = append(ids, int32(id))
		} else if name := strings.TrimPrefix(text, "@"); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ids, nil
	}
	named, err := a.deps.Users.Find(ctx, names)
	for _, u := range named {
		ids = append(ids, u.ID)
	}
	return ids, err
}

// account finds who is meant by a part of a path: an id, a name, or a name after an @. By key, it can only be one of both.
func (a *Area) account(ctx context.Context, viewer int32, text, key string) (*resource.Account, error) {
	name, forced := strings.CutPrefix(text, "@")
	if !forced && key != "username" {
		if id, err := strconv.ParseInt(text, 10, 32); err == nil {
			found, err := a.deps.People.Accounts(ctx, viewer, []int32{int32(id)})
			if err != nil {
				return nil, err
			}
			if account := found[int32(id)]; account != nil {
				return account, nil
			}
		}
		if key == "id" {
			return nil, v2.NotFound("user")
		}
	}
	named, err := a.deps.Users.Find(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		return nil, v2.NotFound("user")
	}
	found, err := a.deps.People.Accounts(ctx, viewer, []int32{named[0].ID})
	if err != nil {
		return nil, err
	}
	if account := found[named[0].ID]; account != nil {
		return account, nil
	}
	return nil, v2.NotFound("user")
}

// ruleset returns the ruleset of the path; that of the account when there is none.
func ruleset(r *v2.Request, account *resource.Account) osu.Ruleset {
	for known := range osu.Rulesets {
		if r.Param("ruleset") == known.String() {
			return known
		}
	}
	return account.Ruleset
}

// user answers GET users/{user}/{ruleset?}.
func (a *Area) user(ctx context.Context, r *v2.Request) (any, error) {
	account, err := a.account(ctx, r.UserID(), r.Param("user"), r.Text("key"))
	if err != nil {
		return nil, err
	}
	profile, err := a.profile(ctx, r.UserID(), account, ruleset(r, account))
	return profile, err
}

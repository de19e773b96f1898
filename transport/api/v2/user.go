package v2

import (
	"context"
	"strings"

	"github.com/pure-peace/peace/modules/users"
)

// Accounts is the part of users.Accounts by which the users in paths are found.
type Accounts interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Find(ctx context.Context, names []string) ([]users.User, error)
}

// User returns the user whom the parameter "user" of the path names: by id, or by name behind an @. Whom the one who asks may not see
// is not found.
func (r *Request) User(ctx context.Context, accounts Accounts) (users.User, error) {
	var found []users.User
	var err error
	if name, ok := strings.CutPrefix(r.Param("user"), "@"); ok {
		found, err = accounts.Find(ctx, []string{name})
	} else {
		id, bad := r.ID("user")
		if bad != nil {
			return users.User{}, bad
		}
		found, err = accounts.Get(ctx, []int32{id})
	}
	if err != nil {
		return users.User{}, err
	}
	if len(found) == 0 || found[0].Restricted && found[0].ID != r.UserID() {
		return users.User{}, NotFound("user")
	}
	return found[0], nil
}

package scores

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/users"
)

type accounts struct {
	users.Accounts
	asked [][]int32
	name  string
	err   error
}

func (a *accounts) Get(_ context.Context, ids []int32) (found []users.User, err error) {
	a.asked = append(a.asked, slices.Clone(ids))
	for _, id := range ids {
		if id < 1e6 {
			found = append(found, users.User{ID: id, Name: a.name})
		}
	}
	return found, a.err
}

func TestNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &accounts{name: "old"}
		n := newNames(a)
		ask := func(want map[int32]string, ids ...int32) {
			t.Helper()
			got, err := n.of(t.Context(), ids)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v: %v (-want +got):\n%s", ids, err, diff)
			}
		}
		ask(map[int32]string{})
		ask(map[int32]string{1: "old", 2: "old"}, 1, 2, 1e6)
		a.name = "new"
		ask(map[int32]string{1: "old", 3: "new"}, 1, 3)
		time.Sleep(nameAge)
		ask(map[int32]string{1: "new", 2: "new"}, 1, 2)
		if diff := cmp.Diff([][]int32{{1, 2, 1e6}, {3}, {1, 2}}, a.asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		a.err = errors.New("no users")
		if _, err := n.of(t.Context(), []int32{4}); !errors.Is(err, a.err) {
			t.Errorf("error %v", err)
		}
		a.err = nil
		for id := range int32(3 * maxNames) {
			ask(map[int32]string{id: "new"}, id)
		}
		if len(n.known) > maxNames {
			t.Errorf("%d names are remembered", len(n.known))
		}
	})
}

package scores

import (
	"context"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/users"
)

const (
	// nameAge is how long a name is shown after it was changed, at most.
	nameAge = 30 * time.Second
	// maxNames bounds the names that are remembered. Those on the boards that everybody looks at are few.
	maxNames = 1 << 14
)

// names remembers what the players on leaderboards are called: reading fifty accounts takes longer than all the rest of a
// leaderboard. It is safe for concurrent use.
type names struct {
	users users.Accounts

	mu    sync.Mutex
	known map[int32]knownName
}

type knownName struct {
	name string
	at   time.Time
}

func newNames(accounts users.Accounts) *names {
	return &names{users: accounts, known: map[int32]knownName{}}
}

// of returns the names of users that exist, with one call at most.
func (n *names) of(ctx context.Context, ids []int32) (map[int32]string, error) {
	found := make(map[int32]string, len(ids))
	missing := n.recall(ids, found)
	if len(missing) == 0 {
		return found, nil
	}
	list, err := n.users.Get(ctx, missing)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known)+len(list) > maxNames {
		clear(n.known)
	}
	now := time.Now()
	for i := range list {
		found[list[i].ID] = list[i].Name
		n.known[list[i].ID] = knownName{list[i].Name, now}
	}
	return found, nil
}

// recall adds the names that are known to found and returns the ids of the others.
func (n *names) recall(ids []int32, found map[int32]string) (missing []int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range ids {
		if known, ok := n.known[id]; ok && time.Since(known.at) < nameAge {
			found[id] = known.name
		} else {
			missing = append(missing, id)
		}
	}
	return missing
}

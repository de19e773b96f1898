package local

import (
	"bytes"
	"slices"
	"sync"

	"github.com/pure-peace/peace/modules/sessions"
)

// index finds sessions by user, and keeps the list of visible users. Sessions in it are never modified: a change replaces
// them. Its methods are safe for concurrent use.
type index struct {
	mu      sync.RWMutex
	byUser  map[int32][]*sessions.Session // as rank orders them
	visible []int32                       // ascending
	bots    int                           // of the visible users
	kinds   map[sessions.Kind]int
}

func newIndex() *index {
	return &index{byUser: map[int32][]*sessions.Session{}, kinds: map[sessions.Kind]int{}}
}

// set is the Index of the view.
func (x *index) set(_ string, old, current **sessions.Session) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var userID int32
	if old != nil {
		userID = (*old).User.ID
	} else if current != nil {
		userID = (*current).User.ID
	}
	before := shown(x.byUser[userID])
	if old != nil {
		list := slices.DeleteFunc(x.byUser[userID], func(s *sessions.Session) bool { return s == *old })
		x.store(userID, list)
		x.kinds[(*old).Kind]--
	}
	if current != nil {
		s := *current
		list := x.byUser[userID]
		at, _ := slices.BinarySearchFunc(list, s, compare)
		x.store(userID, slices.Insert(list, at, s))
		x.kinds[s.Kind]++
	}
	after := shown(x.byUser[userID])
	switch at, _ := slices.BinarySearch(x.visible, userID); {
	case before == nil && after != nil:
		x.visible = slices.Insert(x.visible, at, userID)
	case before != nil && after == nil:
		x.visible = slices.Delete(x.visible, at, at+1)
	}
	if before != nil && before.Kind == sessions.Bot {
		x.bots--
	}
	if after != nil && after.Kind == sessions.Bot {
		x.bots++
	}
}

func (x *index) store(userID int32, list []*sessions.Session) {
	if len(list) == 0 {
		delete(x.byUser, userID)
		return
	}
	x.byUser[userID] = list
}

// clone returns a session that its caller may keep.
func clone(s *sessions.Session) sessions.Session {
	c := *s
	c.Status.Detail = bytes.Clone(c.Status.Detail)
	return c
}

// user returns the sessions of one user.
func (x *index) user(id int32) []*sessions.Session {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return slices.Clone(x.byUser[id])
}

func (x *index) of(userIDs []int32) []sessions.Session {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var all []sessions.Session
	for _, id := range userIDs {
		for _, s := range x.byUser[id] {
			all = append(all, clone(s))
		}
	}
	return all
}

func (x *index) presences(userIDs []int32) []sessions.Presence {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.present(userIDs)
}

// everybody returns the presences of the first visible users.
func (x *index) everybody(limit int) []sessions.Presence {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.present(x.visible[:min(limit, len(x.visible))])
}

// present needs the lock.
func (x *index) present(userIDs []int32) []sessions.Presence {
	var all []sessions.Presence
	for _, id := range userIDs {
		if s := shown(x.byUser[id]); s != nil {
			if all == nil {
				all = make([]sessions.Presence, 0, len(userIDs))
			}
			p := presence(s)
			p.Status.Detail = bytes.Clone(p.Status.Detail)
			all = append(all, p)
		}
	}
	return all
}

// arrival returns what a client is told at login, of one moment: everybody's presence when they are at most `presences`, and
// their ids.
func (x *index) arrival(presences int) ([]sessions.Presence, []int32) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var all []sessions.Presence
	if len(x.visible) <= presences {
		all = x.present(x.visible)
	}
	return all, slices.Clone(x.visible)
}

func (x *index) onlineIDs() []int32 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return slices.Clone(x.visible)
}

// userIDs returns everybody who has a session, visible or not.
func (x *index) userIDs() []int32 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	ids := make([]int32, 0, len(x.byUser))
	for id := range x.byUser {
		ids = append(ids, id)
	}
	return ids
}

func (x *index) size() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := 0
	for _, of := range x.kinds {
		n += of
	}
	return n
}

func (x *index) counts() sessions.Counts {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return sessions.Counts{
		Visible:    len(x.visible) - x.bots,
		Stable:     x.kinds[sessions.Stable],
		Lazer:      x.kinds[sessions.Lazer],
		IRC:        x.kinds[sessions.IRC],
		Tournament: x.kinds[sessions.Tournament],
		API:        x.kinds[sessions.API],
	}
}

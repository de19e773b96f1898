package local

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
)

const (
	// maxAsked bounds the ids that are answered of one request, which is more than a screen shows. A client asks again for
	// the rest. Source: osuTitanic/anchor app/handlers.
	maxAsked = 256

	// maxFollowed is the limit of sessions.Update.Friends.
	maxFollowed = 900
)

func (s *Service) blockStrangers(ctx context.Context, a *answer, p packets.ToggleBlockNonFriendDMs) error {
	only := p != 0
	updated, err := s.sessions.Update(ctx, a.session.ID, sessions.Update{FriendsOnly: &only})
	if err == nil {
		a.session = updated
	}
	return err
}

func (s *Service) receiveUpdates(ctx context.Context, a *answer, p packets.ReceiveUpdates) error {
	var interest sessions.Interest
	switch p {
	case packets.UpdatesNone:
		interest = sessions.InterestNobody
	case packets.UpdatesAll:
		interest = sessions.InterestEveryone
	case packets.UpdatesFriends:
		interest = sessions.InterestFriends
	default:
		return errIgnored
	}
	if interest == a.session.Interest {
		return nil // as a client says after each login
	}
	update := sessions.Update{Interest: &interest}
	if interest == sessions.InterestFriends {
		friends, err := s.friends(ctx, a.session.User.ID)
		if err != nil {
			return err
		}
		update.Friends = friends[:min(len(friends), maxFollowed)]
	}
	updated, err := s.sessions.Update(ctx, a.session.ID, update)
	if err != nil {
		return err
	}
	a.session = updated
	if interest == sessions.InterestNobody {
		return nil
	}
	online, err := s.sessions.Online(ctx)
	if err != nil {
		return err
	}
	if interest == sessions.InterestFriends {
		online = slices.DeleteFunc(online, func(id int32) bool { return !slices.Contains(update.Friends, id) })
	}
	a.reply = appendBundles(a.reply, online, bundleRoom)
	return nil
}

// friends returns the ids of a user's friends list: the bot, who is everybody's friend, and those befriended.
func (s *Service) friends(ctx context.Context, userID int32) ([]int32, error) {
	list, err := s.relations.List(ctx, userID)
	if err != nil {
		return nil, err
	}
	return friendIDs(list), nil
}

func friendIDs(list []relations.Relation) []int32 {
	ids := []int32{users.BotID}
	for _, r := range list {
		if r.Kind == relations.Friend && r.Target != users.BotID {
			ids = append(ids, r.Target)
		}
	}
	return ids
}

func (s *Service) addFriend(ctx context.Context, a *answer, p packets.FriendAdd) error {
	if int32(p) == users.BotID {
		return nil
	}
	err := s.relations.Add(ctx, a.session.User.ID, int32(p), relations.Friend)
	switch {
	case errors.Is(err, relations.ErrYourself), errors.Is(err, relations.ErrNoTarget):
		return s.showFriends(ctx, a)
	case errors.Is(err, relations.ErrTooMany):
		a.notify("Your friends list is full.")
		return s.showFriends(ctx, a)
	case err != nil:
		return err
	}
	return s.followFriends(ctx, a)
}

func (s *Service) removeFriend(ctx context.Context, a *answer, p packets.FriendRemove) error {
	if int32(p) == users.BotID {
		return s.showFriends(ctx, a) // it stays
	}
	if err := s.relations.Remove(ctx, a.session.User.ID, int32(p), relations.Friend); err != nil {
		return err
	}
	return s.followFriends(ctx, a)
}

// showFriends puts the client's list right, which it has changed already.
func (s *Service) showFriends(ctx context.Context, a *answer) error {
	friends, err := s.friends(ctx, a.session.User.ID)
	if err == nil {
		a.send(packets.FriendsList(friends))
	}
	return err
}

// followFriends gives a session that wants only its friends' presence the new list.
func (s *Service) followFriends(ctx context.Context, a *answer) error {
	if a.session.Interest != sessions.InterestFriends {
		return nil
	}
	friends, err := s.friends(ctx, a.session.User.ID)
	if err != nil {
		return err
	}
	interest := sessions.InterestFriends
	_, err = s.sessions.Update(ctx, a.session.ID, sessions.Update{
		Interest: &interest,
		Friends:  friends[:min(len(friends), maxFollowed)],
	})
	return err
}

func (s *Service) tellStats(ctx context.Context, a *answer, p packets.UserStatsRequest) error {
	return s.tell(ctx, a, p, func(b []byte, p sessions.Presence) []byte {
		return statsPacket(p.UserID, p.Status, p.Stats).Append(b)
	})
}

func (s *Service) tellPresences(ctx context.Context, a *answer, p packets.UserPresenceRequest) error {
	return s.tell(ctx, a, p, func(b []byte, p sessions.Presence) []byte {
		return presencePacket(p).Append(b)
	})
}

// tell answers a request about users in its order, the first maxAsked of them. The client knows itself. Of those who are not
// online it is told that they are gone: whatever it has missed, what it looks at is right.
func (s *Service) tell(ctx context.Context, a *answer, ids []int32, show func([]byte, sessions.Presence) []byte) error {
	ids = others(ids, a.session.User.ID)
	ids = ids[:min(len(ids), maxAsked)]
	if len(ids) == 0 || a.full() {
		return nil
	}
	online, err := s.sessions.Presences(ctx, ids)
	if err != nil {
		return err
	}
	here := make(map[int32]bool, len(online))
	for _, p := range online {
		here[p.UserID] = true
		if !a.full() {
			a.reply = show(a.reply, p)
		}
	}
	for _, id := range ids {
		if !here[id] {
			a.send(packets.UserLogout{UserID: id, State: packets.LogoutGone})
		}
	}
	return nil
}

// others returns the ids that are not one's own, each once, in their order.
func others(ids []int32, self int32) []int32 {
	seen := map[int32]bool{self: true}
	return slices.DeleteFunc(ids, func(id int32) bool {
		known := seen[id]
		seen[id] = true
		return known
	})
}

// tellEverybody answers with as many presences as fit. Clients ask so when they lack more than 256 of them; ids are what they
// have already, and would make them ask again. Of very many it begins with anybody, so that who asks again learns of others.
func (s *Service) tellEverybody(ctx context.Context, a *answer) error {
	if a.full() {
		return nil
	}
	ids, err := s.sessions.Online(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	start := rand.IntN(len(ids))
	ids = slices.Concat(ids[start:], ids[:start])
	online, err := s.sessions.Presences(ctx, ids[:min(len(ids), sessions.MaxBatch)])
	for _, p := range online {
		if a.full() {
			break
		}
		a.send(presencePacket(p))
	}
	return err
}

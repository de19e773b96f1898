package local

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// everyKind are the tags that together every session carries one of.
var everyKind = []string{
	sessions.KindTag(sessions.Stable), sessions.KindTag(sessions.Lazer), sessions.KindTag(sessions.IRC),
	sessions.KindTag(sessions.Bot), sessions.KindTag(sessions.Tournament), sessions.KindTag(sessions.API),
}

// precedence is the order in which a user's sessions are shown: the first visible one is his presence.
var precedence = map[sessions.Kind]int{
	sessions.Stable: 1, sessions.Lazer: 2, sessions.IRC: 3, sessions.Bot: 4, sessions.Tournament: 5, sessions.API: 6,
}

// compare orders the sessions of one user: by precedence of their kinds, then newest first.
func compare(a, b *sessions.Session) int {
	return cmp.Or(
		cmp.Compare(precedence[a.Kind], precedence[b.Kind]),
		b.StartedAt.Compare(a.StartedAt),
		cmp.Compare(a.ID, b.ID),
	)
}

// visible reports whether others may know of a session.
func visible(s *sessions.Session) bool {
	return !s.User.Restricted && !s.Hidden && s.Kind != sessions.Tournament && s.Kind != sessions.API
}

// shown returns the session that is its user's presence, nil when he is not visible. The list is in the order of compare.
func shown(list []*sessions.Session) *sessions.Session {
	if i := slices.IndexFunc(list, visible); i >= 0 {
		return list[i]
	}
	return nil
}

// kindsOf returns the kinds of the visible sessions, each once.
func kindsOf(list []*sessions.Session) []sessions.Kind {
	var kinds []sessions.Kind
	for _, s := range list {
		if visible(s) && !slices.Contains(kinds, s.Kind) {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}

// without returns the list less the sessions with these IDs.
func without(list []*sessions.Session, ids ...string) []*sessions.Session {
	return slices.DeleteFunc(slices.Clone(list), func(s *sessions.Session) bool { return slices.Contains(ids, s.ID) })
}

func presence(s *sessions.Session) sessions.Presence {
	p := sessions.Presence{
		UserID:     s.User.ID,
		Name:       s.User.Name,
		Kind:       s.Kind,
		Privileges: s.User.Privileges,
		Location:   s.Location,
		Status:     s.Status,
		Stats:      s.Stats,
	}
	if p.Location.Hidden {
		p.Location.Latitude, p.Location.Longitude = 0, 0
	}
	return p
}

// tellWatchers is the change that tells those who follow the presence of a user.
func tellWatchers(userID int32, news proto.Message) *state.Append {
	return &state.Append{
		Space: sessions.Space,
		Tags:  []string{sessions.PresenceTag, sessions.PresenceOfTag(userID), sessions.WatchTag(userID)},
		Item:  wire.Pack(news),
	}
}

func arrived(s *sessions.Session) *state.Append {
	return tellWatchers(s.User.ID, sessionspb.FromArrived(sessions.Arrived{Presence: presence(s)}))
}

func left(userID int32, kind sessions.Kind, remaining []sessions.Kind) *state.Append {
	return tellWatchers(userID, sessionspb.FromLeft(sessions.Left{UserID: userID, Kind: kind, Remaining: remaining}))
}

package client

import (
	"maps"
	"slices"
	"time"

	"github.com/pure-peace/peace/osu/packets"
)

// User is somebody whom the client knows to be online. Presence and Stats are zero until the server has told them.
type User struct {
	Presence packets.UserPresence
	Stats    packets.UserStats
}

// known is what a client has been told.
type known struct {
	id         int32
	protocol   packets.ProtocolVersion
	privileges packets.Privileges
	restricted bool
	friends    []int32
	listed     map[string]packets.ChannelInfo
	joined     map[string]bool
	online     map[int32]User
	silence    time.Time
	restart    time.Duration
}

func (k *known) reset() {
	*k = known{listed: map[string]packets.ChannelInfo{}, joined: map[string]bool{}, online: map[int32]User{}}
}

func (k *known) learn(p packets.Packet) {
	switch p := p.(type) {
	case packets.UserID:
		k.id = int32(p)
	case packets.ProtocolVersion:
		k.protocol = p
	case packets.Privileges:
		k.privileges = p
	case packets.AccountRestricted:
		k.restricted = true
	case packets.FriendsList:
		k.friends = p
	case packets.ChannelInfo:
		k.listed[p.Name] = p
	case packets.ChannelAutoJoin:
		k.listed[p.Name] = packets.ChannelInfo(p)
	case packets.ChannelJoinSuccess:
		k.joined[string(p)] = true
	case packets.ChannelKick:
		delete(k.joined, string(p))
	case packets.UserPresence:
		u := k.online[p.UserID]
		u.Presence = p
		k.online[p.UserID] = u
	case packets.UserStats:
		u := k.online[p.UserID]
		u.Stats = p
		k.online[p.UserID] = u
	case packets.UserPresenceSingle:
		k.appear(int32(p))
	case packets.UserPresenceBundle:
		for _, id := range p {
			k.appear(id)
		}
	case packets.UserLogout:
		if p.State == packets.LogoutGone {
			delete(k.online, p.UserID)
		}
	case packets.SilenceEnd:
		k.silence = time.Now().Add(time.Duration(p) * time.Second)
	case packets.Restart:
		k.restart = time.Duration(p) * time.Millisecond
	}
}

func (k *known) appear(id int32) {
	if _, ok := k.online[id]; !ok {
		k.online[id] = User{}
	}
}

// LoggedIn reports whether the client has a session that has not been ended.
func (c *Client) LoggedIn() bool { return c.token != "" }

// Resume goes on with the session of a token that another client got, as when a game reaches its server by another way. What
// that client knew is not known to this one.
func (c *Client) Resume(token string) { c.token = token }

// Token returns the session's token, "" without a session.
func (c *Client) Token() string { return c.token }

// ID returns the player's user id, 0 before the first login.
func (c *Client) ID() int32 { return max(0, c.known.id) }

// Name returns the player's name as given in the options.
func (c *Client) Name() string { return c.options.Name }

// Protocol returns the protocol version that the server announced.
func (c *Client) Protocol() packets.ProtocolVersion { return c.known.protocol }

// Privileges returns what the server says the account may do.
func (c *Client) Privileges() packets.Privileges { return c.known.privileges }

// Restricted reports whether the server has shown the notice of a restriction.
func (c *Client) Restricted() bool { return c.known.restricted }

// Friends returns the friends list.
func (c *Client) Friends() []int32 { return slices.Clone(c.known.friends) }

// Channels returns the channels that the server lists, by name.
func (c *Client) Channels() map[string]packets.ChannelInfo { return maps.Clone(c.known.listed) }

// Joined returns the names of the channels that are open, sorted.
func (c *Client) Joined() []string { return slices.Sorted(maps.Keys(c.known.joined)) }

// Online returns the users whom the client knows to be online, by id.
func (c *Client) Online() map[int32]User { return maps.Clone(c.known.online) }

// Silenced returns how long the player may still not chat.
func (c *Client) Silenced() time.Duration { return max(0, time.Until(c.known.silence)) }

// RestartDelay returns how long the server asked to wait before the next login when it last gave ErrRestart.
func (c *Client) RestartDelay() time.Duration { return c.known.restart }

package local

import (
	"context"
	"slices"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu/packets"
)

// mailRoomAtLogin bounds the bytes of unread messages in the answer to a login. Those beyond wait for the next one.
const mailRoomAtLogin = 32 << 10

// welcome returns what a client is told first, in the order of osuAkatsuki/bancho.py app/api/domains/cho.py: the protocol
// before everything, the id before what depends on it.
func (s *Service) welcome(ctx context.Context, config *Config, v *visitor, opened sessions.Opened) []byte {
	b := make([]byte, 0, 4096+4*len(opened.OnlineIDs))
	b = packets.Protocol.Append(b)
	b = packets.UserID(v.user.ID).Append(b)
	b = s.ownPrivileges(v.user.Privileges).Append(b)
	if config.Welcome != "" {
		b = packets.Notification(config.Welcome).Append(b)
	}
	if config.Maintenance != MaintenanceOff {
		b = packets.Notification(config.MaintenanceMessage).Append(b)
	}
	b = appendChannels(b, v.greeting.Channels)
	icon := ""
	if config.MenuIconImage != "" {
		icon = config.MenuIconImage + "|" + config.MenuIconLink
	}
	b = packets.MainMenuIcon(icon).Append(b)
	b = packets.FriendsList(v.friends).Append(b)
	b = packets.SilenceEnd(seconds(v.user.Silenced(time.Now()))).Append(b)
	b = appendPerson(b, presenceOf(opened.Session))
	b = appendOthers(b, v, opened)
	b = appendMail(b, v)
	if v.user.Restricted {
		b = packets.AccountRestricted{}.Append(b)
		b = s.appendBotLine(ctx, b, v.user.Name, restrictedText)
	}
	return b
}

// channelsRoom is what the list of channels may take, in bytes.
const channelsRoom = 16 << 10

func appendChannels(b []byte, channels []chat.Channel) []byte {
	limit := len(b) + channelsRoom
	for _, c := range channels {
		switch {
		case !listed(c), len(b) > limit:
		case c.AutoJoin:
			b = packets.ChannelAutoJoin(channelPacket(c)).Append(b)
		default:
			b = channelPacket(c).Append(b)
		}
	}
	return packets.ChannelInfoEnd{}.Append(b)
}

// othersRoom is what others may take of a login's answer, in bytes: the ids of some 16,000 users.
const othersRoom = 64 << 10

// appendOthers tells who else is online: everything about them when they are few, else their ids, friends first. Of more
// than fit, the client learns when they do something.
func appendOthers(b []byte, v *visitor, opened sessions.Opened) []byte {
	limit := len(b) + othersRoom
	told := 0
	for ; told < len(opened.Online) && len(b) < limit; told++ {
		if p := opened.Online[told]; p.UserID != v.user.ID {
			b = appendPerson(b, p)
		}
	}
	if len(opened.Online) > 0 {
		var rest []int32
		for _, p := range opened.Online[told:] {
			rest = append(rest, p.UserID)
		}
		return appendBundles(b, rest, othersRoom)
	}
	return appendBundles(b, friendsFirst(opened.OnlineIDs, v.friends, v.user.ID), othersRoom)
}

// friendsFirst orders ids, which ascend, and leaves out one's own.
func friendsFirst(ids, friends []int32, self int32) []int32 {
	friends = slices.Sorted(slices.Values(friends))
	ordered := make([]int32, 0, len(ids))
	for _, id := range friends {
		if _, online := slices.BinarySearch(ids, id); online && id != self {
			ordered = append(ordered, id)
		}
	}
	for _, id := range ids {
		if _, friend := slices.BinarySearch(friends, id); !friend && id != self {
			ordered = append(ordered, id)
		}
	}
	return ordered
}

// appendMail tells the messages that waited, each with the time when it was said. They stay unread until the client says
// that they were read.
func appendMail(b []byte, v *visitor) []byte {
	limit := len(b) + mailRoomAtLogin
	for _, m := range v.greeting.Unread {
		m.Text = m.SentAt.UTC().Format("[2006-01-02 15:04] ") + m.Text
		packet := messagePacket(m, v.user.Name)
		if len(b)+len(packet.Text) > limit {
			return packets.Notification("You have more unread messages than can be shown now.").Append(b)
		}
		b = packet.Append(b)
	}
	return b
}

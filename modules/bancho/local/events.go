package local

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/packets"
)

// deliver appends the packets of the mail to reply. When the mail says that the session is over, so it is.
func (s *Service) deliver(ctx context.Context, id string, reply []byte, mail state.Mail) []byte {
	if mail.Lost > 0 {
		reply = s.resync(ctx, reply, mail.Lost)
	}
	for _, item := range mail.Items {
		if cached, ok := s.memo.get(item.ID); ok {
			s.metrics.cached.Inc()
			reply = append(reply, cached...)
			continue
		}
		before := len(reply)
		var how fate
		reply, how = s.encode(reply, item.Data)
		if how == skipped {
			s.metrics.skipped.Inc()
			continue
		}
		s.metrics.encoded.Inc()
		switch how {
		case shared:
			s.memo.put(item.ID, slices.Clone(reply[before:]))
		case own:
			reply = s.appendOwnPresence(ctx, id, reply)
		case last:
			// The client is told now, so the record has done its duty. If this fails, its minute runs out by itself.
			if err := s.sessions.Close(ctx, id, sessions.ReasonUnspecified); err != nil {
				s.log.LogAttrs(ctx, slog.LevelDebug, "close session that was told its end", slog.Any("error", err))
			}
			return reply
		}
	}
	return reply
}

// resyncNotice is the room of resync's notification, in bytes.
const resyncNotice = 128

// resync mends what a client has missed when its outbox overflowed, which happens to one that sleeps. It gets the ids of
// everybody who is online, and asks about those it does not know; users who are gone leave its list when it asks about them
// (see tellGone). Logging it in anew would mend more, and would throw it out of its room. Chat lines are what is really
// lost, so it is told; private messages are still unread mail.
func (s *Service) resync(ctx context.Context, reply []byte, lost int) []byte {
	s.log.LogAttrs(ctx, slog.LevelDebug, "an outbox overflowed", slog.Int("lost", lost))
	if ids, err := s.sessions.Online(ctx); err == nil {
		reply = appendBundles(reply, ids, min(bundleRoom, bancho.MaxReply-mailGrowth*mailRoom-resyncNotice-len(reply)))
	}
	return packets.Notification("You were away for so long that some chat messages are lost.").Append(reply)
}

// fate is what became of an event.
type fate int

const (
	shared  fate = iota // its packets are the same for every client
	private             // they are for this client, at this moment
	own                 // likewise, and its user's presence follows
	last                // they end the session
	skipped             // it is nothing for this client, or newer than this program
)

// encode appends the packets of an event. An event that cannot be read is skipped: its module is newer than this one.
func (s *Service) encode(b []byte, data []byte) ([]byte, fate) {
	event, err := wire.Unpack(data)
	if err != nil {
		s.log.Debug("skip an event", slog.Any("error", err))
		return b, skipped
	}
	start := len(b)
	b, how, err := s.encodeEvent(b, event)
	if err != nil {
		s.log.Debug("skip an event", slog.Any("error", err))
		return b[:start], skipped
	}
	return b, how
}

func (s *Service) encodeEvent(b []byte, event any) ([]byte, fate, error) {
	switch m := event.(type) {
	case *sessionspb.Arrived:
		e, err := sessionspb.ToArrived(m)
		return appendPerson(b, e.Presence), shared, err
	case *sessionspb.Moved:
		e, err := sessionspb.ToMoved(m)
		return statsPacket(e.UserID, e.Status, e.Stats).Append(b), shared, err
	case *sessionspb.Left:
		e, err := sessionspb.ToLeft(m)
		return packets.UserLogout{UserID: e.UserID, State: logoutState(e.Remaining)}.Append(b), shared, err
	case *sessionspb.Renamed:
		e, err := sessionspb.ToRenamed(m)
		if e.OldName != "" {
			b = packets.ChangeUsername(e.OldName + ">>>>" + e.Presence.Name).Append(b)
		}
		return presencePacket(e.Presence).Append(b), shared, err
	case *sessionspb.Silenced:
		return packets.UserSilenced(m.GetUserId()).Append(b), shared, nil
	case *sessionspb.Notice:
		return packets.Notification(m.GetText()).Append(b), shared, nil
	case *sessionspb.AccountChanged:
		e, err := sessionspb.ToAccountChanged(m)
		return s.appendAccountChange(b, e), own, err
	case *sessionspb.Restarting:
		return packets.Restart(min(m.GetAfter().AsDuration().Milliseconds(), math.MaxInt32)).Append(b), private, nil
	case *sessionspb.Closed:
		return appendClosed(b, sessions.Reason(m.GetReason())), last, nil
	case *chatpb.Said:
		e, err := chatpb.ToSaid(m)
		return messagePacket(e.Message, clientChannel(e.Message.Channel)).Append(b), shared, err
	case *chatpb.Whispered:
		e, err := chatpb.ToWhispered(m)
		return messagePacket(e.Message, e.RecipientName).Append(b), shared, err
	case *chatpb.Joined:
		e, err := chatpb.ToJoined(m)
		return appendJoined(b, e.Channel), shared, err
	case *chatpb.Parted:
		return packets.ChannelKick(clientChannel(m.GetChannel())).Append(b), shared, nil
	case *chatpb.Resized:
		e, err := chatpb.ToResized(m)
		if name := clientChannel(e.Channel.Name); name == spectatorChannel {
			return b, skipped, err // it would open the tab again
		}
		return channelPacket(e.Channel).Append(b), shared, err
	}
	return encodeWatching(b, event)
}

// logoutState tells a client what is left of a user whose session ended. A lazer session is a game like any other.
func logoutState(remaining []sessions.Kind) packets.LogoutState {
	switch {
	case slices.Contains(remaining, sessions.Stable), slices.Contains(remaining, sessions.Lazer):
		return packets.LogoutGameLeft
	case slices.Contains(remaining, sessions.IRC):
		return packets.LogoutIRCLeft
	}
	return packets.LogoutGone
}

func (s *Service) appendAccountChange(b []byte, e sessions.AccountChanged) []byte {
	if e.Privileges {
		b = s.ownPrivileges(e.User.Privileges).Append(b)
	}
	if e.Silenced {
		b = packets.SilenceEnd(seconds(e.User.Silenced(time.Now()))).Append(b)
	}
	switch {
	case e.Restricted && e.User.Restricted:
		b = packets.AccountRestricted{}.Append(b)
		b = packets.Notification(restrictedText).Append(b)
	case e.Restricted: // a client forgets that it was restricted when it logs in
		b = packets.Notification("Your account is no longer restricted.").Append(b)
		b = packets.Restart(0).Append(b)
	}
	return b
}

// appendOwnPresence shows a client its own name and colour: the news of them go to others alone.
func (s *Service) appendOwnPresence(ctx context.Context, id string, b []byte) []byte {
	session, err := s.sessions.Get(ctx, id)
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelDebug, "read a session whose account changed", slog.String("session", id), slog.Any("error", err))
		return b
	}
	return presencePacket(presenceOf(session)).Append(b)
}

const restrictedText = "Your account is restricted: other players cannot see you, and you cannot chat."

// appendClosed ends a session so that the client does not fight for it: with reply −1 it goes to its login screen, with a
// restart it logs in again by itself.
func appendClosed(b []byte, reason sessions.Reason) []byte {
	var text string
	switch reason {
	case sessions.ReasonReplaced:
		text = "You have logged in from somewhere else."
	case sessions.ReasonKicked:
		text = "You have been disconnected by the staff of this server."
	case sessions.ReasonPassword:
		text = "Your password was changed. Please log in with the new one."
	case sessions.ReasonDeleted:
		text = "This account does not exist any more."
	default:
		return packets.Restart(0).Append(b)
	}
	return packets.LoginFailed.Append(packets.Notification(text).Append(b))
}

// The names that a client has for the channels that belong to what it does. Here they are #multi_ROOM and #spec_HOST.
const (
	multiplayerChannel = "#multiplayer"
	spectatorChannel   = "#spectator"
	roomPrefix         = "#multi_"
	hostPrefix         = "#spec_"
)

// clientChannel is what a client calls a channel.
func clientChannel(name string) string {
	switch {
	case hasNumber(name, roomPrefix):
		return multiplayerChannel
	case hasNumber(name, hostPrefix):
		return spectatorChannel
	}
	return name
}

// hasNumber reports whether name is prefix and an id.
func hasNumber(name, prefix string) bool {
	if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
		return false
	}
	_, err := strconv.ParseInt(name[len(prefix):], 10, 64)
	return err == nil
}

func channelPacket(c chat.Channel) packets.ChannelInfo {
	return packets.ChannelInfo{
		Name:  clientChannel(c.Name),
		Topic: c.Topic,
		Users: uint16(min(max(c.Members, 0), math.MaxUint16)),
	}
}

// appendJoined opens the tab of a channel and says who it is.
func appendJoined(b []byte, c chat.Channel) []byte {
	info := channelPacket(c)
	return info.Append(packets.ChannelJoinSuccess(info.Name).Append(b))
}

// actionStart and actionEnd frame a /me line.
const (
	actionStart = "\x01ACTION "
	actionEnd   = "\x01"
)

// maxShown bounds the bytes of a line: clients crash on 31,979 characters (osuAkatsuki/bancho.py app/packets.py).
const maxShown = 30_000

func messagePacket(m chat.Message, target string) packets.Message {
	text := cut(m.Text, maxShown)
	if m.Action {
		text = actionStart + text + actionEnd
	}
	return packets.Message{Sender: m.SenderName, Text: text, Target: target, SenderID: m.SenderID}
}

// bundleSize is how many ids a bundle has at most. Source: osuTitanic/anchor app/handlers.
const bundleSize = 512

// appendBundles appends the ids that fit into room bytes, in bundles.
func appendBundles(b []byte, ids []int32, room int) []byte {
	const overhead = 9 // of a bundle: its header and its count
	for part := range slices.Chunk(ids, bundleSize) {
		if room -= overhead + 4*len(part); room < 0 {
			return b
		}
		b = packets.UserPresenceBundle(part).Append(b)
	}
	return b
}

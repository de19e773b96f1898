package local

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
)

// maxNick is above the length of any user's name in bytes.
const maxNick = 128

func (s *Service) publicMessage(ctx context.Context, a *answer, p packets.PublicMessage) error {
	channel, err := s.channel(ctx, a, p.Target)
	if err != nil {
		return err
	}
	text, action := unframe(p.Text)
	said, err := s.chat.Say(ctx, chat.Line{
		SenderID:  a.session.User.ID,
		SessionID: a.session.ID,
		Target:    channel,
		Text:      text,
		Action:    action,
	})
	switch {
	case err == nil:
		a.warnOfCut(said)
	case errors.Is(err, chat.ErrNoChannel), errors.Is(err, chat.ErrNotMember):
		a.send(packets.ChannelKick(p.Target)) // so that the client's tabs are those of the server
	case errors.Is(err, chat.ErrReadOnly):
		a.notify("You may not write in " + p.Target + ".")
	default:
		return a.explainSilence(err)
	}
	return nil
}

func (s *Service) privateMessage(ctx context.Context, a *answer, p packets.PrivateMessage) error {
	if p.Target == "" || len(p.Target) > maxNick {
		return errIgnored
	}
	text, action := unframe(p.Text)
	whisper, err := s.chat.Whisper(ctx, chat.Line{
		SenderID:  a.session.User.ID,
		SessionID: a.session.ID,
		Target:    p.Target,
		Text:      text,
		Action:    action,
	})
	switch {
	case err == nil:
	case errors.Is(err, chat.ErrNoRecipient):
		a.notify("There is no player called " + p.Target + ".")
		return nil
	case errors.Is(err, chat.ErrBlocked):
		a.send(packets.UserDMBlocked{Target: p.Target})
		return nil
	default:
		return a.explainSilence(err)
	}
	a.warnOfCut(whisper.Message)
	if whisper.Silenced {
		a.send(packets.TargetIsSilenced{Target: p.Target})
	}
	if whisper.Away != "" {
		a.send(packets.Message{
			Sender:   whisper.RecipientName,
			Text:     actionStart + "is away: " + whisper.Away + actionEnd,
			Target:   a.session.User.Name,
			SenderID: whisper.Message.Recipient,
		})
	}
	if !whisper.Online {
		a.notify(whisper.RecipientName + " is offline and will see your message at the next login.")
	}
	return nil
}

// explainSilence tells a player why a line was not said.
func (a *answer) explainSilence(err error) error {
	if seconds, ok := silenceOf(err); ok {
		a.send(packets.SilenceEnd(seconds))
		return nil
	}
	switch {
	case errors.Is(err, chat.ErrEmpty):
		return nil
	case errors.Is(err, chat.ErrRestricted):
		a.notify(restrictedText)
		return nil
	case errors.Is(err, chat.ErrFlood), errors.Is(err, chat.ErrSilenced):
		a.notify(sentence(fault.As(err).Message))
		return nil
	}
	return err
}

// silenceOf returns for how long the fault says that the player is silenced.
func silenceOf(err error) (int32, bool) {
	if !errors.Is(err, chat.ErrSilenced) && !errors.Is(err, chat.ErrFlood) {
		return 0, false
	}
	n, failed := strconv.ParseInt(fault.As(err).Details["seconds"], 10, 32)
	return int32(n), failed == nil && n > 0
}

// sentence makes a fault's message fit for a screen.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	return strings.ToUpper(message[:1]) + message[1:] + "."
}

func (a *answer) warnOfCut(m chat.Message) {
	if m.Cut {
		a.notify("Your message was too long: its end is missing.")
	}
}

// unframe takes the text of a /me line out of its frame.
func unframe(text string) (string, bool) {
	inner, ok := strings.CutPrefix(text, actionStart)
	if !ok {
		return text, false
	}
	return strings.TrimSuffix(inner, actionEnd), true
}

// channel returns the channel that a client means. Its #multiplayer and #spectator are the room and the host that the
// session belongs to, which its tags say, and it has no other name for them; #highlight and #userlog exist in the client
// alone. errIgnored for a name that means nothing.
func (s *Service) channel(ctx context.Context, a *answer, name string) (string, error) {
	switch name {
	case multiplayerChannel:
		return s.ownChannel(ctx, a, roomPrefix)
	case spectatorChannel:
		return s.ownChannel(ctx, a, hostPrefix)
	case "#highlight", "#userlog":
		return "", errIgnored
	}
	if len(name) < 2 || len(name) > chat.MaxName || name[0] != '#' || clientChannel(name) != name {
		return "", errIgnored
	}
	return name, nil
}

// ownChannel returns the channel with this prefix that the session is in. Of two, as a spectator who is watched has, it is
// the one that is not named after himself.
func (s *Service) ownChannel(ctx context.Context, a *answer, prefix string) (string, error) {
	records, err := s.records.Get(ctx, sessions.Space, []string{a.session.ID})
	if err != nil {
		return "", err
	}
	found := ""
	for _, record := range records {
		for _, tag := range record.Tags {
			channel, ok := strings.CutPrefix(tag, sessions.ChannelTag(""))
			if ok && hasNumber(channel, prefix) && (found == "" || found == prefix+strconv.Itoa(int(a.session.User.ID))) {
				found = channel
			}
		}
	}
	if found == "" {
		return "", errIgnored
	}
	return found, nil
}

func (s *Service) joinChannel(ctx context.Context, a *answer, p packets.ChannelJoin) error {
	name := string(p)
	if name == multiplayerChannel || name == spectatorChannel {
		return errIgnored // the room or the host is what is joined
	}
	name, err := s.channel(ctx, a, name)
	if err != nil {
		return err
	}
	channel, err := s.chat.Join(ctx, a.session.ID, name)
	switch {
	case errors.Is(err, chat.ErrNoChannel):
		a.send(packets.ChannelKick(name))
		return nil
	case err != nil:
		return err
	}
	a.reply = appendJoined(a.reply, channel)
	return nil
}

func (s *Service) partChannel(ctx context.Context, a *answer, p packets.ChannelPart) error {
	name := string(p)
	if name == multiplayerChannel || name == spectatorChannel {
		return errIgnored // likewise
	}
	name, err := s.channel(ctx, a, name)
	if err != nil {
		return err
	}
	return s.chat.Part(ctx, a.session.ID, name)
}

// maxAway is the limit of sessions.Update.Away.
const maxAway = 512

// setAway confirms with the words of the official bot (ppy/osu-wiki wiki/Client/Interface/Chat_console).
func (s *Service) setAway(ctx context.Context, a *answer, p packets.SetAwayMessage) error {
	text := cut(p.Text, maxAway)
	if text == "" && a.session.Away == "" {
		return nil
	}
	updated, err := s.sessions.Update(ctx, a.session.ID, sessions.Update{Away: &text})
	if err != nil {
		return err
	}
	a.session = updated
	if text == "" {
		s.botSays(ctx, a, "You are no longer marked as being away")
	} else {
		s.botSays(ctx, a, "You have been marked as being away: "+text)
	}
	return nil
}

// botSays adds a private line of the bot.
func (s *Service) botSays(ctx context.Context, a *answer, text string) {
	a.reply = s.appendBotLine(ctx, a.reply, a.session.User.Name, text)
}

func (s *Service) appendBotLine(ctx context.Context, b []byte, to, text string) []byte {
	return packets.Message{Sender: s.bot.get(ctx, s.users), Text: text, Target: to, SenderID: users.BotID}.Append(b)
}

// botName remembers what the bot is called, for the few lines that it says from here. The zero value is ready.
type botName struct {
	mu    sync.Mutex
	name  string
	asked time.Time
}

// botNameAge is how long a rename of the bot may go unnoticed.
const botNameAge = 10 * time.Minute

func (n *botName) get(ctx context.Context, accounts users.Accounts) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.name == "" || time.Since(n.asked) > botNameAge {
		if found, err := accounts.Get(ctx, []int32{users.BotID}); err == nil && len(found) == 1 {
			n.name, n.asked = found[0].Name, time.Now()
		}
	}
	if n.name == "" {
		return "BanchoBot" // what everybody calls it
	}
	return n.name
}

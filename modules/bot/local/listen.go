package local

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

const (
	// poll is how long one drain waits for a line.
	poll = 10 * time.Second
	// patience bounds one command, so that it cannot keep the others waiting.
	patience = 10 * time.Second
	// firstPause and longestPause bound the wait after a failure.
	firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second
	// maxLines bounds a reply.
	maxLines = 64
)

// Run answers what is written to the bot, and follows scores, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var following sync.WaitGroup
	defer following.Wait()
	if s.config.AnnounceFirsts && s.deps.Scores != nil && s.deps.Beatmaps != nil {
		following.Go(func() { s.followScores(ctx) })
	}
	pause := firstPause
	for ctx.Err() == nil {
		id, err := s.session(ctx)
		if err == nil {
			pause = firstPause
			err = s.serve(ctx, id)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		s.deps.Log.WarnContext(ctx, "bot listens again", "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		case <-ctx.Done():
		}
	}
	return nil
}

// session returns the bot's session, which it opens when there is none.
func (s *Service) session(ctx context.Context) (string, error) {
	list, err := s.deps.Sessions.Of(ctx, []int32{users.BotID})
	if err != nil {
		return "", err
	}
	for _, session := range list {
		if session.Kind == sessions.Bot {
			return session.ID, nil
		}
	}
	found, err := s.deps.Users.Get(ctx, []int32{users.BotID})
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", users.ErrNotFound
	}
	opened, err := s.deps.Sessions.Open(ctx, sessions.Opening{
		User:     found[0],
		Kind:     sessions.Bot,
		Location: sessions.Location{Country: string(osu.SatelliteProvider)},
	})
	return opened.Session.ID, err
}

// serve answers lines until the session is over, which is no error.
func (s *Service) serve(ctx context.Context, id string) error {
	for {
		mail, err := s.deps.State.Drain(ctx, sessions.Space, id, state.Take{Wait: poll})
		if errors.Is(err, state.ErrNoRecord) {
			return nil
		}
		if err != nil {
			return err
		}
		if mail.Lost > 0 {
			s.deps.Log.WarnContext(ctx, "bot missed lines", "events", mail.Lost)
		}
		for _, item := range mail.Items {
			event, err := wire.Unpack(item.Data)
			if err != nil {
				s.deps.Log.DebugContext(ctx, "bot skips an event", "error", err)
				continue
			}
			switch event := event.(type) {
			case *chatpb.Said:
				s.hear(ctx, event.GetMessage())
			case *chatpb.Whispered:
				if event.GetMessage().GetRecipient() == users.BotID {
					s.hear(ctx, event.GetMessage())
				}
			case *sessionspb.Closed:
				return s.deps.Sessions.Close(ctx, id, sessions.Reason(event.GetReason()))
			}
		}
	}
}

// hear answers one line.
func (s *Service) hear(ctx context.Context, m *chatpb.Message) {
	if m.GetSenderId() == users.BotID {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var reply bot.Reply
	var err error
	if m.GetAction() {
		reply, err = s.notice(ctx, m.GetSenderId(), m.GetChannel(), m.GetText())
	} else {
		reply, err = s.Execute(ctx, bot.Invocation{UserID: m.GetSenderId(), Channel: m.GetChannel(), Text: m.GetText()})
	}
	if err != nil {
		reply = s.excuse(ctx, m, err)
	}
	for _, line := range reply.Lines[:min(len(reply.Lines), maxLines)] {
		answer := chat.Line{SenderID: users.BotID, Text: line, Automatic: true}
		if reply.Public {
			answer.Target = m.GetChannel()
			_, err = s.deps.Chat.Say(ctx, answer)
		} else {
			answer.Target = m.GetSenderName()
			_, err = s.deps.Chat.Whisper(ctx, answer)
		}
		if err != nil {
			s.deps.Log.WarnContext(ctx, "bot could not answer", "user", m.GetSenderId(), "error", err)
			return
		}
	}
}

// excuse says why a command failed. A word that is no command is not worth an answer where others talk.
func (s *Service) excuse(ctx context.Context, m *chatpb.Message, err error) bot.Reply {
	if errors.Is(err, bot.ErrNoCommand) {
		if m.GetChannel() != "" {
			return bot.Reply{}
		}
		return bot.Reply{Lines: []string{"I do not know that one. " + s.config.Prefix + "help lists what I do."}}
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return bot.Reply{Lines: []string{f.Message}}
	}
	s.deps.Log.ErrorContext(ctx, "command failed", "user", m.GetSenderId(), "error", err)
	return bot.Reply{Lines: []string{"That did not work. Please try again in a moment."}}
}

package local

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu/packets"
)

const (
	// maxToken is far above the length of any token of ours.
	maxToken = 128

	// answerRoom, answersRoom, mailRoom and bundleRoom share out bancho.MaxReply. Lists stop growing when the answers to the
	// packets of one request have reached the first, and no answer goes beyond the second. Of the mail so many bytes of
	// events are taken; their packets are at most mailGrowth times as large, for the shortest events. Bundles of ids have
	// room of their own among the answers, and what is left of it beside mail.
	answerRoom  = bancho.MaxReply / 4
	bundleRoom  = bancho.MaxReply / 4
	answersRoom = answerRoom + bundleRoom
	mailRoom    = bancho.MaxReply / 8
	mailGrowth  = 3
)

// Exchange implements bancho.Service. An idle poll costs one Drain and nothing else. Mail comes at least once: what was given
// to a client is acknowledged later (receipts.go).
func (s *Service) Exchange(ctx context.Context, token string, body []byte) ([]byte, error) {
	if len(body) > bancho.MaxRequest {
		return nil, bancho.ErrTooLarge
	}
	if len(token) > maxToken {
		return restart(), nil
	}
	id := sessions.ID(token)
	turn, err := s.turns.take(ctx, id)
	if err != nil {
		return nil, err
	}
	defer s.turns.give(id, turn)

	var reply []byte
	if !idle(body) {
		answer, err := s.answer(ctx, id, body)
		if err != nil {
			return nil, err
		}
		if answer.over {
			return answer.reply, nil
		}
		reply = answer.reply
	}
	acknowledged, keep := s.receipts.of(id)
	mail, err := s.queues.Drain(ctx, sessions.Space, id, state.Take{Acknowledge: acknowledged, Keep: keep, MaxBytes: mailRoom})
	switch {
	case errors.Is(err, state.ErrNoRecord):
		return restart(), nil
	case err != nil && len(reply) > 0: // what was asked is answered; the mail is still there next time
		s.log.LogAttrs(ctx, slog.LevelWarn, "drain an outbox", slog.String("session", id), slog.Any("error", err))
		return reply, nil
	case err != nil:
		return nil, err
	}
	reply = s.deliver(ctx, id, reply, mail)
	if err := ctx.Err(); err != nil {
		return nil, err // nobody waits for the mail any more: it comes again
	}
	s.receipts.given(id, acknowledged, keep, mail)
	return reply, nil
}

// restart answers a token that nobody knows: the client logs in again without a word.
func restart() []byte { return packets.Restart(0).Append(nil) }

// idle reports whether a client has nothing to say. A damaged body is not idle: it is counted where packets are handled.
func idle(body []byte) bool {
	for p, err := range packets.Split(body, packets.ClientLimit) {
		if err != nil || p.ID != packets.IDPing {
			return false
		}
	}
	return true
}

// answer is the work on the packets of one request.
type answer struct {
	session sessions.Session
	reply   []byte
	over    bool // the client has logged out: there is nothing more to say
	excused bool // it was told that something failed
}

// answer handles the packets of a body in order. Those after damage are dropped and counted, and so are those beyond the
// session's allowance. A session that has ended handles nothing: draining it tells the client why. The fault is that of a
// session which could not be read, so that nothing was handled; when a player said something, he is told instead.
func (s *Service) answer(ctx context.Context, id string, body []byte) (*answer, error) {
	a := new(answer)
	var err error
	if a.session, err = s.sessions.Get(ctx, id); err != nil {
		if errors.Is(err, sessions.ErrNoSession) {
			return a, nil
		}
		for p, broken := range packets.Split(body, packets.ClientLimit) {
			if broken == nil {
				s.failed(ctx, a, p.ID, err)
			}
		}
		if a.excused {
			return &answer{reply: a.reply, over: true}, nil
		}
		return nil, err
	}
	config := s.config.Load()
	allowed := s.flood.take(id, count(body), config.PacketRate, config.PacketBurst, time.Now())
	for p, err := range packets.Split(body, packets.ClientLimit) {
		if err != nil {
			s.damaged(ctx, a, err)
			break
		}
		if p.ID == packets.IDPing {
			continue
		}
		if allowed--; allowed < 0 {
			s.metrics.dropped.WithLabelValues(dropFlood).Inc()
			continue
		}
		before := len(a.reply)
		switch err := s.handle(ctx, a, p); {
		case err == nil:
			s.metrics.packets.WithLabelValues(label(p.ID)).Inc()
		case errors.Is(err, errFlood):
			s.metrics.dropped.WithLabelValues(dropFlood).Inc()
		case errors.Is(err, errIgnored):
			s.metrics.ignored.WithLabelValues(label(p.ID)).Inc()
		case errors.As(err, new(*packets.DecodeError)):
			s.damaged(ctx, a, err)
		default:
			s.failed(ctx, a, p.ID, err)
		}
		if len(a.reply) > answersRoom { // what was asked is done; only a flood of packets has so many answers
			a.reply = a.reply[:before]
			s.metrics.dropped.WithLabelValues(dropAnswer).Inc()
		}
		if a.over {
			break
		}
	}
	return a, nil
}

// count returns how many packets a body has, pings apart.
func count(body []byte) (n int) {
	for p, err := range packets.Split(body, packets.ClientLimit) {
		if err == nil && p.ID != packets.IDPing {
			n++
		}
	}
	return n
}

func (s *Service) damaged(ctx context.Context, a *answer, err error) {
	s.metrics.dropped.WithLabelValues(dropDamaged).Inc()
	s.log.LogAttrs(ctx, slog.LevelDebug, "drop a damaged packet", slog.String("session", a.session.ID), slog.Any("error", err))
}

// failed is for packets that a module did not take. What the player did on purpose he is told about, once; a status that is
// lost mends itself with the next one.
func (s *Service) failed(ctx context.Context, a *answer, id packets.ID, err error) {
	s.metrics.dropped.WithLabelValues(dropFailed).Inc()
	level := slog.LevelDebug
	switch fault.KindOf(err) {
	case fault.Internal, fault.Unavailable, fault.DeadlineExceeded:
		level = slog.LevelWarn
	}
	s.log.LogAttrs(ctx, level, "a packet failed", slog.String("session", a.session.ID), slog.String("packet", id.String()),
		slog.Any("error", err))
	if a.excused || !deliberate(id) {
		return
	}
	a.excused = true
	a.notify("The server could not do that at the moment. Please try again in a while.")
}

// deliberate reports whether a player sends such a packet on purpose.
func deliberate(id packets.ID) bool {
	switch id {
	case packets.IDPublicMessage, packets.IDPrivateMessage, packets.IDChannelJoin, packets.IDSetAwayMessage,
		packets.IDFriendAdd, packets.IDFriendRemove:
		return true
	}
	return false
}

// notify shows a text on the player's screen.
func (a *answer) notify(text string) { a.reply = packets.Notification(text).Append(a.reply) }

// send adds a packet.
func (a *answer) send(p packets.Packet) { a.reply = p.Append(a.reply) }

// full reports whether the answer has grown so much that lists must wait until the client asks again.
func (a *answer) full() bool { return len(a.reply) >= answerRoom }

// errIgnored says that nothing here handles a packet.
var errIgnored = errors.New("ignored")

// errFlood says that a packet is one too many of its kind.
var errFlood = errors.New("too many")

// handle does what a packet asks. Its error is a *packets.DecodeError, errIgnored, errFlood, or the fault of a module. Packets of
// multiplayer and tournaments are taken and ignored.
func (s *Service) handle(ctx context.Context, a *answer, p packets.Raw) error {
	switch p.ID {
	case packets.IDChangeAction:
		return decoded(ctx, a, p, s.changeAction)
	case packets.IDRequestStatusUpdate:
		return s.tellOwnStats(ctx, a)
	case packets.IDPublicMessage:
		return decoded(ctx, a, p, s.publicMessage)
	case packets.IDPrivateMessage:
		return decoded(ctx, a, p, s.privateMessage)
	case packets.IDSetAwayMessage:
		return decoded(ctx, a, p, s.setAway)
	case packets.IDChannelJoin:
		return decoded(ctx, a, p, s.joinChannel)
	case packets.IDChannelPart:
		return decoded(ctx, a, p, s.partChannel)
	case packets.IDFriendAdd:
		return decoded(ctx, a, p, s.addFriend)
	case packets.IDFriendRemove:
		return decoded(ctx, a, p, s.removeFriend)
	case packets.IDReceiveUpdates:
		return decoded(ctx, a, p, s.receiveUpdates)
	case packets.IDUserStatsRequest:
		return decoded(ctx, a, p, s.tellStats)
	case packets.IDUserPresenceRequest:
		return decoded(ctx, a, p, s.tellPresences)
	case packets.IDUserPresenceRequestAll:
		return s.tellEverybody(ctx, a)
	case packets.IDToggleBlockNonFriendDMs:
		return decoded(ctx, a, p, s.blockStrangers)
	case packets.IDStartSpectating:
		return decoded(ctx, a, p, s.startSpectating)
	case packets.IDStopSpectating:
		return s.stopSpectating(ctx, a)
	case packets.IDSpectateFrames:
		return s.spectateFrames(ctx, a, p)
	case packets.IDCantSpectate:
		return s.cannotSpectate(ctx, a)
	case packets.IDErrorReport:
		return decoded(ctx, a, p, s.errorReport)
	case packets.IDIRCOnly:
		return nil
	case packets.IDLogout:
		return s.logout(ctx, a)
	}
	return errIgnored
}

// decoded reads a packet of type P and hands it to its handler.
func decoded[P any, D interface {
	*P
	Decode(payload []byte) error
}](ctx context.Context, a *answer, p packets.Raw, handle func(context.Context, *answer, P) error) error {
	var packet P
	if err := D(&packet).Decode(p.Payload); err != nil {
		return err
	}
	return handle(ctx, a, packet)
}

// earlyLogout is how long after a login a logout is ignored: clients send one that they do not mean.
// Source: osuAkatsuki/bancho.py app/api/domains/cho.py.
const earlyLogout = time.Second

func (s *Service) logout(ctx context.Context, a *answer) error {
	if time.Since(a.session.StartedAt) < earlyLogout {
		return errIgnored
	}
	if err := s.sessions.Close(ctx, a.session.ID, sessions.ReasonLogout); err != nil {
		return err
	}
	a.over = true
	return nil
}

func (s *Service) errorReport(ctx context.Context, a *answer, p packets.ErrorReport) error {
	s.log.LogAttrs(ctx, slog.LevelDebug, "a client reports an error", slog.String("session", a.session.ID),
		slog.String("report", cut(string(p), 4096)))
	return nil
}

package local

import (
	"context"
	"log/slog"
	"time"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu/packets"
)

// The figures of a session are those of the ruleset and variant that its player is in. When they change, the rankings module
// tells all sessions that show them. What is asked for here is what it cannot know of: a player who turns to another board, and
// one who has just come. A login does not wait for figures: its client asks for them in the next breath (packet 3).

// statsTimeout bounds the wait for figures: a status is worth more than the numbers beside it.
const statsTimeout = 2 * time.Second

// stats returns the figures that belong to a status of a user, nil when they cannot be had.
func (s *Service) stats(ctx context.Context, userID int32, status sessions.Status) *sessions.Stats {
	if s.rankings == nil {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, statsTimeout)
	defer cancel()
	figures, err := s.rankings.Statistics(waiting, []int32{userID}, rankings.BoardOf(status))
	if ctx.Err() != nil {
		return nil
	}
	if err != nil || len(figures) != 1 {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the statistics of a player are not known", slog.Int("user", int(userID)), slog.Any("error", err))
		return nil
	}
	stats := figures[0].Stats()
	return &stats
}

func (s *Service) changeAction(ctx context.Context, a *answer, p packets.ChangeAction) error {
	if s.statuses.take(a.session.ID, 1, statusRate, statusBurst, time.Now()) == 0 {
		return errFlood
	}
	status := statusOf(p)
	update := sessions.Update{Status: &status}
	if s.rankings != nil && rankings.BoardOf(status) != rankings.BoardOf(a.session.Status) {
		if update.Stats = s.stats(ctx, a.session.User.ID, status); update.Stats == nil {
			update.Stats = new(sessions.Stats) // better none than those of another ruleset
		}
	}
	updated, err := s.sessions.Update(ctx, a.session.ID, update)
	if err != nil {
		return err
	}
	figures := a.session.Stats
	a.session = updated
	if updated.Stats != figures && !a.full() { // others hear of it; the client itself knows its status, and not these
		a.send(statsPacket(updated.User.ID, updated.Status, updated.Stats))
	}
	return nil
}

// tellOwnStats answers with the player's own figures. Those of a session without any are asked for, as after a login.
func (s *Service) tellOwnStats(ctx context.Context, a *answer) error {
	if a.session.Stats == (sessions.Stats{}) {
		stats := s.stats(ctx, a.session.User.ID, a.session.Status)
		if stats != nil && *stats != (sessions.Stats{}) {
			updated, err := s.sessions.Update(ctx, a.session.ID, sessions.Update{Stats: stats})
			if err != nil {
				return err
			}
			a.session = updated
		}
	}
	a.send(statsPacket(a.session.User.ID, a.session.Status, a.session.Stats))
	return nil
}

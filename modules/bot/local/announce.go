package local

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// announcedSpace is the state space of the scores that were announced, and announcedTime how long they are known there. Every
// process hears of every score: the one that puts it there says it.
const (
	announcedSpace = "bot.announced"
	announcedTime  = 10 * time.Minute
)

// followScores says who leads a board now, until ctx ends. What was recorded while nobody listened is old news.
func (s *Service) followScores(ctx context.Context) {
	begin := func(context.Context) error { return nil }
	view.Listen(ctx, s.deps.State, []string{scores.Topic}, s.deps.Log, begin, func(ctx context.Context, notice state.Notice) error {
		event, err := wire.Unpack(notice.Payload)
		if err != nil {
			return err
		}
		message, ok := event.(*scorespb.Recorded)
		if !ok {
			return nil
		}
		recorded, err := scorespb.ToRecorded(message)
		if err != nil {
			return err
		}
		result := &recorded.Result
		if !result.Best || result.After != 1 || !result.Score.Ranked || result.Score.ID == 0 {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := s.announceFirst(ctx, result); err != nil { // the others are not worse for it
			s.deps.Log.WarnContext(ctx, "a first place was not announced", "score", result.Score.ID, "error", err)
		}
		return nil
	})
}

// announceFirst says who leads a board now.
func (s *Service) announceFirst(ctx context.Context, result *scores.Result) error {
	play := &result.Score
	ids := []int32{play.UserID}
	if result.Dethroned != 0 && result.Dethroned != play.UserID {
		ids = append(ids, result.Dethroned)
	}
	people, err := s.deps.Users.Get(ctx, ids)
	if err != nil {
		return err
	}
	if len(people) == 0 || people[0].ID != play.UserID || people[0].Restricted {
		return nil
	}
	found, err := s.beatmap(ctx, play.BeatmapID)
	if err != nil {
		return err
	}
	if ok, err := s.claim(ctx, play.ID); !ok {
		return err
	}
	var line strings.Builder
	fmt.Fprintf(&line, "%s achieved #1 on %s <%s>%s with %.2f%% for %s.", s.profile(people[0]), s.link(&found), play.Ruleset.Name(),
		modSuffix(play.Mods.Legacy(play.Ruleset)), 100*play.Accuracy, worthOf(play, result.Metric))
	if len(people) > 1 && !people[1].Restricted {
		fmt.Fprintf(&line, " (Previous #1: %s)", s.profile(people[1]))
	}
	_, err = s.deps.Chat.Say(ctx, chat.Line{
		SenderID: users.BotID, Target: s.config.AnnounceChannel, Text: line.String(), Automatic: true,
	})
	return err
}

// claim reports whether this process is the one that announces a score.
func (s *Service) claim(ctx context.Context, scoreID int64) (bool, error) {
	_, err := s.deps.State.Apply(ctx, []state.Change{{Put: &state.Put{
		Space: announcedSpace, Key: strconv.FormatInt(scoreID, 10), TTL: announcedTime, IfVersion: new(uint64),
	}}})
	if errors.Is(err, state.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// worthOf is pp where there is any, otherwise the number that the board compares.
func worthOf(play *scores.Score, metric scores.Metric) string {
	switch {
	case play.PP != nil:
		return fmt.Sprintf("%.2fpp", *play.PP)
	case metric == scores.ByTotal:
		return thousands(play.Total)
	}
	return thousands(play.Classic)
}

// profile writes a user as a link that the client shows by his name.
func (s *Service) profile(u users.User) string {
	return fmt.Sprintf("[%s%d %s]", s.config.ProfileURL, u.ID, u.Name)
}

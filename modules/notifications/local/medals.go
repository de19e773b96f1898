package local

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/notifications"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
)

// tellWithin bounds the telling of a batch, so that a state that hangs does not keep the follower.
const tellWithin = 5 * time.Second

// plan implements follow.Plan.
func (s *Service) plan(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
	var rows []row
	for _, e := range entries {
		if !earning(e) {
			continue
		}
		medals, err := s.deps.Medals.Earned(ctx, e.Seq, e.Score.ID)
		if err != nil {
			return follow.Effects{}, err
		}
		for _, medal := range medals {
			r, err := s.medal(e.UserID, e.At, medal)
			if err != nil {
				return follow.Effects{}, err
			}
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return follow.Effects{}, nil
	}
	var told []notifications.Notification
	return follow.Effects{
		Write: func(ctx context.Context, tx bun.Tx) (err error) {
			told, err = s.store.add(ctx, tx, rows)
			return err
		},
		Then: func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, tellWithin)
			defer cancel()
			if err := s.tell(ctx, told); err != nil {
				s.deps.Log.WarnContext(ctx, "players are not told of medals now, and find them in their list", "medals", len(told), "error", err)
			}
		},
	}, nil
}

// earning reports whether an entry is about a score that may have earned something, of a player whom it may be told.
func earning(e scores.Entry) bool {
	return e.Score != nil && e.Kind != scores.ScoreRemoved && !e.Score.Removed && e.Score.Passed && e.Score.Ranked && !e.Hidden
}

// medalDetails are the details of a medal's notification as lazer reads them (ppy/osu
// osu.Game/Online/Notifications/WebSocket/Events/UserAchievementUnlock.cs).
type medalDetails struct {
	AchievementID   int32   `json:"achievement_id"`
	AchievementMode *string `json:"achievement_mode"` // null for all rulesets
	CoverURL        string  `json:"cover_url"`
	Slug            string  `json:"slug"`
	Title           string  `json:"title"`
	Description     string  `json:"description"`
	UserID          int32   `json:"user_id"`
}

// medal is the notification of a medal. Its object is the player, who is also the one who did it.
func (s *Service) medal(userID int32, at time.Time, medal achievements.Achievement) (row, error) {
	details := medalDetails{
		AchievementID: medal.ID, Slug: medal.File, Title: medal.Name, Description: medal.Description, UserID: userID,
		CoverURL: "https://assets." + s.deps.Domain + "/medals/client/" + medal.File + "@2x.png",
	}
	if medal.Ruleset != nil {
		name := medal.Ruleset.String()
		details.AchievementMode = &name
	}
	text, err := json.Marshal(details)
	if err != nil {
		return row{}, err
	}
	return rowOf(notifications.Notification{
		UserID: userID, Name: notifications.Medal, Key: strconv.Itoa(int(medal.ID)), ObjectType: "user", ObjectID: int64(userID),
		SourceID: userID, Details: text, At: at,
	}), nil
}

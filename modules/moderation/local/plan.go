package local

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
)

// plan implements follow.Plan: what a submission itself says is kept, and plays that were passed are to be inspected.
func (s *Service) plan(_ context.Context, entries []scores.Entry) (follow.Effects, error) {
	var (
		found []moderation.Finding
		due   []int64
	)
	for _, e := range entries {
		if e.Kind != scores.ScoreRecorded || e.Score == nil || e.Score.Removed {
			continue
		}
		found = append(found, hints(e.Score)...)
		if e.Score.Passed {
			due = append(due, e.Score.ID)
		}
	}
	if len(found)+len(due) == 0 {
		return follow.Effects{}, nil
	}
	return follow.Effects{
		Write: func(ctx context.Context, tx bun.Tx) error {
			at := now()
			if err := s.store.queue(ctx, tx, due, at); err != nil {
				return err
			}
			return s.store.keep(ctx, tx, found, at)
		},
		Then: func(context.Context) {
			select {
			case s.wake <- struct{}{}:
			default:
			}
		},
	}, nil
}

// hints returns what a score says by itself.
func hints(score *scores.Score) []moderation.Finding {
	var found []moderation.Finding
	for _, d := range score.Doubts {
		if !kindName.MatchString(d.Kind) || d.Kind == "no_replay" { // of which the score itself tells, whatever its edge
			continue
		}
		found = append(found, about(score, d.Kind, weightOfDoubt(d), d.Detail))
	}
	if score.Passed && score.Client == scores.Stable && !score.HasReplay {
		found = append(found, about(score, kindReplayMissing, weightOf(kindReplayMissing), "passed, but without a replay"))
	}
	return found
}

// about makes a finding about a score.
func about(score *scores.Score, kind string, weight int32, detail string) moderation.Finding {
	return moderation.Finding{Kind: kind, UserID: score.UserID, ScoreID: score.ID, Weight: weight, Detail: clean(detail)}
}

// clean makes a text of a client storable and as long as a detail may be.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if len(text) > moderation.MaxDetail {
		text = strings.ToValidUTF8(text[:moderation.MaxDetail], "")
	}
	return text
}

// now is the time as every database stores it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

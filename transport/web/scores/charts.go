package scores

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/submission"
)

// charts answers a play that counts. The score is safe already, so what cannot be found out is left out.
func (s *Server) charts(ctx context.Context, result *scores.Result) []byte {
	play := &result.Score
	response := submission.Response{
		Beatmap: submission.BeatmapFigures{ID: play.BeatmapID, Plays: result.Plays, Passes: result.Passes},
		Ranking: submission.Chart{
			URL:   fmt.Sprintf("https://osu.%s/b/%d", s.deps.Domain, play.BeatmapID),
			After: figuresOfScore(play, result.After),
		},
		Overall: submission.Chart{URL: fmt.Sprintf("https://osu.%s/u/%d", s.deps.Domain, play.UserID)},
		ScoreID: play.ID,
	}
	if result.Previous != nil {
		before := figuresOfScore(result.Previous, result.Before)
		response.Ranking.Before = &before
	}
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: play.BeatmapID}})
	if s.mind(ctx, "beatmap", err) && len(found) > 0 {
		response.Beatmap.SetID, response.Beatmap.ApprovedAt = found[0].Set.ID, found[0].Set.RankedAt
	}
	if s.deps.Rankings != nil {
		effect, err := s.deps.Rankings.Effect(ctx, result.Seq, play.ID)
		if s.mind(ctx, "rankings", err) {
			response.Overall.After = figuresOfPlayer(&effect.After)
			if effect.Before.Playcount > 0 {
				before := figuresOfPlayer(&effect.Before)
				response.Overall.Before = &before
			}
		}
	}
	if s.deps.Achievements != nil {
		earned, err := s.deps.Achievements.Earned(ctx, result.Seq, play.ID)
		s.mind(ctx, "achievements", err)
		for _, a := range earned {
			response.Achievements = append(response.Achievements, submission.Achievement{File: a.File, Name: a.Name, Description: a.Description})
		}
	}
	return response.Append(make([]byte, 0, 1<<10))
}

// mind logs an error that costs only a part of the charts, and reports whether there is none.
func (s *Server) mind(ctx context.Context, part string, err error) bool {
	if err != nil {
		s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "charts are incomplete", slog.String("part", part), slog.Any("error", err))
	}
	return err == nil
}

func figuresOfScore(play *scores.Score, position int32) submission.Figures {
	return submission.Figures{
		Rank: position, RankedScore: play.Classic, TotalScore: play.Classic, MaxCombo: play.MaxCombo, Accuracy: play.Accuracy,
		PP: performanceOf(play),
	}
}

func figuresOfPlayer(s *rankings.Statistics) submission.Figures {
	return submission.Figures{
		Rank: s.GlobalRank, RankedScore: s.RankedScore, TotalScore: s.TotalScore, MaxCombo: s.MaxCombo, Accuracy: s.Accuracy, PP: s.PP,
	}
}

// performanceOf returns the pp of a score, 0 for one that earns none.
func performanceOf(play *scores.Score) float64 {
	if play.PP == nil {
		return 0
	}
	return *play.PP
}

// congratulate shows the player which position his best score has reached. It is no loss when it cannot.
func (s *Server) congratulate(ctx context.Context, result *scores.Result) {
	if !s.config.Notify || s.deps.State == nil || !result.Best || result.After <= 0 {
		return
	}
	worth := thousands(result.Score.Classic)
	if result.Score.PP != nil {
		worth = strconv.FormatFloat(*result.Score.PP, 'f', 2, 64) + "pp"
	}
	text := fmt.Sprintf("You achieved #%s! (%s)", thousands(int64(result.After)), worth)
	if variant := result.Score.Variant; variant != osu.Vanilla {
		text = "[" + variant.String() + "] " + text
	}
	_, err := s.deps.State.Append(ctx, state.Append{
		Space: sessions.Space, Tags: []string{sessions.UserTag(result.Score.UserID)},
		Item: wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: text})),
	})
	if err != nil {
		s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a player was not congratulated", slog.Any("error", err))
	}
}

// thousands writes a number that is not negative with commas.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(d)
	}
	return b.String()
}

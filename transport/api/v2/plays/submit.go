package plays

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// Bounds of a submission.
const (
	maxBody   = 1 << 20 // bytes
	maxPauses = 1000
	maxTotal  = math.MaxInt32
	maxPlay   = 24 * time.Hour
)

// play is what lazer tells of a play. What it tells of the beatmap, and whether it thinks the play ranked, does not matter here; nor
// do fields that newer builds add.
type play struct {
	Accuracy         *float64                   `json:"accuracy"`
	MaxCombo         *int64                     `json:"max_combo"`
	Maximum          map[string]json.RawMessage `json:"maximum_statistics"`
	Mods             json.RawMessage            `json:"mods"`
	Passed           *bool                      `json:"passed"`
	Pauses           []int32                    `json:"pauses"`
	Rank             string                     `json:"rank"`
	Statistics       map[string]json.RawMessage `json:"statistics"`
	Total            *int64                     `json:"total_score"`
	TotalWithoutMods *int64                     `json:"total_score_without_mods"`
}

// submit takes a play. Submitting it again returns the same score, whatever else is said then.
func (a *Area) submit(ctx context.Context, r *v2.Request) (any, error) {
	if !a.cfg.Submission {
		return nil, errDisabled
	}
	id, err := r.ID("beatmap")
	if err != nil {
		return nil, err
	}
	tokenID, err := r.LongID("token")
	if err != nil {
		return nil, v2.NotFound("score token")
	}
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Patience)
	defer cancel()
	key := scores.TokenKey(tokenID)
	result, err := patiently(ctx, func() (scores.Result, error) { return a.deps.Scores.Submitted(ctx, r.UserID(), key) })
	if err == nil {
		if result.Score.BeatmapID != id {
			return nil, v2.NotFound("score token")
		}
		return a.submitted(r, &result)
	}
	token, err := a.token(ctx, r, tokenID, id)
	if err != nil {
		return nil, err
	}
	var told play
	if err := r.JSON(&told, maxBody); err != nil {
		return nil, err
	}
	entry, err := told.entry(&token)
	if err != nil {
		return nil, err
	}
	a.time(ctx, &entry, &token)
	return a.take(ctx, r, entry, &token)
}

// token returns the token of a play of the user on the beatmap.
func (a *Area) token(ctx context.Context, r *v2.Request, id int64, beatmapID int32) (scores.Token, error) {
	token, err := patiently(ctx, func() (scores.Token, error) { return a.deps.Scores.Token(ctx, id) })
	if errors.Is(err, scores.ErrNoToken) || err == nil && (token.UserID != r.UserID() || token.BeatmapID != beatmapID) {
		return token, v2.NotFound("score token")
	}
	return token, err
}

// entry checks what is told and returns it as the scores module takes it, without times.
// Source of the refusals: ppy/osu-web app/Models/Solo/Score.php, assertCompleted.
func (p *play) entry(token *scores.Token) (scores.Submission, error) {
	s := scores.Submission{
		Key: scores.TokenKey(token.ID), UserID: token.UserID, Client: scores.Lazer, ClientVersion: token.ClientVersion,
		BeatmapMD5: token.BeatmapMD5, Ruleset: token.Ruleset, Pauses: p.Pauses[:min(len(p.Pauses), maxPauses)], TotalWithoutMods: p.TotalWithoutMods,
	}
	var err error
	switch s.Grade, err = osu.ParseGrade(p.Rank); {
	case err != nil || s.Grade == osu.GradeNone:
		return s, unprocessable(fmt.Sprintf("'%.16s' is not a valid rank.", p.Rank))
	case p.Accuracy == nil || !(*p.Accuracy >= 0 && *p.Accuracy <= 1):
		return s, unprocessable("Invalid accuracy.")
	case p.Total == nil || *p.Total <= 0 || *p.Total > maxTotal:
		return s, unprocessable("Invalid total_score.")
	case p.TotalWithoutMods != nil && (*p.TotalWithoutMods < 0 || *p.TotalWithoutMods > maxTotal):
		return s, unprocessable("Invalid total_score_without_mods.")
	case p.MaxCombo == nil:
		return s, unprocessable("field missing: 'max_combo'")
	case *p.MaxCombo < 0 || *p.MaxCombo > math.MaxInt32:
		return s, unprocessable("Invalid max_combo.")
	case p.Passed == nil:
		return s, unprocessable("field missing: 'passed'")
	}
	if s.Passed = *p.Passed; !s.Passed {
		s.Grade = osu.GradeF
	}
	s.Accuracy, s.Total, s.MaxCombo = *p.Accuracy, *p.Total, int32(*p.MaxCombo)
	if s.Statistics, err = counts("statistics", p.Statistics); err != nil {
		return s, err
	}
	if len(s.Statistics) == 0 {
		return s, unprocessable("field cannot be empty: 'statistics'")
	}
	if s.Maximum, err = counts("maximum_statistics", p.Maximum); err != nil {
		return s, err
	}
	if maximum, err := score.FromMap(s.Maximum); err == nil {
		s.FullCombo = s.Passed && maximum.Combo() > 0 && int(s.MaxCombo) >= maximum.Combo()
	}
	s.Mods, err = p.mods(token.Ruleset)
	return s, err
}

// counts reads judgements. Those whose names are not known here, because the client is newer, are left out.
func counts(field string, told map[string]json.RawMessage) (map[string]int32, error) {
	out := make(map[string]int32, len(told))
	for name, raw := range told {
		result, err := score.ParseResult(name)
		if err != nil || result.String() != name {
			continue
		}
		var n int32
		if err := json.Unmarshal(raw, &n); err != nil || n < 0 {
			return nil, unprocessable("Invalid " + field + ".")
		}
		if n > 0 {
			out[name] = n
		}
	}
	return out, nil
}

// mods reads the mods. Settings that the game does not know are dropped, mods that it does not know are refused.
func (p *play) mods(in osu.Ruleset) (mods.Set, error) {
	if len(p.Mods) == 0 {
		return nil, nil
	}
	var told mods.Set
	if err := json.Unmarshal(p.Mods, &told); err != nil {
		return nil, unprocessable("invalid mods specified")
	}
	for _, m := range told {
		if _, ok := mods.Lookup(in, m.Acronym); !ok {
			return nil, unprocessable(fmt.Sprintf("invalid mod for ruleset: %.8s", m.Acronym))
		}
	}
	known := mods.Known(in, told)
	if err := mods.Validate(in, known); err != nil {
		return nil, unprocessable(err.Error())
	}
	return known, nil
}

// time adds when the play ended, and how long it took at most: the token was given out when it was loaded, and who pauses does not play.
func (a *Area) time(ctx context.Context, s *scores.Submission, token *scores.Token) {
	s.EndedAt = time.Now().UTC()
	elapsed := max(s.EndedAt.Sub(token.IssuedAt), 0)
	s.PlayTime = min(elapsed, maxPlay)
	found, err := a.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{MD5: s.BeatmapMD5}})
	if err != nil {
		a.deps.Log.LogAttrs(ctx, slog.LevelWarn, "how long a beatmap is could not be asked", slog.String("key", s.Key), slog.Any("error", err))
	}
	if len(found) == 0 || found[0].Beatmap.Length <= 0 {
		return
	}
	if rate := s.Mods.Rate(); rate > 0 {
		length := time.Duration(float64(found[0].Beatmap.Length) / rate)
		s.PlayTime = min(s.PlayTime, length)
		if s.Passed && elapsed < length/2 { // half of it may be spent before mods that change the rate have done so
			s.Doubts = append(s.Doubts, scores.Doubt{
				Kind: "too_fast", Detail: fmt.Sprintf("%v for %v", elapsed.Round(time.Second), length.Round(time.Second)),
			})
		}
	}
}

// Between attempts to have a submission taken, or to see what became of it.
const firstPause, lastPause = 50 * time.Millisecond, 2 * time.Second

// patiently asks a module until it answers: it may be on its way up again, and lazer does not try again.
func patiently[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		answer, err := ask()
		if !away(err) {
			return answer, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return answer, err
		}
	}
}

// away reports whether a module could not be reached, or did not answer in time. What it was asked for may have happened.
func away(err error) bool {
	kind := fault.KindOf(err)
	return (kind == fault.Unavailable || kind == fault.DeadlineExceeded) && !errors.Is(err, scores.ErrPending)
}

// take submits a play and waits until it is processed, but not so long that lazer gives up, which does not try again.
func (a *Area) take(ctx context.Context, r *v2.Request, entry scores.Submission, token *scores.Token) (any, error) {
	kept := false
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		result, err := a.deps.Scores.Submit(ctx, entry)
		switch {
		case err == nil:
			return a.submitted(r, &result)
		case errors.Is(err, scores.ErrPending), errors.Is(err, scores.ErrUnknownBeatmap):
			kept = true
		case errors.Is(err, scores.ErrBadSubmission):
			return nil, err
		case errors.Is(err, scores.ErrTaken), errors.Is(err, scores.ErrNoToken):
			return nil, v2.NotFound("score token")
		case errors.Is(err, scores.ErrBusy), away(err):
		case ctx.Err() == nil:
			return nil, err
		}
		select {
		case <-time.After(pause):
			continue
		case <-ctx.Done():
		}
		if !kept && !a.isKept(r, entry.Key) {
			if away(err) {
				return nil, err
			}
			return nil, v2.Refuse(http.StatusServiceUnavailable, "The server is too busy to take this score.")
		}
		a.deps.Log.LogAttrs(ctx, slog.LevelInfo, "a score is answered before it was processed", slog.String("key", entry.Key))
		return a.pending(r, &entry, token), nil
	}
}

// isKept reports whether a submission arrived of which no answer came.
func (a *Area) isKept(r *v2.Request, key string) bool {
	ctx, cancel := context.WithTimeout(r.Context(), showTime)
	defer cancel()
	_, err := a.deps.Scores.Submitted(ctx, r.UserID(), key)
	return err == nil || errors.Is(err, scores.ErrPending) || errors.Is(err, scores.ErrUnknownBeatmap)
}

// submitted returns a score that was taken.
func (a *Area) submitted(r *v2.Request, result *scores.Result) (any, error) {
	// The answer must not fail any more, so the time that it may take is not that of the submission.
	ctx, cancel := context.WithTimeout(r.Context(), showTime)
	defer cancel()
	shown, err := a.load(ctx, r, []scores.Score{result.Score}, false)
	if err != nil {
		a.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a score is answered without its player", slog.Int64("score", result.Score.ID), slog.Any("error", err))
	}
	var out *resource.Score
	if err == nil {
		out, _ = shown.score(&result.Score)
	}
	if out == nil {
		out = resource.NewScore(&result.Score, 0)
	}
	if result.Best && result.After > 0 {
		out.Position = &result.After
	}
	return out, nil
}

const showTime = 4 * time.Second

// pending returns a play that is kept, but has no number yet.
func (a *Area) pending(r *v2.Request, entry *scores.Submission, token *scores.Token) *resource.Score {
	out := resource.NewScore(&scores.Score{
		UserID: r.UserID(), BeatmapID: token.BeatmapID, BeatmapMD5: entry.BeatmapMD5, Ruleset: entry.Ruleset, Client: entry.Client,
		Mods: entry.Mods, Statistics: entry.Statistics, Maximum: entry.Maximum, MaxCombo: entry.MaxCombo, Total: entry.Total,
		Accuracy: entry.Accuracy, Grade: entry.Grade, FullCombo: entry.FullCombo, Passed: entry.Passed, PlayTime: entry.PlayTime,
		EndedAt: entry.EndedAt, Pauses: entry.Pauses, TotalWithoutMods: entry.TotalWithoutMods,
	}, 0)
	out.Processed = false
	return out
}

package plays

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/osr"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/http/limit"
)

// find returns the score that the path names, and whose it is. One of a player whom the viewer may not see is not found.
func (a *Area) find(ctx context.Context, r *v2.Request) (scores.Score, users.User, error) {
	id, err := r.LongID("score")
	if err != nil {
		return scores.Score{}, users.User{}, err
	}
	found, err := a.deps.Scores.Scores(ctx, []int64{id})
	if err != nil {
		return scores.Score{}, users.User{}, err
	}
	if len(found) == 0 || found[0].Removed {
		return scores.Score{}, users.User{}, v2.NotFound("score")
	}
	owners, err := a.deps.Users.Get(ctx, []int32{found[0].UserID})
	if err != nil {
		return scores.Score{}, users.User{}, err
	}
	if len(owners) == 0 || owners[0].Restricted && owners[0].ID != r.UserID() {
		return scores.Score{}, users.User{}, v2.NotFound("score")
	}
	return found[0], owners[0], nil
}

// findLegacy returns a score of stable by its ruleset and id.
func (a *Area) findLegacy(ctx context.Context, r *v2.Request) (scores.Score, users.User, error) {
	in, err := osu.ParseRuleset(r.Param("ruleset"))
	if err != nil {
		return scores.Score{}, users.User{}, v2.Refuse(http.StatusNotFound, "unknown ruleset name")
	}
	found, owner, err := a.find(ctx, r)
	if err == nil && (found.Client != scores.Stable || found.Ruleset != in) {
		err = v2.NotFound("score")
	}
	return found, owner, err
}

// show returns a score with everything about it.
func (a *Area) show(ctx context.Context, r *v2.Request) (any, error) {
	found, _, err := a.find(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.whole(ctx, r, found)
}

// showLegacy does the same for a score of stable.
func (a *Area) showLegacy(ctx context.Context, r *v2.Request) (any, error) {
	found, _, err := a.findLegacy(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.whole(ctx, r, found)
}

func (a *Area) whole(ctx context.Context, r *v2.Request, play scores.Score) (any, error) {
	shown, err := a.load(ctx, r, []scores.Score{play}, true)
	if err != nil {
		return nil, err
	}
	out, ok := shown.score(&play)
	if !ok {
		return nil, v2.NotFound("score")
	}
	views := play.Views
	out.ReplayViews = &views
	if play.Ranked {
		whole, err := a.deps.Scores.Leaderboard(ctx, scores.Board{
			BeatmapID: play.BeatmapID, Ruleset: play.Ruleset, Variant: play.Variant, Client: scores.Lazer, UserID: play.UserID,
		})
		if err != nil {
			return nil, err
		}
		if whole.Own != nil && whole.Own.Score.ID == play.ID {
			out.RankGlobal = &whole.Own.Position
		}
	}
	return out.In(r.Version, &play), nil
}

// download gives a score's replay as a file that the game opens.
func (a *Area) download(ctx context.Context, r *v2.Request) (any, error) {
	found, owner, err := a.find(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.replay(ctx, r, &found, &owner)
}

// downloadLegacy does the same for a score of stable.
func (a *Area) downloadLegacy(ctx context.Context, r *v2.Request) (any, error) {
	found, owner, err := a.findLegacy(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.replay(ctx, r, &found, &owner)
}

func (a *Area) replay(ctx context.Context, r *v2.Request, play *scores.Score, owner *users.User) (any, error) {
	if _, _, ok := a.replays.Spend(limit.NumberKey(r.Token.ID), 1); !ok {
		return nil, v2.Refuse(http.StatusTooManyRequests, "Too many replays, slow down.")
	}
	// Only players watch: who looks at what a program downloads, or whether anybody does, nobody knows.
	viewer := owner.ID
	if r.Token.ClientID == oauth.GameClient && r.UserID() != 0 {
		viewer = r.UserID()
	}
	found, err := a.deps.Scores.Replay(ctx, play.ID, viewer)
	switch {
	case errors.Is(err, scores.ErrNoReplay), errors.Is(err, scores.ErrNotFound):
		return nil, v2.NotFound("replay")
	case err != nil:
		return nil, err
	}
	frames, err := files.Load(ctx, a.deps.Files, found.Key, scores.MaxReplay)
	if errors.Is(err, files.ErrNotFound) {
		a.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a replay is lost", slog.Int64("score", play.ID))
		return nil, v2.NotFound("replay")
	}
	if err != nil {
		return nil, err
	}
	data, err := osr.File(play, owner.Name, frames)
	if err != nil {
		return nil, err
	}
	if viewer != owner.ID {
		a.viewed(ctx, play)
	}
	return &v2.Stream{
		Body: body{bytes.NewReader(data)}, Type: "application/x-osu-replay",
		Name: fmt.Sprintf("solo-replay-%s_%d_%d.osr", play.Ruleset, play.BeatmapID, play.ID),
	}, nil
}

// body is a file in memory.
type body struct{ *bytes.Reader }

// Close does nothing: there is nothing to give back.
func (body) Close() error { return nil }

const viewTime = 5 * time.Second

// viewed counts a view. The viewer has all that he wants, so it is no failure of his when that is not possible.
func (a *Area) viewed(ctx context.Context, play *scores.Score) {
	if a.deps.Rankings == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), viewTime)
	defer cancel()
	board := rankings.Board{Ruleset: play.Ruleset, Variant: play.Variant}
	if err := a.deps.Rankings.Viewed(ctx, play.UserID, board); err != nil {
		a.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a view was not counted", slog.Int64("score", play.ID), slog.Any("error", err))
	}
}

package scores

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/osr"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/limit"
)

// replay gives the game the frames of a score: exactly what was uploaded, without the header of a file, which the game makes
// of the leaderboard's line.
func (s *Server) replay(w http.ResponseWriter, r *http.Request, viewer users.User) {
	if ok, _ := s.watching.AllowUser(viewer.ID); !ok {
		s.fail(w, r, limit.ErrTooManyRequests)
		return
	}
	id, err := strconv.ParseInt(r.URL.Query().Get("c"), 10, 64)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	ctx := r.Context()
	play, owner, err := s.shownScore(ctx, id, viewer.ID)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	found, err := s.deps.Scores.Replay(ctx, id, viewer.ID)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	data, err := files.Load(ctx, s.deps.Files, found.Key, scores.MaxReplay)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	answerFile(w, data)
	if s.deps.Rankings != nil && owner.ID != viewer.ID {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), workTime) // the viewer has all that he wants
		defer cancel()
		board := rankings.Board{Ruleset: play.Ruleset, Variant: play.Variant}
		if err := s.deps.Rankings.Viewed(ctx, owner.ID, board); err != nil {
			s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a view was not counted", slog.Int64("score", id), slog.Any("error", err))
		}
	}
}

// shownScore returns a score that the viewer (0 for nobody) may see, and whose it is.
func (s *Server) shownScore(ctx context.Context, id int64, viewerID int32) (scores.Score, users.User, error) {
	found, err := s.deps.Scores.Scores(ctx, []int64{id})
	if err != nil {
		return scores.Score{}, users.User{}, err
	}
	if len(found) == 0 || found[0].Removed {
		return scores.Score{}, users.User{}, scores.ErrNotFound
	}
	owners, err := s.deps.Users.Get(ctx, []int32{found[0].UserID})
	if err != nil {
		return scores.Score{}, users.User{}, err
	}
	if len(owners) == 0 || owners[0].Restricted && owners[0].ID != viewerID {
		return scores.Score{}, users.User{}, scores.ErrNotFound
	}
	return found[0], owners[0], nil
}

// missing answers a request for a replay that cannot be had.
func (s *Server) missing(w http.ResponseWriter, r *http.Request, err error) {
	if fault.KindOf(err) != fault.NotFound {
		s.fail(w, r, err)
		return
	}
	if errors.Is(err, files.ErrNotFound) { // a score said that there is one
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "a replay is lost", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	w.WriteHeader(http.StatusNotFound)
}

// download gives a browser a score as a file that the game opens. That is no view: nobody knows who looks at it, or whether.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	ctx := r.Context()
	play, owner, err := s.shownScore(ctx, id, 0)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	found, err := s.deps.Scores.Replay(ctx, id, owner.ID)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	data, err := files.Load(ctx, s.deps.Files, found.Key, scores.MaxReplay)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	known, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: play.BeatmapID}})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	file, err := osr.File(&play, owner.Name, data)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	name := osr.Name(&play, owner.Name, known)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	answerFile(w, file)
}

func answerFile(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}

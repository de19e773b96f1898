package scores

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/osr"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/web"
)

// board answers song select, which asks whenever another beatmap is chosen. That takes five calls of modules, authentication
// included: users, sessions, beatmaps, scores, and users again for names that are not known; one more for the friends' board.
func (s *Server) board(w http.ResponseWriter, r *http.Request, player web.Online) {
	if ok, _ := s.ranking.AllowUser(player.User.ID); !ok {
		s.fail(w, r, limit.ErrTooManyRequests)
		return
	}
	query, err := submission.ParseBoardQuery(r.URL.Query())
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ctx := r.Context()
	if query.Cheats {
		s.report(ctx, moderation.Finding{Kind: "cheat_files", UserID: player.User.ID, Weight: 80, Detail: "the client found the files of a known cheat"})
	}
	s.follow(ctx, player, &query)
	board, err := s.findBoard(ctx, player, &query)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.metrics.boards.WithLabelValues(shown(board)).Inc()
	answerText(w, board.Append(make([]byte, 0, 256+128*len(board.Lines))))
}

// shown is the label of a board.
func shown(b *submission.Board) string {
	switch {
	case b.BeatmapID != 0:
		return "board"
	case b.Status == submission.NotSubmitted:
		return "not_submitted"
	case b.Status == submission.NeedsUpdate:
		return "needs_update"
	}
	return "no_board"
}

// findBoard finds the beatmap and fills its board.
func (s *Server) findBoard(ctx context.Context, player web.Online, query *submission.BoardQuery) (*submission.Board, error) {
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{MD5: query.BeatmapMD5}})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Beatmap.MD5 != query.BeatmapMD5 || found[0].Beatmap.Deleted {
		return s.otherVersion(ctx, query)
	}
	beatmap, set := &found[0].Beatmap, &found[0].Set
	board := &submission.Board{Status: submission.BoardStatusOf(beatmap.Status, query.Version)}
	if !beatmap.Status.HasLeaderboard() {
		return board, nil
	}
	board.BeatmapID, board.SetID, board.TrackID, board.Offset = beatmap.ID, beatmap.SetID, set.TrackID, beatmap.Offset
	board.Title, board.Rating = submission.DisplayTitle(set.Artist, set.Title), set.Rating.Average
	if query.HeaderOnly || query.Kind == submission.BoardLocal {
		return board, nil
	}
	return board, s.fill(ctx, player, query, board)
}

// otherVersion tells a beatmap that changed from one that nobody knows.
func (s *Server) otherVersion(ctx context.Context, query *submission.BoardQuery) (*submission.Board, error) {
	if query.File != "" {
		found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{File: query.File, SetID: max(0, query.SetID)}})
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && !found[0].Beatmap.Deleted {
			return &submission.Board{Status: submission.NeedsUpdate}, nil
		}
	}
	return &submission.Board{Status: submission.NotSubmitted}, nil
}

// fill puts scores onto a board.
func (s *Server) fill(ctx context.Context, player web.Online, query *submission.BoardQuery, board *submission.Board) error {
	request := scores.Board{
		BeatmapID: board.BeatmapID, Ruleset: query.Ruleset, Variant: query.Mods.Variant(query.Ruleset), Client: scores.Stable,
		UserID: player.User.ID, Limit: submission.MaxBoard,
	}
	switch query.Kind {
	case submission.BoardMods:
		set := mods.FromLegacy(query.Mods, query.Ruleset)
		request.Mods = &set
	case submission.BoardFriends:
		friends, err := s.friends(ctx, player.User.ID)
		if err != nil {
			return err
		}
		request.Users = &scores.Users{IDs: friends}
	case submission.BoardCountry:
		if request.Country = player.User.Country; request.Country == "" {
			request.Limit = 0 // nobody is known to be from there
		}
	}
	leaderboard, err := s.deps.Scores.Leaderboard(ctx, request)
	if errors.Is(err, scores.ErrBadBoard) { // a ruleset that the beatmap cannot be played in
		return nil
	}
	if err != nil {
		return err
	}
	ids := make([]int32, len(leaderboard.Scores))
	for i := range leaderboard.Scores {
		ids[i] = leaderboard.Scores[i].Score.UserID
	}
	names, err := s.names.of(ctx, ids)
	if err != nil {
		return err
	}
	board.Count = int32(min(leaderboard.Count, math.MaxInt32))
	if own := leaderboard.Own; own != nil {
		line := lineOf(own, leaderboard.Metric, player.User.Name)
		board.Own = &line
	}
	board.Lines = make([]submission.Line, 0, len(leaderboard.Scores))
	for i := range leaderboard.Scores {
		placed := &leaderboard.Scores[i]
		if name := names[placed.Score.UserID]; name != "" { // the account may have gone just now
			board.Lines = append(board.Lines, lineOf(placed, leaderboard.Metric, name))
		}
	}
	return nil
}

// friends returns the ids of the player's friends and his own.
func (s *Server) friends(ctx context.Context, userID int32) ([]int32, error) {
	list, err := s.deps.Relations.List(ctx, userID)
	if err != nil {
		return nil, err
	}
	ids := []int32{userID}
	for _, relation := range list {
		if relation.Kind == relations.Friend && len(ids) < scores.MaxBatch {
			ids = append(ids, relation.Target)
		}
	}
	return ids, nil
}

// lineOf writes a score as the client shows it: with the number that the board compares in the place of the total score.
func lineOf(placed *scores.Placed, metric scores.Metric, name string) submission.Line {
	play := &placed.Score
	counts := osr.Counts(play)
	total := play.Classic
	switch metric {
	case scores.ByPerformance:
		total = int64(math.Round(performanceOf(play)))
	case scores.ByTotal:
		total = play.Total
	}
	return submission.Line{
		ScoreID: play.ID, Player: name, Total: total, MaxCombo: play.MaxCombo, Count50: counts.Count50, Count100: counts.Count100,
		Count300: counts.Count300, CountMiss: counts.CountMiss, CountKatu: counts.CountKatu, CountGeki: counts.CountGeki,
		Perfect: play.FullCombo, Mods: play.Mods.Legacy(play.Ruleset), UserID: play.UserID, Position: placed.Position,
		Time: play.EndedAt, HasReplay: play.HasReplay,
	}
}

// follow makes a player who looks at the boards of another ruleset or variant be seen there. His client says so itself only
// when he does something else, and shows the figures that it was sent last: so they are sent. It is no loss when this fails.
func (s *Server) follow(ctx context.Context, player web.Online, query *submission.BoardQuery) {
	i := slices.IndexFunc(player.Games, func(g sessions.Session) bool { return g.Kind == sessions.Stable })
	if i < 0 {
		return
	}
	game := &player.Games[i]
	status, variant := game.Status, query.Mods.Variant(query.Ruleset)
	if status.Ruleset == query.Ruleset && status.Mods.Variant(status.Ruleset) == variant {
		return
	}
	status.Ruleset, status.Mods = query.Ruleset, query.Mods
	_, err := s.deps.Sessions.Update(ctx, game.ID, sessions.Update{Status: &status})
	if err == nil && s.deps.Rankings != nil {
		err = s.refigure(ctx, game, rankings.Board{Ruleset: query.Ruleset, Variant: variant})
	}
	if err != nil {
		s.deps.Log.LogAttrs(ctx, slog.LevelDebug, "a player's ruleset was not changed", slog.Any("error", err))
	}
}

// refigure shows everybody, and the player himself, his figures on a board.
func (s *Server) refigure(ctx context.Context, game *sessions.Session, board rankings.Board) error {
	found, err := s.deps.Rankings.Statistics(ctx, []int32{game.User.ID}, board)
	if err != nil || len(found) == 0 {
		return err
	}
	_, err = s.deps.Sessions.Update(ctx, game.ID, sessions.Update{Stats: &sessions.Stats{
		RankedScore: found[0].RankedScore, TotalScore: found[0].TotalScore, Accuracy: float32(found[0].Accuracy),
		Playcount: found[0].Playcount, Rank: found[0].GlobalRank, Performance: float32(found[0].PP),
	}})
	return err
}

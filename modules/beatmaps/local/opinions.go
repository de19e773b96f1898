package local

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
)

type voteRow struct {
	bun.BaseModel `bun:"table:beatmap_votes,alias:v"`

	SetID  int32     `bun:"set_id,pk"`
	UserID int32     `bun:"user_id,pk"`
	Value  int32     `bun:"value"`
	At     time.Time `bun:"at"`
}

type favouriteRow struct {
	bun.BaseModel `bun:"table:beatmap_favourites,alias:f"`

	UserID int32     `bun:"user_id,pk"`
	SetID  int32     `bun:"set_id,pk"`
	At     time.Time `bun:"at"`
}

type commentRow struct {
	bun.BaseModel `bun:"table:beatmap_comments,alias:c"`

	ID        int64            `bun:"id,pk,autoincrement"`
	UserID    int32            `bun:"user_id"`
	Subject   beatmaps.Subject `bun:"subject"`
	Target    int64            `bun:"target"`
	SetID     int32            `bun:"set_id"`
	BeatmapID int32            `bun:"beatmap_id"`
	ScoreID   int64            `bun:"score_id"`
	Moment    int32            `bun:"moment"` // milliseconds
	Text      string           `bun:"body"`
	Colour    string           `bun:"colour"`
	SaidAt    time.Time        `bun:"said_at"`
}

func (r *commentRow) comment() beatmaps.Comment {
	return beatmaps.Comment{
		ID: r.ID, UserID: r.UserID, Subject: r.Subject, SetID: r.SetID, BeatmapID: r.BeatmapID, ScoreID: r.ScoreID,
		Moment: time.Duration(r.Moment) * time.Millisecond, Text: r.Text, Colour: r.Colour, SaidAt: r.SaidAt.UTC(),
	}
}

// Vote implements beatmaps.Opinions.
func (s *Service) Vote(ctx context.Context, userID, beatmapID int32, value int) (beatmaps.Rating, error) {
	if value < 0 || value > 10 {
		return beatmaps.Rating{}, beatmaps.ErrBadVote
	}
	found, err := s.beatmap(ctx, beatmapID)
	if err != nil {
		return beatmaps.Rating{}, err
	}
	switch {
	case !found.Beatmap.Status.HasLeaderboard():
		return beatmaps.Rating{}, beatmaps.ErrNotRanked
	case found.Set.ID >= beatmaps.FirstLocalID && found.Set.CreatorID == userID: // other creators are users elsewhere
		return beatmaps.Rating{}, beatmaps.ErrOwn
	}
	rating, voted, err := s.store.vote(ctx, found.Set.ID, userID, int32(value))
	switch {
	case err != nil:
		return beatmaps.Rating{}, err
	case voted:
		return beatmaps.Rating{}, beatmaps.ErrVoted.With("average", fmt.Sprintf("%.2f", rating.Average)).
			With("votes", fmt.Sprint(rating.Votes))
	case value > 0:
		s.cache.forget(found.Set.ID)
	}
	return rating, nil
}

// beatmap returns a beatmap that is known. ErrNotFound.
func (s *Service) beatmap(ctx context.Context, id int32) (beatmaps.Found, error) {
	found, err := s.Beatmaps(ctx, []beatmaps.Key{{ID: id}})
	if err != nil {
		return beatmaps.Found{}, err
	}
	if len(found) == 0 {
		return beatmaps.Found{}, beatmaps.ErrNotFound
	}
	return found[0], nil
}

// vote keeps a vote, unless the value is 0, and returns the rating. voted says that there is one already, which stays.
func (s store) vote(ctx context.Context, setID, userID, value int32) (rating beatmaps.Rating, voted bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var set setRow
		q := tx.NewSelect().Model(&set).Column("votes", "vote_sum").Where("id = ?", setID)
		if s.Locks() {
			q = q.For("UPDATE") // the votes of one set are counted one after another
		}
		if err := q.Scan(ctx); err != nil {
			return err
		}
		n, err := tx.NewSelect().Model((*voteRow)(nil)).Where("set_id = ?", setID).Where("user_id = ?", userID).Count(ctx)
		if err != nil {
			return err
		}
		if voted = n > 0; !voted && value > 0 {
			set.Votes, set.VoteSum = set.Votes+1, set.VoteSum+int64(value)
			row := &voteRow{SetID: setID, UserID: userID, Value: value, At: time.Now().UTC()}
			if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
				return err
			}
			_, err := tx.NewUpdate().Model((*setRow)(nil)).Set("votes = ?", set.Votes).Set("vote_sum = ?", set.VoteSum).
				Set("rating = ?", average(&set)).Where("id = ?", setID).Exec(ctx)
			if err != nil {
				return err
			}
		}
		rating = beatmaps.Rating{Average: average(&set), Votes: set.Votes}
		if !voted {
			rating.Own = value
		}
		return nil
	})
	return rating, voted, err
}

// Votes implements beatmaps.Opinions.
func (s *Service) Votes(ctx context.Context, setIDs []int32) ([]beatmaps.Votes, error) {
	if len(setIDs) > beatmaps.MaxBatch {
		return nil, beatmaps.ErrTooLarge
	}
	if len(setIDs) == 0 {
		return nil, nil
	}
	var counts []struct {
		SetID  int32 `bun:"set_id"`
		Value  int32 `bun:"value"`
		Voters int32 `bun:"voters"`
	}
	err := s.store.Reader.NewSelect().Model((*voteRow)(nil)).ColumnExpr("set_id, value, COUNT(*) AS voters").
		Where("set_id IN (?)", bun.List(setIDs)).GroupExpr("set_id, value").Scan(ctx, &counts)
	if err != nil {
		return nil, err
	}
	of := make(map[int32][]int32)
	for _, c := range counts {
		if of[c.SetID] == nil {
			of[c.SetID] = make([]int32, 11)
		}
		if c.Value >= 0 && c.Value <= 10 {
			of[c.SetID][c.Value] = c.Voters
		}
	}
	var all []beatmaps.Votes
	for _, id := range setIDs {
		if counts := of[id]; counts != nil {
			delete(of, id)
			all = append(all, beatmaps.Votes{SetID: id, Counts: counts})
		}
	}
	return all, nil
}

func average(set *setRow) float64 {
	if set.Votes == 0 {
		return 0
	}
	return float64(set.VoteSum) / float64(set.Votes)
}

// Favour implements beatmaps.Opinions.
func (s *Service) Favour(ctx context.Context, userID, setID int32, on bool) (int32, error) {
	if _, err := s.set(ctx, setID); err != nil {
		return 0, err
	}
	n, changed, err := s.store.favour(ctx, userID, setID, on)
	if changed {
		s.cache.forget(setID)
	}
	return n, err
}

func (s store) favour(ctx context.Context, userID, setID int32, on bool) (n int32, changed bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		changed = false
		q := tx.NewSelect().Model((*setRow)(nil)).Column("favourites").Where("id = ?", setID)
		if s.Locks() {
			q = q.For("UPDATE")
		}
		if err := q.Scan(ctx, &n); err != nil {
			return err
		}
		mine := tx.NewSelect().Model((*favouriteRow)(nil)).Where("user_id = ?", userID)
		has, err := mine.Clone().Where("set_id = ?", setID).Count(ctx)
		if err != nil || on == (has > 0) {
			return err
		}
		changed = true
		if on {
			// Two of one user at once may pass the bound by one: it keeps lists short, and nothing else depends on it.
			if all, err := mine.Count(ctx); err != nil || all >= beatmaps.MaxFavourites {
				changed = false
				return orElse(err, beatmaps.ErrTooMany)
			}
			n++
			_, err = tx.NewInsert().Model(&favouriteRow{UserID: userID, SetID: setID, At: time.Now().UTC()}).Exec(ctx)
		} else {
			n--
			_, err = tx.NewDelete().Model((*favouriteRow)(nil)).Where("user_id = ?", userID).Where("set_id = ?", setID).Exec(ctx)
		}
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*setRow)(nil)).Set("favourites = ?", n).Where("id = ?", setID).Exec(ctx)
		return err
	})
	return n, changed && err == nil, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Favourites implements beatmaps.Opinions.
func (s *Service) Favourites(ctx context.Context, userID int32) ([]int32, error) {
	var ids []int32
	err := s.store.Reader.NewSelect().Model((*favouriteRow)(nil)).Column("set_id").Where("user_id = ?", userID).
		OrderExpr("at DESC, set_id DESC").Limit(beatmaps.MaxFavourites).Scan(ctx, &ids)
	return ids, err
}

// Admirers implements beatmaps.Opinions.
func (s *Service) Admirers(ctx context.Context, setID int32, limit int) ([]int32, error) {
	if limit < 1 || limit > beatmaps.MaxBatch {
		return nil, beatmaps.ErrTooLarge
	}
	var ids []int32
	err := s.store.Reader.NewSelect().Model((*favouriteRow)(nil)).Column("user_id").Where("set_id = ?", setID).
		OrderExpr("at DESC, user_id DESC").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, err
}

var colour = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

// Comment implements beatmaps.Opinions.
func (s *Service) Comment(ctx context.Context, comment beatmaps.Comment) (beatmaps.Comment, error) {
	text := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == '|' || r == 0x7f || r == utf8.RuneError { // what stable's answer is made of, among them
			return -1
		}
		return r
	}, comment.Text))
	if n := utf8.RuneCountInString(text); n == 0 || n > beatmaps.MaxComment || comment.Moment < 0 {
		return beatmaps.Comment{}, beatmaps.ErrBadComment
	}
	row := commentRow{
		UserID: comment.UserID, Subject: comment.Subject, SetID: comment.SetID, BeatmapID: comment.BeatmapID,
		ScoreID: comment.ScoreID, Moment: milliseconds(comment.Moment), Text: text, SaidAt: stored(time.Now()),
	}
	if colour.MatchString(comment.Colour) {
		row.Colour = strings.ToLower(comment.Colour)
	}
	switch comment.Subject {
	case beatmaps.AboutSet:
		row.Target = int64(comment.SetID)
	case beatmaps.AboutBeatmap:
		row.Target = int64(comment.BeatmapID)
	case beatmaps.AboutScore:
		row.Target = comment.ScoreID
	default:
		return beatmaps.Comment{}, beatmaps.ErrBadComment
	}
	e, err := s.set(ctx, comment.SetID)
	if err != nil {
		return beatmaps.Comment{}, err
	}
	if _, ok := e.find(beatmaps.Key{ID: comment.BeatmapID}); !ok && comment.Subject != beatmaps.AboutSet || row.Target <= 0 {
		return beatmaps.Comment{}, beatmaps.ErrNotFound
	}
	if _, err := s.store.NewInsert().Model(&row).Exec(ctx); err != nil {
		if database.IsForeignKey(err) {
			err = beatmaps.ErrNotFound
		}
		return beatmaps.Comment{}, err
	}
	return row.comment(), nil
}

// Comments implements beatmaps.Opinions.
func (s *Service) Comments(ctx context.Context, setID, beatmapID int32, scoreID int64) ([]beatmaps.Comment, error) {
	var rows []commentRow
	for _, about := range []struct {
		subject beatmaps.Subject
		target  int64
	}{{beatmaps.AboutSet, int64(setID)}, {beatmaps.AboutBeatmap, int64(beatmapID)}, {beatmaps.AboutScore, scoreID}} {
		if about.target <= 0 {
			continue
		}
		var some []commentRow
		err := s.store.Reader.NewSelect().Model(&some).Where("subject = ?", about.subject).Where("target = ?", about.target).
			Order("moment", "id").Limit(beatmaps.MaxBatch).Scan(ctx)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b commentRow) int { return cmp.Or(cmp.Compare(a.Moment, b.Moment), cmp.Compare(a.ID, b.ID)) })
	var comments []beatmaps.Comment
	for i := range rows[:min(len(rows), beatmaps.MaxBatch)] {
		comments = append(comments, rows[i].comment())
	}
	return comments, nil
}

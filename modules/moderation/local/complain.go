package local

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/moderation"
)

// reasons are what may be said about a kind of thing (ppy/osu-web app/Models/UserReport.php).
var reasons = map[string][]string{
	"user":       {"Cheating", "MultipleAccounts", "InappropriateChat", "UnwantedContent", "Other"},
	"score":      {"Cheating", "MultipleAccounts", "Other"},
	"comment":    {"Insults", "Spam", "UnwantedContent", "Nonsense", "Other"},
	"message":    {"Insults", "Spam", "UnwantedContent", "Nonsense", "Other"},
	"beatmapset": {"UnwantedContent", "Other"},
}

const (
	// What one player says about another one is a weak hint, and what many say a stronger one, but no proof.
	complaintWeight, complaintsWeight = 10, 50
	complaintsAnHour                  = 20 // that one player may make
)

type complaintRow struct {
	bun.BaseModel `bun:"table:complaints,alias:c"`

	ID        int64     `bun:"id,pk,autoincrement"`
	By        int32     `bun:"by_id"`
	UserID    int32     `bun:"user_id"`
	Kind      string    `bun:"kind"`
	SubjectID int64     `bun:"subject_id"`
	Reason    string    `bun:"reason"`
	Said      string    `bun:"said"`
	Quote     string    `bun:"quote"`
	At        time.Time `bun:"at"`
}

func (r complaintRow) complaint() moderation.Complaint {
	return moderation.Complaint{
		ID: r.ID, At: r.At.UTC(), By: r.By, UserID: r.UserID, Kind: r.Kind, SubjectID: r.SubjectID, Reason: r.Reason, Text: r.Said, Quote: r.Quote,
	}
}

// Complain implements moderation.Service.
func (s *Service) Complain(ctx context.Context, c moderation.Complaint) (moderation.Complaint, error) {
	c.Text = strings.TrimSpace(c.Text)
	switch {
	case !slices.Contains(reasons[c.Kind], c.Reason), c.SubjectID <= 0, c.UserID <= 0, c.By <= 0,
		utf8.RuneCountInString(c.Text) > moderation.MaxText, !utf8.ValidString(c.Text), strings.ContainsRune(c.Text, 0):
		return moderation.Complaint{}, moderation.ErrBadComplaint
	case c.Text == "" && !mayBeSilent(c):
		return moderation.Complaint{}, moderation.ErrBadComplaint.WithMessage("say what is wrong")
	case c.By == c.UserID:
		return moderation.Complaint{}, moderation.ErrOwn
	}
	found, err := s.deps.Users.Get(ctx, []int32{c.By})
	switch {
	case err != nil:
		return moderation.Complaint{}, err
	case len(found) == 0 || found[0].Restricted:
		return moderation.Complaint{}, moderation.ErrForbidden
	}
	row := complaintRow{
		By: c.By, UserID: c.UserID, Kind: c.Kind, SubjectID: c.SubjectID, Reason: c.Reason, Said: c.Text,
		Quote: firstRunes(clean(c.Quote), moderation.MaxText), At: now(),
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return s.store.complain(ctx, tx, &row)
	})
	return row.complaint(), err
}

// mayBeSilent reports whether the thing speaks for itself.
func mayBeSilent(c moderation.Complaint) bool {
	return c.Reason != "Other" && (c.Kind == "comment" || c.Kind == "message")
}

// Complaints implements moderation.Service.
func (s *Service) Complaints(ctx context.Context, userID int32, offset, limit int) ([]moderation.Complaint, error) {
	if !page(offset, limit) {
		return nil, moderation.ErrTooLarge
	}
	return s.store.complaints(ctx, userID, offset, limit)
}

// complain keeps a complaint, and counts it to the finding about its user.
func (s store) complain(ctx context.Context, tx bun.Tx, row *complaintRow) error {
	if err := s.lock(ctx, tx, []int32{row.UserID}, row.At); err != nil {
		return err
	}
	lately, err := tx.NewSelect().Model((*complaintRow)(nil)).Where("by_id = ?", row.By).Where("at > ?", row.At.Add(-time.Hour)).Count(ctx)
	if err != nil {
		return err
	}
	if lately >= complaintsAnHour {
		return moderation.ErrFlood
	}
	known, err := s.complained(tx, row).Exists(ctx)
	if err != nil {
		return err
	}
	again := database.Upsert{Key: []string{"by_id", "kind", "subject_id"}, Replace: []string{"user_id", "reason", "said", "quote", "at"}}
	if _, err := again.On(tx.NewInsert().Model(row).ExcludeColumn("id")).Exec(ctx); err != nil {
		return err
	}
	if err := s.complained(tx, row).Scan(ctx); err != nil {
		return err
	}
	if known {
		return s.count(ctx, tx, []int32{row.UserID})
	}
	return s.tally(ctx, tx, row)
}

func (s store) complained(tx bun.Tx, row *complaintRow) *bun.SelectQuery {
	return tx.NewSelect().Model(row).Where("by_id = ?", row.By).Where("kind = ?", row.Kind).Where("subject_id = ?", row.SubjectID)
}

// tally makes the finding as heavy as there are players who complained.
func (s store) tally(ctx context.Context, tx bun.Tx, row *complaintRow) error {
	var players int32
	err := tx.NewSelect().Model((*complaintRow)(nil)).ColumnExpr("COUNT(DISTINCT by_id)").
		Where("user_id = ?", row.UserID).Where("kind = ?", row.Kind).Scan(ctx, &players)
	if err != nil {
		return err
	}
	found := moderation.Finding{
		Kind: "reported_" + row.Kind, UserID: row.UserID, OtherUser: row.By, Weight: min(complaintsWeight, complaintWeight*players),
		Detail: clean(fmt.Sprintf("%s %d, %s: %s", row.Kind, row.SubjectID, row.Reason, row.Said)),
	}
	if row.Kind == "score" {
		found.ScoreID = row.SubjectID
	}
	_, err = s.report(ctx, tx, found, row.At)
	return err
}

func (s store) complaints(ctx context.Context, userID int32, offset, limit int) ([]moderation.Complaint, error) {
	var rows []complaintRow
	q := s.Reader.NewSelect().Model(&rows).Where("at <= ?", now())
	if userID != 0 {
		q = q.Where("user_id = ?", userID)
	}
	err := q.Order("at DESC", "id DESC").Offset(int64(offset)).Limit(int64(limit)).Scan(ctx)
	list := make([]moderation.Complaint, len(rows))
	for i, r := range rows {
		list[i] = r.complaint()
	}
	return list, err
}

// firstRunes returns as much of a text as n characters.
func firstRunes(text string, n int) string {
	for at := range text {
		if n == 0 {
			return text[:at]
		}
		n--
	}
	return text
}

package local

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/users"
)

var kindName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

const (
	maxOffset = 10_000
	maxNote   = 1000 // characters, as of a reason in the audit trail
)

// Report implements moderation.Service.
func (s *Service) Report(ctx context.Context, f moderation.Finding) (moderation.Finding, error) {
	switch {
	case !kindName.MatchString(f.Kind), f.Weight < 1 || f.Weight > 100, f.UserID <= 0, f.ScoreID < 0, f.OtherUser < 0:
		return moderation.Finding{}, moderation.ErrBadFinding
	case len(f.Detail) > moderation.MaxDetail, !utf8.ValidString(f.Detail), strings.ContainsRune(f.Detail, 0):
		return moderation.Finding{}, moderation.ErrBadFinding
	}
	var kept moderation.Finding
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := s.store.report(ctx, tx, f, now())
		kept = row.finding()
		return err
	})
	return kept, err
}

// Findings implements moderation.Service.
func (s *Service) Findings(ctx context.Context, query moderation.Query) ([]moderation.Finding, error) {
	if !page(query.Offset, query.Limit) {
		return nil, moderation.ErrTooLarge
	}
	return s.store.findings(ctx, query)
}

// Suspects implements moderation.Service.
func (s *Service) Suspects(ctx context.Context, offset, limit int) ([]moderation.Suspect, error) {
	if !page(offset, limit) {
		return nil, moderation.ErrTooLarge
	}
	return s.store.suspects(ctx, offset, limit)
}

func page(offset, limit int) bool {
	return offset >= 0 && offset <= maxOffset && limit >= 1 && limit <= moderation.MaxPage
}

// Review implements moderation.Service.
func (s *Service) Review(
	ctx context.Context, ids []int64, by int32, verdict moderation.Verdict, note string,
) ([]moderation.Finding, error) {
	switch {
	case len(ids) > moderation.MaxPage, utf8.RuneCountInString(note) > maxNote:
		return nil, moderation.ErrTooLarge
	case verdict < moderation.VerdictOpen || verdict > moderation.VerdictConfirmed,
		!utf8.ValidString(note), strings.ContainsRune(note, 0):
		return nil, moderation.ErrBadFinding
	}
	if err := s.mayReview(ctx, by); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	before, err := s.store.byID(ctx, s.deps.DB.Reader, ids)
	switch {
	case err != nil:
		return nil, err
	case len(before) != len(ids):
		return nil, moderation.ErrNotFound
	case by != users.BotID && slices.ContainsFunc(before, func(f moderation.Finding) bool { return f.UserID == by }):
		return nil, moderation.ErrForbidden.WithMessage("what is found about you is for others to judge")
	}
	// First the audit trail: a row too many says more than one too few. It may be in the same database, whose one writer a
	// transaction would keep from it.
	if err := s.audit(ctx, before, by, verdict, note); err != nil {
		return nil, err
	}
	var after []moderation.Finding
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		after, err = s.store.review(ctx, tx, before, by, verdict, note, now())
		return err
	})
	return after, err
}

// mayReview reports whether the user is staff.
func (s *Service) mayReview(ctx context.Context, by int32) error {
	if by == users.BotID { // what is done on the server's command line is done by the bot
		return nil
	}
	found, err := s.deps.Users.Get(ctx, []int32{by})
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Restricted || !found[0].Privileges.HasAny(users.Staff) {
		return moderation.ErrForbidden
	}
	return nil
}

var verdictNames = [...]string{"open", "harmless", "confirmed"}

// audit writes a row for each user that the findings are about.
func (s *Service) audit(ctx context.Context, found []moderation.Finding, by int32, verdict moderation.Verdict, note string) error {
	byUser := map[int32][]moderation.Finding{}
	var order []int32
	for _, f := range found {
		if byUser[f.UserID] == nil {
			order = append(order, f.UserID)
		}
		byUser[f.UserID] = append(byUser[f.UserID], f)
	}
	for _, user := range order {
		var ids, what []string
		for _, f := range byUser[user] {
			ids = append(ids, strconv.FormatInt(f.ID, 10))
			what = append(what, fmt.Sprintf("%s of %d was %s", f.Kind, f.ScoreID, verdictNames[f.Verdict]))
		}
		err := s.deps.Users.Record(ctx, users.AuditEntry{
			ActorID: by, TargetID: user, Action: "review", Reason: note,
			Details: map[string]string{
				"verdict":  verdictNames[verdict],
				"findings": bounded(ids),
				"before":   bounded(what),
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// bounded joins texts as far as a detail of the audit trail has room.
func bounded(texts []string) string {
	const room = 1000
	joined := ""
	for i, text := range texts {
		if len(joined)+len(text) > room {
			return fmt.Sprintf("%s and %d more", joined, len(texts)-i)
		}
		if i > 0 {
			joined += ", "
		}
		joined += text
	}
	return joined
}

package local

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/oauth"
)

// applicationRow is a row of oauth_applications.
type applicationRow struct {
	bun.BaseModel `bun:"table:oauth_applications,alias:a"`

	ID         int64     `bun:"id,pk,autoincrement"`
	OwnerID    int32     `bun:"owner_id"`
	Name       string    `bun:"name"`
	Redirects  []string  `bun:"redirects,type:text"` // as JSON
	SecretHash []byte    `bun:"secret_hash"`
	CreatedAt  time.Time `bun:"created_at"`
}

func (r *applicationRow) application() oauth.Application {
	return oauth.Application{ID: r.ID, OwnerID: r.OwnerID, Name: r.Name, Redirects: r.Redirects, CreatedAt: r.CreatedAt.UTC()}
}

// application returns one, or nil.
func (s store) application(ctx context.Context, id int64) (*applicationRow, error) {
	var row applicationRow
	err := s.Reader.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	return oneOf(&row, err)
}

// Create implements oauth.Applications.
func (s *Service) Create(ctx context.Context, application oauth.Application) (oauth.Application, error) {
	row, err := checked(application)
	if err != nil {
		return oauth.Application{}, err
	}
	owner, err := s.user(ctx, application.OwnerID)
	if err != nil {
		return oauth.Application{}, err
	}
	if owner == nil {
		return oauth.Application{}, oauth.ErrBadApplication.WithMessage("its owner does not exist")
	}
	secret := newSecret()
	kept := hash(secret)
	row.OwnerID, row.SecretHash, row.CreatedAt = owner.ID, kept[:], now()
	if _, err := s.store.NewInsert().Model(row).Exec(ctx); err != nil {
		return oauth.Application{}, err
	}
	// Counted when it is there, so that of many at once none gets past the bound.
	n, err := s.store.NewSelect().Model((*applicationRow)(nil)).Where("owner_id = ?", owner.ID).Count(ctx)
	if err == nil && n > oauth.MaxApplications {
		err = oauth.ErrTooMany
	}
	if err != nil {
		if _, undo := s.store.NewDelete().Model(row).WherePK().Exec(context.WithoutCancel(ctx)); undo != nil {
			s.deps.Log.WarnContext(ctx, "an application was not taken back", "application", row.ID, "error", undo)
		}
		return oauth.Application{}, err
	}
	made := row.application()
	made.Secret = secret
	return made, nil
}

// Change implements oauth.Applications.
func (s *Service) Change(ctx context.Context, application oauth.Application) (oauth.Application, error) {
	row, err := checked(application)
	if err != nil {
		return oauth.Application{}, err
	}
	row.ID = application.ID
	result, err := s.store.NewUpdate().Model(row).Column("name", "redirects").WherePK().Where("owner_id = ?", application.OwnerID).Exec(ctx)
	if ok, err := affected(result, err); err != nil || !ok {
		return oauth.Application{}, missing(err)
	}
	return s.Application(ctx, application.ID)
}

// missing is the failure of a statement that should have found an application.
func missing(err error) error {
	if err == nil {
		return oauth.ErrNoApplication
	}
	return err
}

// Renew implements oauth.Applications.
func (s *Service) Renew(ctx context.Context, ownerID int32, id int64) (oauth.Application, error) {
	secret := newSecret()
	kept := hash(secret)
	result, err := s.store.NewUpdate().Model((*applicationRow)(nil)).Set("secret_hash = ?", kept[:]).
		Where("id = ?", id).Where("owner_id = ?", ownerID).Exec(ctx)
	if ok, err := affected(result, err); err != nil || !ok {
		return oauth.Application{}, missing(err)
	}
	if err := s.endApplication(ctx, id); err != nil {
		return oauth.Application{}, err
	}
	renewed, err := s.Application(ctx, id)
	renewed.Secret = secret
	return renewed, err
}

// Delete implements oauth.Applications. Without its application no token is good, so it goes first.
func (s *Service) Delete(ctx context.Context, ownerID int32, id int64) error {
	result, err := s.store.NewDelete().Model((*applicationRow)(nil)).Where("id = ?", id).Where("owner_id = ?", ownerID).Exec(ctx)
	if ok, err := affected(result, err); err != nil || !ok {
		return missing(err)
	}
	return s.endApplication(ctx, id)
}

// endApplication ends all that an application was given.
func (s *Service) endApplication(ctx context.Context, id int64) error {
	if err := s.store.dropCodes(ctx, func(q *bun.DeleteQuery) *bun.DeleteQuery { return q.Where("client_id = ?", id) }); err != nil {
		return err
	}
	_, err := s.end(ctx, 0, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ?", id) })
	return err
}

// Application implements oauth.Applications.
func (s *Service) Application(ctx context.Context, id int64) (oauth.Application, error) {
	row, err := s.store.application(ctx, id)
	if err != nil {
		return oauth.Application{}, err
	}
	if row == nil {
		return oauth.Application{}, oauth.ErrNoApplication
	}
	return row.application(), nil
}

// Owned implements oauth.Applications.
func (s *Service) Owned(ctx context.Context, ownerID int32) ([]oauth.Application, error) {
	var rows []applicationRow
	err := s.store.Reader.NewSelect().Model(&rows).Where("owner_id = ?", ownerID).Order("id").Limit(oauth.MaxApplications).Scan(ctx)
	return applications(rows), err
}

// maxAuthorized bounds a list of applications that act for a user.
const maxAuthorized = 200

// Authorized implements oauth.Applications. It lists those that can act now or after a refresh.
func (s *Service) Authorized(ctx context.Context, userID int32) ([]oauth.Application, error) {
	user, err := s.user(ctx, userID)
	if err != nil || user == nil {
		return nil, err
	}
	held := s.store.Reader.NewSelect().Model((*tokenRow)(nil)).Distinct().Column("client_id").
		Where("user_id = ?", userID).Where("client_id >= ?", oauth.FirstClient).Where("delegated = ?", false).
		Where("serial = ?", user.PasswordSerial).Where("replaced_at IS NULL").Where("ends_at > ?", now())
	var rows []applicationRow
	err = s.store.Reader.NewSelect().Model(&rows).Where("id IN (?)", held).Order("id").Limit(maxAuthorized).Scan(ctx)
	return applications(rows), err
}

// Withdraw implements oauth.Applications.
func (s *Service) Withdraw(ctx context.Context, userID int32, id int64) error {
	if id < oauth.FirstClient || userID == 0 {
		return oauth.ErrNoApplication
	}
	err := s.store.dropCodes(ctx, func(q *bun.DeleteQuery) *bun.DeleteQuery {
		return q.Where("user_id = ?", userID).Where("client_id = ?", id)
	})
	if err != nil {
		return err
	}
	_, err = s.end(ctx, 0, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("user_id = ?", userID).Where("client_id = ?", id).Where("delegated = ?", false)
	})
	return err
}

func applications(rows []applicationRow) []oauth.Application {
	var list []oauth.Application
	for i := range rows {
		list = append(list, rows[i].application())
	}
	return list
}

// checked makes a row of what its owner chose.
func checked(a oauth.Application) (*applicationRow, error) {
	bad := oauth.ErrBadApplication.WithMessage
	invisible := func(r rune) bool { return !unicode.IsGraphic(r) }
	switch {
	case a.Name == "", strings.TrimSpace(a.Name) != a.Name:
		return nil, bad("the name must not be empty, nor begin or end with a space")
	case len(a.Name) > oauth.MaxName, !utf8.ValidString(a.Name), strings.ContainsFunc(a.Name, invisible):
		return nil, bad("the name must be at most 64 bytes of visible text")
	case len(a.Redirects) > oauth.MaxRedirects:
		return nil, bad("there are too many addresses to return to")
	}
	row := &applicationRow{Name: a.Name, Redirects: []string{}}
	for _, address := range a.Redirects {
		if !isRedirect(address) {
			return nil, bad("an address to return to must be a whole http or https address, without a fragment")
		}
		row.Redirects = append(row.Redirects, address)
	}
	return row, nil
}

// isRedirect reports whether users may be sent to an address. Addresses are compared byte by byte later, so that nothing needs to
// be agreed about what is the same.
func isRedirect(address string) bool {
	if len(address) > oauth.MaxURL || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || strings.ContainsAny(u.Host, ",;'*&()!$+=") {
		return false
	}
	return (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && u.Opaque == "" &&
		!strings.Contains(address, "#")
}

package local

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// repeatWithin is how long after a registration the same one is taken for a retry.
const repeatWithin = time.Minute

const nameTaken = "This name is taken."

// maxLookup bounds a name that is looked up; nothing longer can be one.
const maxLookup = 4 * maxName * utf8.UTFMax

// Register implements users.Accounts.
func (s *Service) Register(ctx context.Context, form users.Registration) (users.User, error) {
	r := s.rules.Load()
	outside, from := form.Address.IsValid(), network(form.Address)
	if outside && !r.Registration {
		return users.User{}, users.ErrClosed
	}
	a, wrong := r.account(form)
	if err := s.fillTaken(ctx, a, wrong); err != nil {
		return users.User{}, err
	}
	secret := md5hex(form.Password)
	switch {
	case len(wrong) > 0 && form.CheckOnly:
		return users.User{}, wrong.err()
	case form.CheckOnly:
		return a.user(), nil
	case len(wrong) > 0:
		return s.repeated(ctx, a, secret, from, wrong)
	}

	release, err := s.passwords.acquire(ctx)
	if err != nil {
		return users.User{}, err
	}
	if outside && s.registrations.full(from, r.RegistrationsPerAddress) {
		release()
		return users.User{}, users.ErrTooMany
	}
	a.PasswordHash, a.CreatedAt = hash(secret), now()
	err = s.store.insert(ctx, a)
	release()
	if database.IsUnique(err) {
		// Somebody was faster; perhaps the same client, which did not wait for the answer.
		a.ID = 0
		if err := s.fillTaken(ctx, a, wrong); err != nil {
			return users.User{}, err
		}
		if len(wrong) > 0 {
			return s.repeated(ctx, a, secret, from, wrong)
		}
	}
	if err != nil {
		return users.User{}, err
	}
	if outside {
		s.registrations.add(from, r.RegistrationWindow)
	}
	s.verified.remember(a.ID, a.PasswordHash, secret, from)
	return a.user(), nil
}

// account makes the row of a form, without its password, and says what is wrong with the form.
func (r *rules) account(form users.Registration) (*account, problems) {
	a := &account{
		Name: form.Name, SafeName: osu.SafeName(form.Name), Email: form.Email, EmailKey: emailKey(form.Email),
		Privileges: int64(form.Privileges),
	}
	wrong := problems{}
	r.checkName(a.Name, form.Address.IsValid(), wrong)
	if form.UnicodeName != "" {
		var problem string
		a.UnicodeName, a.UnicodeKey, problem = unicodeName(form.UnicodeName)
		wrong.add("unicode_name", problem)
	}
	if form.Email != "" || form.Address.IsValid() { // who has the command line may leave it out
		wrong.add("email", emailProblem(form.Email))
	}
	wrong.add("password", passwordProblem(form.Password, form.Name, form.Email))
	country, problem := countryCode(form.Country)
	a.Country = country
	if !form.Address.IsValid() { // else it is the guess of an edge, which no player could mend
		wrong.add("country", problem)
	}
	if form.Privileges&^known != 0 {
		wrong.add("privileges", "There are no such privileges.")
	}
	return a, wrong
}

// checkName looks at a plain name. Reserved ones are for those who run the server.
func (r *rules) checkName(name string, player bool, wrong problems) {
	wrong.add("name", nameProblem(name, r.NameMin))
	if player && r.reserved[osu.SafeName(name)] {
		wrong.add("name", "This name is reserved.")
	}
}

// fillTaken adds to wrong what other accounts have already.
func (s *Service) fillTaken(ctx context.Context, a *account, wrong problems) error {
	lookup := *a // what is not acceptable is not looked up: it may not even be text
	if wrong["name"] != "" {
		lookup.SafeName = ""
	}
	if wrong["unicode_name"] != "" {
		lookup.UnicodeKey = ""
	}
	if wrong["email"] != "" {
		lookup.EmailKey = ""
	}
	others, err := s.store.taken(ctx, &lookup)
	if err != nil {
		return err
	}
	for _, other := range others {
		if lookup.SafeName != "" && other.SafeName == lookup.SafeName {
			wrong.add("name", nameTaken)
		}
		if lookup.UnicodeKey != "" && other.UnicodeKey == lookup.UnicodeKey {
			wrong.add("unicode_name", nameTaken)
		}
		if lookup.EmailKey != "" && other.EmailKey == lookup.EmailKey {
			wrong.add("email", "There is an account with this e-mail address already.")
		}
	}
	return nil
}

// repeated answers a form that cannot make an account: with the one that the same form made a moment ago, or with what is
// wrong.
func (s *Service) repeated(ctx context.Context, a *account, secret string, from netip.Prefix, wrong problems) (users.User, error) {
	if wrong["name"] != nameTaken {
		return users.User{}, wrong.err()
	}
	found, err := s.store.bySafeName(ctx, []string{a.SafeName})
	if err != nil {
		return users.User{}, err
	}
	if len(found) == 0 {
		return users.User{}, wrong.err()
	}
	made := &found[0]
	if made.Bot || made.Name != a.Name || made.EmailKey != a.EmailKey || time.Since(made.CreatedAt) > repeatWithin {
		return users.User{}, wrong.err()
	}
	err = s.verify(ctx, s.rules.Load(), made, secret, from)
	if errors.Is(err, users.ErrBadCredentials) {
		err = wrong.err()
	}
	if err != nil {
		return users.User{}, err
	}
	return made.user(), nil
}

// Authenticate implements users.Accounts.
func (s *Service) Authenticate(ctx context.Context, c users.Credentials, used *users.Device) (users.User, error) {
	r := s.rules.Load()
	from := network(c.Address)
	if from.IsValid() && s.byAddress.full(from, r.FailuresPerAddress) {
		return users.User{}, users.ErrTooMany
	}
	a, err := s.lookup(ctx, c.Name)
	if err != nil {
		return users.User{}, err
	}
	if a == nil || !isMD5(c.PasswordMD5) || !s.verified.check(a.ID, a.PasswordHash, c.PasswordMD5, from) {
		if err := s.verify(ctx, r, a, c.PasswordMD5, from); err != nil {
			return users.User{}, err
		}
	}
	return s.visit(ctx, a, c.Address, used)
}

// lookup returns the account that a player names at login, by name or by e-mail address, or nil. The bot cannot log in.
func (s *Service) lookup(ctx context.Context, name string) (*account, error) {
	var found []account
	var err error
	switch {
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
	case strings.Contains(name, "@") && len(name) <= maxEmail:
		found, err = s.store.byEmailKey(ctx, []string{emailKey(name)})
	case len(name) <= maxLookup:
		found, err = s.find(ctx, []string{name})
	}
	if err != nil || len(found) == 0 || found[0].Bot {
		return nil, err
	}
	return &found[0], nil
}

// verify checks a password against its hash, which takes its time: no longer and no shorter when there is no account.
// Failures are counted only by those who hold a processor, so no burst of guesses gets past the limits.
func (s *Service) verify(ctx context.Context, r *rules, a *account, secret string, from netip.Prefix) error {
	release, err := s.passwords.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if from.IsValid() && s.byAddress.full(from, r.FailuresPerAddress) {
		return users.ErrTooMany
	}
	failed := func() error {
		if from.IsValid() {
			s.byAddress.add(from, r.FailureWindow)
		}
		if a != nil {
			s.byAccount.add(a.ID, r.FailureWindow)
		}
		return users.ErrBadCredentials
	}
	if a == nil {
		burn(secret)
		return failed()
	}
	// Who guesses from everywhere must not lock out a player at home.
	if s.byAccount.full(a.ID, r.FailuresPerAccount) && !s.verified.from(a.ID, from) {
		home, err := s.store.hasComeFrom(ctx, a.ID, from) // as far as a new process knows
		if err != nil {
			return err
		}
		if !home {
			return users.ErrTooMany
		}
	}
	if !isMD5(secret) {
		burn(secret)
		return failed()
	}
	if s.verified.check(a.ID, a.PasswordHash, secret, from) {
		return nil // another request has done the work while this one waited
	}
	ok, outdated, err := verify(a.PasswordHash, secret)
	if err != nil {
		return err
	}
	if !ok {
		return failed()
	}
	if outdated {
		renewed := hash(secret)
		if err := s.store.rehash(ctx, a.ID, a.PasswordHash, renewed); err != nil {
			return err
		}
		a.PasswordHash = renewed
	}
	s.verified.remember(a.ID, a.PasswordHash, secret, from)
	return nil
}

// visit writes down who came, and returns him.
func (s *Service) visit(ctx context.Context, a *account, address netip.Addr, used *users.Device) (users.User, error) {
	at := now()
	if used == nil && at.Sub(a.LastSeenAt) < visitEvery {
		return a.user(), nil
	}
	var row *device
	if used != nil {
		d := newDevice(a.ID, *used, address, at)
		row = &d
	}
	if err := s.store.visit(ctx, a.ID, at, row); err != nil {
		return users.User{}, err
	}
	a.LastSeenAt = at
	return a.user(), nil
}

// Get implements users.Accounts.
func (s *Service) Get(ctx context.Context, ids []int32) ([]users.User, error) {
	switch {
	case len(ids) == 0:
		return nil, nil
	case len(ids) > users.MaxBatch:
		return nil, users.ErrTooLarge
	}
	rows, err := s.store.byID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int32]*account, len(rows))
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	found := make([]users.User, 0, len(rows))
	for _, id := range ids {
		if a := byID[id]; a != nil {
			found = append(found, a.user())
		}
	}
	return found, nil
}

// Find implements users.Accounts.
func (s *Service) Find(ctx context.Context, names []string) ([]users.User, error) {
	if len(names) > users.MaxBatch {
		return nil, users.ErrTooLarge
	}
	rows, err := s.find(ctx, names)
	if err != nil {
		return nil, err
	}
	found := make([]users.User, len(rows))
	for i := range rows {
		found[i] = rows[i].user()
	}
	return found, nil
}

// find returns the accounts of the names that exist, in order. A name that is all ASCII can only be a plain one.
func (s *Service) find(ctx context.Context, names []string) ([]account, error) {
	var safe, keys []string
	for _, name := range names {
		switch {
		case name == "" || len(name) > maxLookup || !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		case isASCII(name):
			safe = append(safe, osu.SafeName(name))
		default:
			_, key, _ := unicodeName(name)
			keys = append(keys, key)
		}
	}
	plain, err := s.store.bySafeName(ctx, safe)
	if err != nil {
		return nil, err
	}
	unicode, err := s.store.byUnicodeKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*account, len(plain)+len(unicode))
	for i := range plain {
		byName[plain[i].SafeName] = &plain[i]
	}
	for i := range unicode {
		byName[unicode[i].UnicodeName] = &unicode[i]
	}
	found := make([]account, 0, len(plain)+len(unicode))
	for _, name := range names {
		if isASCII(name) {
			name = osu.SafeName(name)
		} else {
			name = norm.NFC.String(name)
		}
		if a := byName[name]; a != nil {
			found = append(found, *a)
		}
	}
	return found, nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// Settings implements users.Accounts.
func (s *Service) Settings(ctx context.Context, id int32) (users.Settings, error) {
	return s.store.settings(ctx, id)
}

// SaveSettings implements users.Accounts.
func (s *Service) SaveSettings(ctx context.Context, id int32, settings users.Settings) error {
	wrong := problems{}
	wrong.add("language", languageProblem(settings.Language))
	if err := wrong.err(); err != nil {
		return err
	}
	return s.store.saveSettings(ctx, id, settings)
}

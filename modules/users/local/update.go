package local

import (
	"context"

	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// Update implements users.Accounts.
func (s *Service) Update(ctx context.Context, id, by int32, change users.Change) (users.User, error) {
	edit, err := s.edit(ctx, id, by, change)
	if err != nil {
		return users.User{}, err
	}
	allowed := func(actor, target *account) error {
		if target != nil && id == by && !target.Bot {
			return nil
		}
		return authorize(actor, target, users.Administrator)
	}
	return s.alter(ctx, id, by, allowed, func(_, target *account) (deed, error) { return edit.apply(target), nil })
}

// edit is a Change whose values are checked and in the form in which they are stored.
type edit struct {
	users.Change
	unicodeKey   string
	passwordHash string
}

// edit checks a change. Its password is hashed here, before the transaction.
func (s *Service) edit(ctx context.Context, id, by int32, change users.Change) (edit, error) {
	found, err := s.store.byID(ctx, []int32{id})
	if err != nil {
		return edit{}, err
	}
	if len(found) == 0 {
		return edit{}, users.ErrNotFound
	}
	e, target, wrong := edit{Change: change}, found[0], problems{}
	if change.Name != nil {
		s.rules.Load().checkName(*change.Name, id == by, wrong)
		target.Name, target.SafeName = *change.Name, osu.SafeName(*change.Name)
	}
	if change.UnicodeName != nil && *change.UnicodeName != "" {
		name, key, problem := unicodeName(*change.UnicodeName)
		e.UnicodeName, e.unicodeKey, target.UnicodeKey = &name, key, key
		wrong.add("unicode_name", problem)
	}
	if change.Email != nil {
		wrong.add("email", emailProblem(*change.Email))
		target.Email, target.EmailKey = *change.Email, emailKey(*change.Email)
	}
	if change.Country != nil {
		code, problem := countryCode(*change.Country)
		e.Country = &code
		wrong.add("country", problem)
	}
	if change.Ruleset != nil && !change.Ruleset.Valid() {
		wrong.add("ruleset", "There is no such ruleset.")
	}
	if change.Password != nil {
		wrong.add("password", passwordProblem(*change.Password, target.Name, target.Email))
	}
	if err := s.fillTaken(ctx, &target, wrong); err != nil {
		return edit{}, err
	}
	if err := wrong.err(); err != nil || change.Password == nil {
		return e, err
	}
	release, err := s.passwords.acquire(ctx)
	if err != nil {
		return edit{}, err
	}
	defer release()
	e.passwordHash = hash(md5hex(*change.Password))
	return e, nil
}

// apply changes the account and tells what is new. The audit row names old and new names; of an e-mail address and a password
// it only says that they changed.
func (e edit) apply(a *account) deed {
	d := deed{details: map[string]string{}}
	if e.Name != nil && *e.Name != a.Name {
		d.details["name_from"], d.details["name_to"] = a.Name, *e.Name
		a.Name, a.SafeName = *e.Name, osu.SafeName(*e.Name)
		d.changed.Name = true
	}
	if e.UnicodeName != nil && *e.UnicodeName != a.UnicodeName {
		d.details["unicode_name_from"], d.details["unicode_name_to"] = a.UnicodeName, *e.UnicodeName
		a.UnicodeName, a.UnicodeKey = *e.UnicodeName, e.unicodeKey
		d.changed.Name = true
	}
	if e.Email != nil && *e.Email != a.Email {
		a.Email, a.EmailKey = *e.Email, emailKey(*e.Email)
		d.details["email"] = "changed"
	}
	if e.Country != nil && *e.Country != a.Country {
		d.details["country_from"], d.details["country_to"] = a.Country, *e.Country
		a.Country = *e.Country
		d.changed.Country = true
	}
	if e.Ruleset != nil && int16(*e.Ruleset) != a.Ruleset {
		a.Ruleset = int16(*e.Ruleset)
		d.details["ruleset"] = e.Ruleset.String()
	}
	if e.passwordHash != "" {
		a.PasswordHash = e.passwordHash
		a.PasswordSerial++
		d.details["password"] = "changed"
		d.changed.Password = true
	}
	if len(d.details) > 0 {
		d.action = "update"
	}
	return d
}

package local

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// known are the privileges that exist.
const known = users.Supporter | users.Tester | users.Nominator | users.TournamentHost | users.Staff

// The bounds of a silence, and of an audit row.
const (
	minSilence       = time.Second
	maxSilence       = 10 * 365 * 24 * time.Hour
	maxAction        = 64
	maxDetails       = 32
	maxDetailsLength = 4 << 10 // bytes of all keys and values
	maxAudit         = 1000
)

// rank orders accounts by what they may do to each other.
func rank(p users.Privileges) int {
	switch {
	case p.Has(users.Developer):
		return 3
	case p.Has(users.Administrator):
		return 2
	case p.Has(users.Moderator):
		return 1
	}
	return 0
}

// authorize reports whether the actor may do to the target what takes the privilege need.
func authorize(actor, target *account, need users.Privileges) error {
	switch {
	case target == nil:
		return users.ErrNotFound
	case actor == nil, target.Bot:
		return users.ErrForbidden
	case actor.Bot:
		return nil
	}
	standing := rank(users.Privileges(actor.Privileges))
	if actor.Restricted || standing < rank(need) || standing <= rank(users.Privileges(target.Privileges)) {
		return users.ErrForbidden
	}
	return nil
}

// deed is a change that was made to an account: what is told to others, and what is written down. Without an action nothing
// has changed.
type deed struct {
	action, reason string
	details        map[string]string
	changed        users.Changed
}

// alter changes an account in one transaction with its audit row, and announces it. apply may run more than once, each time on
// the account as it is then. Who changes his own account by Update needs no privilege and leaves no row.
func (s *Service) alter(ctx context.Context, id, by int32, allowed func(actor, target *account) error,
	apply func(actor, target *account) (deed, error),
) (users.User, error) {
	var (
		target *account
		done   deed
	)
	err := s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		actor, t, err := s.store.lock(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := allowed(actor, t); err != nil {
			return err
		}
		target = t
		former := t.Name
		if done, err = apply(actor, t); err != nil || done.action == "" {
			return err
		}
		if err := s.store.update(ctx, tx, t); err != nil {
			return err
		}
		if t.SafeName != osu.SafeName(former) {
			if err := s.store.retire(ctx, tx, t, former); err != nil {
				return err
			}
			if err := s.store.index(ctx, tx, t); err != nil {
				return err
			}
		}
		if id == by {
			return nil
		}
		return s.store.writeAudit(ctx, tx, users.AuditEntry{
			At: now(), ActorID: by, TargetID: id, Action: done.action, Reason: done.reason, Details: done.details,
		})
	})
	if database.IsUnique(err) {
		wrong := problems{}
		if err := s.fillTaken(ctx, target, wrong); err != nil {
			return users.User{}, err
		}
		if len(wrong) > 0 {
			return users.User{}, wrong.err()
		}
	}
	if err != nil {
		return users.User{}, err
	}
	if done.action != "" {
		done.changed.User = target.user()
		s.publish(ctx, done.changed)
	}
	return target.user(), nil
}

// moderate is alter for staff.
func (s *Service) moderate(ctx context.Context, id, by int32, need users.Privileges, reason string,
	apply func(actor, target *account) (deed, error),
) (users.User, error) {
	wrong := problems{}
	wrong.add("reason", reasonProblem(reason))
	if err := wrong.err(); err != nil {
		return users.User{}, err
	}
	allowed := func(actor, target *account) error { return authorize(actor, target, need) }
	return s.alter(ctx, id, by, allowed, func(actor, target *account) (deed, error) {
		d, err := apply(actor, target)
		d.reason = reason
		return d, err
	})
}

// Restrict implements users.Moderation.
func (s *Service) Restrict(ctx context.Context, id, by int32, reason string) (users.User, error) {
	return s.restrict(ctx, id, by, reason, "restrict", true)
}

// Unrestrict implements users.Moderation.
func (s *Service) Unrestrict(ctx context.Context, id, by int32, reason string) (users.User, error) {
	return s.restrict(ctx, id, by, reason, "unrestrict", false)
}

func (s *Service) restrict(ctx context.Context, id, by int32, reason, action string, restricted bool) (users.User, error) {
	return s.moderate(ctx, id, by, users.Administrator, reason, func(_, target *account) (deed, error) {
		if target.Restricted == restricted {
			return deed{}, nil
		}
		target.Restricted = restricted
		return deed{action: action, changed: users.Changed{Restricted: true}}, nil
	})
}

// Silence implements users.Moderation.
func (s *Service) Silence(ctx context.Context, id, by int32, reason string, duration time.Duration) (users.User, error) {
	if duration != 0 && (duration < minSilence || duration > maxSilence) {
		wrong := problems{}
		wrong.add("duration", "A silence lasts 1 second to 10 years.")
		return users.User{}, wrong.err()
	}
	return s.moderate(ctx, id, by, users.Moderator, reason, func(_, target *account) (deed, error) {
		at := now()
		if duration == 0 {
			if !target.SilencedUntil.After(at) {
				return deed{}, nil
			}
			target.SilencedUntil = time.Time{}
			return deed{action: "unsilence", changed: users.Changed{Silenced: true}}, nil
		}
		target.SilencedUntil = at.Add(duration).Truncate(time.Microsecond)
		return deed{
			action:  "silence",
			details: map[string]string{"duration": duration.String()},
			changed: users.Changed{Silenced: true},
		}, nil
	})
}

// Grant implements users.Moderation.
func (s *Service) Grant(ctx context.Context, id, by int32, add, remove users.Privileges) (users.User, error) {
	if (add|remove)&^known != 0 {
		wrong := problems{}
		wrong.add("privileges", "There are no such privileges.")
		return users.User{}, wrong.err()
	}
	return s.moderate(ctx, id, by, users.Administrator, "", func(actor, target *account) (deed, error) {
		has := users.Privileges(actor.Privileges)
		if !actor.Bot && !has.Has(users.Developer) && !has.Has(add) {
			return deed{}, users.ErrForbidden
		}
		old := users.Privileges(target.Privileges)
		privileges := old&^remove | add
		if privileges == old {
			return deed{}, nil
		}
		target.Privileges = int64(privileges)
		return deed{
			action: "grant",
			details: map[string]string{
				"from": strconv.FormatUint(uint64(old), 10),
				"to":   strconv.FormatUint(uint64(privileges), 10),
			},
			changed: users.Changed{Privileges: true},
		}, nil
	})
}

// Record implements users.Moderation.
func (s *Service) Record(ctx context.Context, entry users.AuditEntry) error {
	wrong := problems{}
	wrong.add("reason", reasonProblem(entry.Reason))
	if n := utf8.RuneCountInString(entry.Action); n < 1 || n > maxAction || reasonProblem(entry.Action) != "" {
		wrong.add("action", "An action has 1 to 64 characters.")
	}
	length := 0
	for key, value := range entry.Details {
		length += len(key) + len(value)
	}
	if len(entry.Details) > maxDetails || length > maxDetailsLength {
		wrong.add("details", "There are too many details.")
	}
	if err := wrong.err(); err != nil {
		return err
	}
	entry.At = now()
	return s.store.writeAudit(ctx, s.store.DB, entry)
}

// Audit implements users.Moderation.
func (s *Service) Audit(ctx context.Context, target int32, before int64, limit int) ([]users.AuditEntry, error) {
	if limit < 1 || limit > maxAudit {
		return nil, users.ErrTooLarge
	}
	return s.store.audit(ctx, target, before, limit)
}

// Devices implements users.Moderation.
func (s *Service) Devices(ctx context.Context, id int32) ([]users.DeviceRecord, error) {
	return s.store.devices(ctx, id)
}

// Matches implements users.Moderation.
func (s *Service) Matches(ctx context.Context, id int32) ([]users.Match, error) {
	return s.store.matches(ctx, id)
}

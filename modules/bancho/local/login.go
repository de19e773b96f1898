package local

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

// noToken is the token of a login that failed: a client that gets an empty one does not try again.
const noToken = "no"

// Login implements bancho.Service.
func (s *Service) Login(ctx context.Context, attempt bancho.Attempt) (bancho.Welcome, error) {
	if len(attempt.Body) > bancho.MaxLogin {
		return bancho.Welcome{}, bancho.ErrTooLarge
	}
	login, err := packets.ParseLogin(attempt.Body)
	if err != nil {
		return s.unreadable(err)
	}
	config := s.config.Load()
	version, refused := checkClient(config, &login)
	if refused != nil {
		return s.refuse(refused), nil
	}
	user, err := s.authenticate(ctx, &login, attempt)
	if err != nil {
		return s.turnAway(ctx, err)
	}
	if refused := checkUser(config, version, user); refused != nil {
		return s.refuse(refused), nil
	}
	if s.logins.take(strconv.Itoa(int(user.ID)), 1, config.LoginRate/60, config.LoginBurst, time.Now()) == 0 {
		return s.refuse(&refusal{"too_often", packets.LoginServerError, "Your account logs in too often. Your game will try again by itself."}), nil
	}
	visitor, err := s.meet(ctx, user, &login, attempt)
	if err != nil {
		return s.turnAway(ctx, err)
	}
	opened, err := s.sessions.Open(ctx, opening(config, version, &login, attempt, visitor))
	if err != nil {
		return s.turnAway(ctx, err)
	}
	s.metrics.logins.WithLabelValues("ok").Inc()
	s.log.LogAttrs(ctx, slog.LevelInfo, "login", slog.Int("user", int(visitor.user.ID)), slog.String("name", visitor.user.Name),
		slog.String("version", login.Version), slog.String("session", opened.Session.ID))
	return bancho.Welcome{Token: opened.Token, Packets: s.welcome(ctx, config, visitor, opened)}, nil
}

// visitor is who logs in, with what the other modules know about him.
type visitor struct {
	user     users.User
	place    geoip.Location
	settings users.Settings
	friends  []int32
	greeting chat.Greeting
}

func (s *Service) authenticate(ctx context.Context, login *packets.Login, attempt bancho.Attempt) (users.User, error) {
	credentials := users.Credentials{Name: login.Name, PasswordMD5: login.PasswordMD5, Address: attempt.Address}
	return s.users.Authenticate(ctx, credentials, &users.Device{
		ClientVersion: login.Version,
		Executable:    login.Hashes.Executable,
		Adapters:      login.Hashes.AdaptersMD5,
		Uninstall:     login.Hashes.UninstallMD5,
		Disk:          login.Hashes.DiskMD5,
		Wine:          login.Hashes.Wine(),
	})
}

// meet asks the other modules about the visitor, all at once. Where he is is a guess and not worth a failed login; nobody is
// asked when it is not to be shown and the country is known.
func (s *Service) meet(ctx context.Context, user users.User, login *packets.Login, attempt bancho.Attempt) (*visitor, error) {
	v := &visitor{user: user}
	group, ctx := errgroup.WithContext(ctx)
	if attempt.Address.IsValid() && (login.DisplayCity || user.Country == "" && attempt.Country == "") {
		group.Go(func() error {
			place, err := s.geoip.Locate(ctx, attempt.Address)
			if err != nil && ctx.Err() == nil {
				s.log.LogAttrs(ctx, slog.LevelWarn, "locate a client", slog.Any("error", err))
			}
			v.place = place
			return nil
		})
	}
	group.Go(func() (err error) {
		v.settings, err = s.users.Settings(ctx, user.ID)
		return err
	})
	group.Go(func() error {
		list, err := s.relations.List(ctx, user.ID)
		v.friends = friendIDs(list)
		return err
	})
	group.Go(func() (err error) {
		v.greeting, err = s.chat.Greet(ctx, user.ID, user.Privileges)
		return err
	})
	return v, group.Wait()
}

// opening describes the session. A country is that of the account when it has one, as flags are part of a profile.
func opening(config *Config, version osu.Version, login *packets.Login, attempt bancho.Attempt, v *visitor) sessions.Opening {
	o := sessions.Opening{
		User:          v.user,
		Kind:          sessions.Stable,
		ClientVersion: login.Version,
		ClientHashes:  login.Hashes.String(),
		Address:       attempt.Address,
		Location: sessions.Location{
			Country:   v.place.Country,
			Latitude:  v.place.Latitude,
			Longitude: v.place.Longitude,
			Hidden:    !login.DisplayCity || v.settings.HideLocation,
			UTCOffset: login.UTCOffset,
		},
		Status:      sessions.Status{Ruleset: v.user.Ruleset},
		Interest:    sessions.InterestEveryone,
		FriendsOnly: login.BlockNonFriendPMs || v.settings.FriendsOnlyMessages,
		Hidden:      v.settings.HidePresence,
		Presences:   config.Presences,
	}
	if version.Stream == osu.StreamTourney {
		o.Kind = sessions.Tournament
	}
	if attempt.Country != "" {
		o.Location.Country = attempt.Country
	}
	if v.user.Country != "" {
		o.Location.Country = v.user.Country
	}
	for _, c := range v.greeting.Channels {
		if c.AutoJoin && listed(c) {
			o.Channels = append(o.Channels, c.Name)
		}
	}
	return o
}

// listed reports whether a channel is shown at login: #lobby belongs to the list of rooms, and temporary channels to
// something that the player is not doing yet.
func listed(c chat.Channel) bool { return !c.Temporary && c.Name != "#lobby" }

func (s *Service) refuse(r *refusal) bancho.Welcome {
	s.metrics.logins.WithLabelValues(r.result).Inc()
	return bancho.Welcome{Token: noToken, Packets: r.encode()}
}

// unreadable answers a body that does not parse. Where a game could have sent it, the game is told; the rest is no login.
func (s *Service) unreadable(err error) (bancho.Welcome, error) {
	switch {
	case errors.Is(err, packets.ErrLoginSize):
		return bancho.Welcome{}, bancho.ErrTooLarge
	case errors.Is(err, packets.ErrLoginPassword):
		return s.refuse(&refusal{"credentials", packets.LoginFailed, ""}), nil
	case errors.Is(err, packets.ErrLoginVersion):
		return s.refuse(&refusal{"old_client", packets.LoginOldClient, ""}), nil
	case errors.Is(err, packets.ErrLoginHashes):
		return s.refuse(&refusal{"hashes", packets.LoginFailed, "Your client does not say which computer it runs on. Please restart your osu! and try again."}), nil
	}
	s.metrics.logins.WithLabelValues("malformed").Inc()
	return bancho.Welcome{}, bancho.ErrMalformed
}

// turnAway answers a login that a module refused. Faults that pass become reply −5, after which the client tries again by
// itself; only those that nobody foresaw are returned.
func (s *Service) turnAway(ctx context.Context, err error) (bancho.Welcome, error) {
	switch {
	case errors.Is(err, users.ErrBadCredentials):
		return s.refuse(&refusal{"credentials", packets.LoginFailed, ""}), nil
	case errors.Is(err, users.ErrTooMany):
		return s.refuse(&refusal{"too_many", packets.LoginFailed, "Too many failed logins. Please wait a while before you try again."}), nil
	case errors.Is(err, users.ErrBusy):
		return s.refuse(&refusal{"busy", packets.LoginServerError, "Many players are logging in right now. Your game will try again by itself."}), nil
	case errors.Is(err, sessions.ErrFull):
		return s.refuse(&refusal{"full", packets.LoginServerError, "The server is full. Your game will try again by itself."}), nil
	}
	s.metrics.logins.WithLabelValues("failed").Inc()
	switch fault.KindOf(err) {
	case fault.Canceled:
		return bancho.Welcome{}, err
	case fault.Unavailable, fault.DeadlineExceeded, fault.Exhausted:
		s.log.LogAttrs(ctx, slog.LevelWarn, "a login failed", slog.Any("error", err))
		r := refusal{code: packets.LoginServerError, notice: "A part of the server is away at the moment. Your game will try again by itself."}
		return bancho.Welcome{Token: noToken, Packets: r.encode()}, nil
	}
	return bancho.Welcome{}, err
}

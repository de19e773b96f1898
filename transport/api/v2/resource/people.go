package resource

import (
	"context"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/web/covers"
)

const (
	// activeWithin is how long ago an active user was here at most (ppy/osu-web app/Models/User.php).
	activeWithin = 30 * 24 * time.Hour

	// supportLevel is that of every supporter.
	supportLevel = 1
)

// PeopleDeps are what People needs of others.
type PeopleDeps struct {
	Users    Directory
	Sessions Presence
	Rankings Figures
	Domain   string // of the server

	// Supporters counts everybody as a supporter.
	Supporters bool
}

// Directory is the part of users.Accounts that People asks.
type Directory interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Profiles(ctx context.Context, ids []int32) ([]users.Profile, error)
}

// Presence is the part of sessions.Service that People asks.
type Presence interface {
	Presences(ctx context.Context, userIDs []int32) ([]sessions.Presence, error)
}

// Figures is the part of rankings.Service that People asks.
type Figures interface {
	Statistics(ctx context.Context, userIDs []int32, board rankings.Board) ([]rankings.Statistics, error)
}

// People loads users for answers: however many, with one call to each module. It is safe for concurrent use.
type People struct{ deps PeopleDeps }

// NewPeople returns the users of the modules.
func NewPeople(deps PeopleDeps) *People { return &People{deps} }

// Account is a user with what accounts tell of him.
type Account struct {
	users.User
	Profile users.Profile
	Online  bool
}

// Accounts loads users by id. Those who do not exist are absent, and so are the restricted ones, but to themselves: viewer is who
// looks, 0 for nobody in particular.
func (p *People) Accounts(ctx context.Context, viewer int32, ids []int32) (map[int32]*Account, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	all := make(map[int32]*Account, len(ids))
	for chunk := range slices.Chunk(ids, users.MaxBatch) {
		if err := p.load(ctx, viewer, chunk, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p *People) load(ctx context.Context, viewer int32, ids []int32, into map[int32]*Account) error {
	var found []users.User
	var profiles []users.Profile
	var online []sessions.Presence
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		found, err = p.deps.Users.Get(ctx, ids)
		return err
	})
	group.Go(func() (err error) {
		profiles, err = p.deps.Users.Profiles(ctx, ids)
		return err
	})
	group.Go(func() (err error) {
		online, err = p.deps.Sessions.Presences(ctx, ids)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for _, u := range found {
		if !u.Restricted || u.ID == viewer {
			into[u.ID] = &Account{User: u}
		}
	}
	for _, profile := range profiles {
		if a := into[profile.UserID]; a != nil {
			a.Profile = profile
		}
	}
	for _, presence := range online {
		if a := into[presence.UserID]; a != nil {
			a.Online = true
		}
	}
	return nil
}

// Compact loads users as they stand beside other things. Who is invisible to the viewer is absent.
func (p *People) Compact(ctx context.Context, viewer int32, ids []int32) (map[int32]*User, error) {
	accounts, err := p.Accounts(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[int32]*User, len(accounts))
	for id, a := range accounts {
		all[id] = p.User(a, viewer)
	}
	return all, nil
}

// User shows an account to a viewer.
func (p *People) User(a *Account, viewer int32) *User {
	return &User{Person: p.Person(a, viewer), Card: p.Card(a)}
}

// Person shows an account to a viewer. When somebody was here last is hidden together with his presence. To himself it is told
// even if he never was, because lazer goes into hiding when it is not.
func (p *People) Person(a *Account, viewer int32) Person {
	person := Person{
		AvatarURL:     "https://a." + p.deps.Domain + "/" + strconv.Itoa(int(a.ID)),
		CountryCode:   countryOf(a.Country).Code,
		DefaultGroup:  plainGroup,
		ID:            a.ID,
		IsActive:      a.Bot || a.Online || a.ID == viewer || time.Since(a.LastSeenAt) < activeWithin,
		IsBot:         a.Bot,
		IsOnline:      a.Online,
		IsSupporter:   p.Supports(a),
		PMFriendsOnly: a.Profile.FriendsOnlyMessages,
		ProfileColour: p.colour(a),
		Username:      a.Name,
	}
	if groups := groupsOf(a.User); len(groups) > 0 {
		person.DefaultGroup = groups[0].Identifier
	}
	if !a.Profile.HidePresence {
		person.LastVisit = Maybe(a.LastSeenAt)
		if a.ID == viewer && person.LastVisit == nil {
			person.LastVisit = Maybe(time.Now())
		}
	}
	return person
}

// Card shows what a panel has besides.
func (p *People) Card(a *Account) Card {
	number := covers.Of(a.ID)
	id, cover := strconv.Itoa(number), "https://assets."+p.deps.Domain+"/user-covers/"+covers.Name(number)
	return Card{Country: countryOf(a.Country), Cover: Cover{URL: &cover, ID: &id}, Groups: groupsOf(a.User)}
}

// Stranger stands for somebody who has no account here, as the mappers of the official server have none: what is his comes with a
// user in every answer of the official API.
func (p *People) Stranger(id int32, name string) *User {
	return &User{Person: *p.Gone(id, name), Card: Card{Country: countryOf(""), Groups: []Group{}}}
}

// Supports reports whether a user counts as a supporter.
func (p *People) Supports(a *Account) bool {
	return !a.Bot && (p.deps.Supporters || a.Privileges.Has(users.Supporter))
}

// SupportLevel is 0 for who is none.
func (p *People) SupportLevel(a *Account) int32 {
	if p.Supports(a) {
		return supportLevel
	}
	return 0
}

// colour is that which staff gave the user, or his group's.
func (p *People) colour(a *Account) *string {
	if a.Profile.Colour != "" {
		colour := "#" + a.Profile.Colour
		return &colour
	}
	if groups := groupsOf(a.User); len(groups) > 0 {
		return groups[0].Colour
	}
	return nil
}

func countryOf(code string) Country {
	if c := osu.ParseCountry(code); c != osu.Unknown {
		return Country{Code: string(c), Name: c.Name()}
	}
	return Country{Code: "XX", Name: "Unknown"}
}

// Measure adds the figures in a ruleset to users.
func (p *People) Measure(ctx context.Context, all map[int32]*User, ruleset osu.Ruleset) error {
	return p.figures(ctx, all, ruleset, func(u *User, s Statistics) { u.Statistics = &s })
}

// Rank adds the global rank in a ruleset to users.
func (p *People) Rank(ctx context.Context, all map[int32]*User, ruleset osu.Ruleset) error {
	return p.figures(ctx, all, ruleset, func(u *User, s Statistics) {
		u.GlobalRank = &RulesetRank{Rank: s.GlobalRank, RulesetID: int32(ruleset)}
	})
}

// MeasureAll adds the figures in all rulesets to users.
func (p *People) MeasureAll(ctx context.Context, all map[int32]*User) error {
	for _, u := range all {
		u.StatisticsRulesets = new(StatisticsRulesets)
	}
	for ruleset := range osu.Rulesets {
		err := p.figures(ctx, all, ruleset, func(u *User, s Statistics) { *u.StatisticsRulesets.Of(ruleset) = s })
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *People) figures(ctx context.Context, all map[int32]*User, ruleset osu.Ruleset, set func(*User, Statistics)) error {
	ids := make([]int32, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	for chunk := range slices.Chunk(ids, rankings.MaxBatch) {
		counted, err := p.deps.Rankings.Statistics(ctx, chunk, rankings.Board{Ruleset: ruleset})
		if err != nil {
			return err
		}
		for _, s := range counted {
			if u := all[s.UserID]; u != nil {
				set(u, StatisticsOf(s))
			}
		}
	}
	return nil
}

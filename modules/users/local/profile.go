package local

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// The bounds of a profile.
const (
	maxLine        = 100
	maxHandle      = 40
	maxTitle       = 40
	maxFormerNames = 50

	playstyles = users.Mouse | users.Keyboard | users.Tablet | users.Touch
)

// profile is a row of user_profiles.
type profile struct {
	bun.BaseModel `bun:"table:user_profiles,alias:p"`

	UserID     int32  `bun:"user_id,pk"`
	Interests  string `bun:"interests"`
	Occupation string `bun:"occupation"`
	Location   string `bun:"location"`
	Website    string `bun:"website"`
	Twitter    string `bun:"twitter"`
	Discord    string `bun:"discord"`
	Playstyles int16  `bun:"playstyles"`
	Hue        *int32 `bun:"hue"`
	Title      string `bun:"title"`
	Colour     string `bun:"colour"`
}

// formerName is a row of user_former_names.
type formerName struct {
	bun.BaseModel `bun:"table:user_former_names,alias:f"`

	UserID  int32     `bun:"user_id,pk"`
	Name    string    `bun:"name,pk"`
	UntilAt time.Time `bun:"until_at"`
}

// Profiles implements users.Accounts.
func (s *Service) Profiles(ctx context.Context, ids []int32) ([]users.Profile, error) {
	switch {
	case len(ids) == 0:
		return nil, nil
	case len(ids) > users.MaxBatch:
		return nil, users.ErrTooLarge
	}
	return s.store.profiles(ctx, ids)
}

// SaveProfile implements users.Accounts.
func (s *Service) SaveProfile(ctx context.Context, p users.Profile, by int32) error {
	if err := checkProfile(p); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		actor, target, err := s.store.lock(ctx, tx, by, p.UserID)
		if err != nil {
			return err
		}
		own := target != nil && p.UserID == by && !target.Bot
		if !own {
			if err := authorize(actor, target, users.Administrator); err != nil {
				return err
			}
		}
		var known []profile
		if err := tx.NewSelect().Model(&known).Where("user_id = ?", p.UserID).Scan(ctx); err != nil {
			return err
		}
		was := profile{}
		if len(known) > 0 {
			was = known[0]
		}
		if (was.Title != p.Title || was.Colour != p.Colour) && rank(users.Privileges(actor.Privileges)) < rank(users.Administrator) && !actor.Bot {
			return users.ErrForbidden
		}
		if err := s.store.saveProfile(ctx, tx, p); err != nil || own {
			return err
		}
		return s.store.writeAudit(ctx, tx, users.AuditEntry{
			At: now(), ActorID: by, TargetID: p.UserID, Action: "profile", Details: map[string]string{
				"title_from": was.Title, "title_to": p.Title, "colour_from": was.Colour, "colour_to": p.Colour,
			},
		})
	})
}

// checkProfile says what is wrong with a profile.
func checkProfile(p users.Profile) error {
	wrong := problems{}
	wrong.add("interests", lineProblem(p.Interests, maxLine))
	wrong.add("occupation", lineProblem(p.Occupation, maxLine))
	wrong.add("location", lineProblem(p.Location, maxLine))
	wrong.add("website", websiteProblem(p.Website))
	wrong.add("twitter", lineProblem(p.Twitter, maxHandle))
	wrong.add("discord", lineProblem(p.Discord, maxHandle))
	wrong.add("title", lineProblem(p.Title, maxTitle))
	if p.Playstyles&^playstyles != 0 {
		wrong.add("playstyles", "There are no such playstyles.")
	}
	if p.Hue != nil && (*p.Hue < 0 || *p.Hue > 359) {
		wrong.add("hue", "A hue is 0 to 359 degrees.")
	}
	if p.Colour != "" && (len(p.Colour) != 6 || strings.Trim(p.Colour, "0123456789abcdef") != "") {
		wrong.add("colour", "A colour is six hexadecimal digits in lower case.")
	}
	return wrong.err()
}

// lineProblem says why a text is not one line of at most so many characters.
func lineProblem(text string, most int) string {
	if utf8.RuneCountInString(text) > most || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "This has to be one line of at most " + strconv.Itoa(most) + " characters."
	}
	return ""
}

func websiteProblem(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "This is not the address of a website."
	}
	return lineProblem(text, maxLine)
}

// profiles reads the profiles of the accounts that exist, in the order of the ids, in four statements whatever their number.
func (s store) profiles(ctx context.Context, ids []int32) ([]users.Profile, error) {
	var existing []int32
	if err := s.Reader.NewSelect().Model((*account)(nil)).Column("id").Where("id IN (?)", bun.List(ids)).Scan(ctx, &existing); err != nil {
		return nil, err
	}
	all := make(map[int32]*users.Profile, len(existing))
	for _, id := range existing {
		all[id] = &users.Profile{UserID: id}
	}
	var told []profile
	if err := s.Reader.NewSelect().Model(&told).Where("user_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range told {
		if p := all[r.UserID]; p != nil {
			*p = users.Profile{
				UserID: r.UserID, Interests: r.Interests, Occupation: r.Occupation, Location: r.Location, Website: r.Website,
				Twitter: r.Twitter, Discord: r.Discord, Playstyles: users.Playstyles(r.Playstyles), Hue: r.Hue, Title: r.Title,
				Colour: r.Colour,
			}
		}
	}
	var chosen []settings
	if err := s.Reader.NewSelect().Model(&chosen).Where("user_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range chosen {
		if p := all[r.UserID]; p != nil {
			p.FriendsOnlyMessages, p.HidePresence = r.FriendsOnlyMessages, r.HidePresence
		}
	}
	var names []formerName
	err := s.Reader.NewSelect().Model(&names).Where("user_id IN (?)", bun.List(ids)).Order("user_id", "until_at", "name").Scan(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range names {
		if p := all[r.UserID]; p != nil {
			p.FormerNames = append(p.FormerNames, r.Name)
		}
	}
	list := make([]users.Profile, 0, len(all))
	for _, id := range ids {
		if p := all[id]; p != nil {
			list = append(list, *p)
		}
	}
	return list, nil
}

func (s store) saveProfile(ctx context.Context, tx bun.Tx, p users.Profile) error {
	row := profile{
		UserID: p.UserID, Interests: p.Interests, Occupation: p.Occupation, Location: p.Location, Website: p.Website,
		Twitter: p.Twitter, Discord: p.Discord, Playstyles: int16(p.Playstyles), Hue: p.Hue, Title: p.Title, Colour: p.Colour,
	}
	_, err := database.Upsert{Key: []string{"user_id"}, Replace: []string{
		"interests", "occupation", "location", "website", "twitter", "discord", "playstyles", "hue", "title", "colour",
	}}.On(tx.NewInsert().Model(&row)).Exec(ctx)
	return err
}

// retire notes a name that an account has given up. Names that read like the present one were not given up for good, and of the
// others the latest are kept.
func (s store) retire(ctx context.Context, tx bun.Tx, a *account, former string) error {
	var known []formerName
	if err := tx.NewSelect().Model(&known).Where("user_id = ?", a.ID).Order("until_at DESC").Scan(ctx); err != nil {
		return err
	}
	var drop []string
	kept := 1
	for _, n := range known {
		switch {
		case n.Name == former:
		case osu.SafeName(n.Name) == a.SafeName, osu.SafeName(n.Name) == osu.SafeName(former), kept == maxFormerNames:
			drop = append(drop, n.Name)
		default:
			kept++
		}
	}
	if len(drop) > 0 {
		_, err := tx.NewDelete().Model((*formerName)(nil)).Where("user_id = ?", a.ID).Where("name IN (?)", bun.List(drop)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	row := formerName{UserID: a.ID, Name: former, UntilAt: now()}
	_, err := database.Upsert{Key: []string{"user_id", "name"}, Replace: []string{"until_at"}}.On(tx.NewInsert().Model(&row)).Exec(ctx)
	return err
}

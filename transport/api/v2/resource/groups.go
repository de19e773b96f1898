package resource

import (
	"slices"

	"github.com/pure-peace/peace/modules/users"
)

// What users can be. Numbers, identifiers and colours are the official server's for what it has too, because clients and tools
// know them (ppy/osu-wiki wiki/People); numbers from 1000 are our own.
var (
	developers  = group(11, "dev", "Developers", "DEV", "#E45678")
	admins      = group(5, "admin", "Administrators", "ADM", "#EB8C47")
	moderators  = group(4, "gmt", "Global Moderation Team", "GMT", "#99EB47")
	nominators  = withPlaymodes(group(28, "bng", "Beatmap Nominators", "BN", "#A347EB"))
	tournaments = group(1000, "tournament", "Tournament Hosts", "TOU", "#47B8EB")
	bots        = group(29, "bot", "Bots", "BOT", "#999999")
)

const plainGroup = "default"

func group(id int32, identifier, name, short, colour string) Group {
	return Group{Colour: &colour, ID: id, Identifier: identifier, Name: name, ShortName: short}
}

// withPlaymodes makes a group that is one for every ruleset.
func withPlaymodes(g Group) Group {
	g.HasPlaymodes, g.Playmodes = true, []string{"osu", "taiko", "fruits", "mania"}
	return g
}

// groupsOf returns what a user is, the most important first.
func groupsOf(u users.User) []Group {
	groups := []Group{} // never null
	for _, g := range []struct {
		member bool
		group  Group
	}{
		{u.Bot, bots},
		{u.Privileges.Has(users.Developer), developers},
		{u.Privileges.Has(users.Administrator), admins},
		{u.Privileges.Has(users.Moderator), moderators},
		{u.Privileges.Has(users.Nominator), nominators},
		{u.Privileges.Has(users.TournamentHost), tournaments},
	} {
		if g.member {
			g.group.Playmodes = slices.Clone(g.group.Playmodes)
			groups = append(groups, g.group)
		}
	}
	return groups
}

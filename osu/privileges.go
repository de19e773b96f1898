package osu

// ClientPrivileges is what the stable client is told about an account: it colours names and unlocks features. It decides
// nothing on a server, whose own privileges are richer.
type ClientPrivileges uint8

// The bits that clients define. A client that is sent any other bit may crash.
const (
	ClientPlayer     ClientPrivileges = 1 << iota
	ClientModerator                   // red name, moderation features
	ClientSupporter                   // yellow name; unlocks osu!direct and the country, friend and mod boards
	ClientOwner                       // blue name
	ClientDeveloper                   // administrators and developers
	ClientTournament                  // tournament staff; fits in the privileges packet only, see PresencePrivileges

	// AllClientPrivileges is every defined bit.
	AllClientPrivileges = ClientTournament<<1 - 1

	// PresencePrivileges is the part that shares a byte of the presence packet with the ruleset.
	PresencePrivileges = ClientTournament - 1
)

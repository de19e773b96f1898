// Package users is the contract of the accounts module: who may log in, under which name, with which privileges, and what
// staff did to whom.
//
// It is split by who calls it: Accounts is for the edges and the other modules, Moderation for staff commands and the CLI.
// Both are one service with one table of truth.
//
// What must flow upward (an account was restricted, renamed, silenced) is published on the state topic Topic as a Changed
// event, at most once; a consumer that holds a copy of an account also asks Get again when it (re)subscribes.
//
// Passwords arrive as the lower-case hex MD5 that the stable client sends; what is stored is argon2id over it. Every method
// is safe for concurrent use; returned values belong to the caller.
package users

import (
	"context"
	"net/netip"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu"
)

// Topic is the state topic on which Changed events are published.
const Topic = "users.changed"

// BotID is the account of the chat bot, which always exists. FirstPlayerID is the first id that a player can get:
// the stable client hard-codes id 2 (bancho.py app/objects/player.py, ppy/osu-wiki).
const (
	BotID         int32 = 1
	FirstPlayerID int32 = 1000
)

// MaxBatch bounds the ids or names of one Get, Find or Profiles, MaxFound what a Search finds.
const (
	MaxBatch = 1000
	MaxFound = 1000
)

// The faults of this contract. ErrInvalidForm carries a detail for each field that is wrong, named as in the .proto ("name",
// "unicode_name", "email", "password", "country", "ruleset", "privileges", "language", "reason", "duration", "action", and the
// fields of a Profile), with sentences for whoever filled it in.
var (
	ErrNotFound       = fault.New(fault.NotFound, "users", "not_found", "no such user")
	ErrBadCredentials = fault.New(fault.Unauthenticated, "users", "bad_credentials", "wrong name or password")
	ErrInvalidForm    = fault.New(fault.Invalid, "users", "invalid_form", "some fields are not acceptable")
	ErrBusy           = fault.New(fault.Exhausted, "users", "busy", "too many passwords are being checked, try again")
	ErrTooMany        = fault.New(fault.Exhausted, "users", "too_many_attempts", "too many attempts, wait a while")
	ErrClosed         = fault.New(fault.Forbidden, "users", "registration_closed", "registration is closed on this server")
	ErrTooLarge       = fault.New(fault.Invalid, "users", "too_large", "too many things asked for at once")
	ErrForbidden      = fault.New(fault.Forbidden, "users", "forbidden", "you may not do that to this user")
)

// Service is the whole module.
type Service interface {
	Accounts
	Moderation
}

// Accounts is what edges and modules ask of accounts.
type Accounts interface {
	// Register validates the form and, unless it is only a check, makes the account. A repeated identical registration (same
	// name, e-mail and password within a minute, as a client's network retry makes) returns the account made first.
	// ErrInvalidForm with a detail for each wrong field; ErrClosed, ErrTooMany (both only for a form with an address),
	// ErrBusy.
	Register(ctx context.Context, form Registration) (User, error)

	// Authenticate returns the account when name (or e-mail) and password fit, and records the visit and the device when one
	// is given. A restricted account authenticates; a deleted or bot account does not. ErrBadCredentials, ErrBusy,
	// ErrTooMany.
	Authenticate(ctx context.Context, credentials Credentials, device *Device) (User, error)

	// Get returns the accounts of the ids (at most MaxBatch, else ErrTooLarge) that exist, in the order asked for.
	Get(ctx context.Context, ids []int32) ([]User, error)

	// Find returns the accounts of the names (at most MaxBatch, else ErrTooLarge) that exist, in the order asked for. Names
	// are matched by osu.SafeName, and unicode names exactly.
	Find(ctx context.Context, names []string) ([]User, error)

	// Search returns accounts whose plain name contains the text, in any case and with spaces and underscores alike, those first
	// that begin with it, then by name; and how many there are, of whom it counts MaxFound. Those with less than two characters
	// in common are not looked for, unless they begin with the text. Restricted accounts are not found, the bot is. ErrTooLarge
	// when offset or limit is negative or their sum above MaxFound.
	Search(ctx context.Context, text string, offset, limit int) ([]User, int, error)

	// Profiles returns what the accounts of the ids (at most MaxBatch, else ErrTooLarge) that exist tell about themselves, in the
	// order asked for.
	Profiles(ctx context.Context, ids []int32) ([]Profile, error)

	// SaveProfile replaces what the account profile.UserID tells about itself, on behalf of `by`, and writes an audit row when
	// by is somebody else: an administrator, under the rules of Moderation. Title and Colour are for administrators to change.
	// ErrNotFound, ErrInvalidForm, ErrForbidden.
	SaveProfile(ctx context.Context, profile Profile, by int32) error

	// Update changes the parts of an account that are set, on behalf of `by`, and writes an audit row when by is somebody
	// else: an administrator, under the rules of Moderation. ErrNotFound, ErrInvalidForm, ErrForbidden, ErrBusy.
	Update(ctx context.Context, id, by int32, change Change) (User, error)

	// Settings returns the account's settings, their defaults included. ErrNotFound.
	Settings(ctx context.Context, id int32) (Settings, error)

	// SaveSettings replaces them. ErrNotFound, ErrInvalidForm.
	SaveSettings(ctx context.Context, id int32, settings Settings) error
}

// Moderation is what staff does. Each method that changes something writes an audit row with the actor and the reason in the
// transaction of its effect. ErrNotFound when there is no target. ErrForbidden when the actor lacks the privilege that the
// method names, when he is restricted, or when the target is not below him: developers stand above administrators, these above
// moderators, these above everybody else. The bot account may do everything, and cannot be a target. ErrInvalidForm with the
// detail "reason" for one of more than 1000 characters.
type Moderation interface {
	// Restrict hides the account from everybody else until Unrestrict. Repeating either changes nothing. For administrators.
	Restrict(ctx context.Context, id, by int32, reason string) (User, error)

	// Unrestrict lifts a restriction. For administrators.
	Unrestrict(ctx context.Context, id, by int32, reason string) (User, error)

	// Silence forbids the account to speak for a time (1 s to 10 years), replacing an earlier silence; 0 ends it. For
	// moderators.
	Silence(ctx context.Context, id, by int32, reason string, duration time.Duration) (User, error)

	// Grant adds and removes privileges. For administrators; nobody can grant what he does not have, but a developer has
	// everything.
	Grant(ctx context.Context, id, by int32, add, remove Privileges) (User, error)

	// Record writes an audit row for something done elsewhere, such as an announcement. Its ID and time are set here. An
	// action has 1 to 64 characters, a reason at most 1000, and details at most 32 entries.
	Record(ctx context.Context, entry AuditEntry) error

	// Audit returns audit rows, newest first, with id below `before` (0 means the newest), at most limit (1 to 1000). A
	// target of 0 means everybody. ErrTooLarge for another limit.
	Audit(ctx context.Context, target int32, before int64, limit int) ([]AuditEntry, error)

	// Devices returns the devices that the account has logged in from, latest first, at most 1000.
	Devices(ctx context.Context, id int32) ([]DeviceRecord, error)

	// Matches returns the other accounts that share hardware with this one, strongest first, at most 1000.
	Matches(ctx context.Context, id int32) ([]Match, error)
}

// Privileges is the set of things an account may do on this server. How the stable client shows them is the bancho module's.
type Privileges uint64

// The privileges. Values are stored: never renumber.
const (
	Supporter      Privileges = 1 << 0 // supporter features; servers may give them to everybody
	Tester         Privileges = 1 << 1 // may use test builds
	Nominator      Privileges = 1 << 2 // may change the status of beatmaps
	TournamentHost Privileges = 1 << 3 // tournament clients and referee tools
	Moderator      Privileges = 1 << 4 // silence, kick, read staff channels
	Administrator  Privileges = 1 << 5 // restrict, announce, grant
	Developer      Privileges = 1 << 6 // everything, the server's own tools included
)

// Staff is every privilege that makes an account staff.
const Staff = Moderator | Administrator | Developer

// Has reports whether all of the wanted privileges are there.
func (p Privileges) Has(want Privileges) bool { return p&want == want }

// HasAny reports whether at least one of the wanted privileges is there.
func (p Privileges) HasAny(want Privileges) bool { return p&want != 0 }

// User is an account. E-mail is private: an edge shows it to its owner only.
type User struct {
	ID            int32
	Name          string // as shown; ASCII
	UnicodeName   string // optional, in any script; "" when there is none
	Email         string
	Country       string // ISO 3166-1 alpha-2 in upper case, "" when unknown
	Privileges    Privileges
	Ruleset       osu.Ruleset // the one shown first
	Restricted    bool
	SilencedUntil time.Time // zero or past: not silenced
	Bot           bool
	CreatedAt     time.Time
	LastSeenAt    time.Time // of the last Authenticate, to the minute; zero when never

	// PasswordSerial grows with every change of the password: what was handed out for an older one is worth nothing any more,
	// also to those who missed the event.
	PasswordSerial int32
}

// Silenced returns how long the user may still not speak at time now; 0 when he may.
func (u User) Silenced(now time.Time) time.Duration { return max(0, u.SilencedUntil.Sub(now)) }

// Registration is a sign-up form.
type Registration struct {
	Name        string
	UnicodeName string // optional
	Email       string
	Password    string     // plain text, as the stable client's form sends it; checked for strength, then hashed
	Country     string     // "" when unknown; with an Address, a code that does not exist is unknown too
	Address     netip.Addr // whence; zero for the CLI. Counts against the limit of registrations an address
	CheckOnly   bool       // validate, make nothing; the returned user has no ID
	Privileges  Privileges // only for calls that no player can make: the CLI and the first start
}

// Credentials are what a client proves itself with.
type Credentials struct {
	Name        string
	PasswordMD5 string     // 32 lower-case hex digits
	Address     netip.Addr // counts against the limit of failures an address
}

// Device is what a stable client tells of its machine: MD5s, all lower-case hex.
type Device struct {
	ClientVersion string
	Executable    string
	Adapters      string // MD5 of the network adapters
	Uninstall     string // MD5 of the installation's id
	Disk          string // MD5 of the disk's serial
	Wine          bool   // adapters carry no information under Wine
}

// DeviceRecord is a device with the use made of it.
type DeviceRecord struct {
	Device  Device
	Address netip.Addr // of the latest use
	FirstAt time.Time
	LastAt  time.Time
	Uses    int
}

// Match is another account with the same hardware. Values that many machines share (the MD5 of "0", of "unknown", of
// nothing) never count; under Wine only the uninstall id does (bancho.py app/api/domains/cho.py).
type Match struct {
	UserID    int32
	Adapters  bool
	Uninstall bool
	Disk      bool
	LastAt    time.Time
}

// Change names the parts of an account to change; nil leaves a part alone.
type Change struct {
	Name        *string
	UnicodeName *string // "" removes it
	Email       *string
	Country     *string
	Ruleset     *osu.Ruleset
	Password    *string // plain text; checked as at registration. Ends no session by itself: Changed.Password tells others
}

// Settings are the choices of a player that follow the account and not the client.
type Settings struct {
	FriendsOnlyMessages bool // private messages from friends only
	HideLocation        bool // no position on the world map
	HidePresence        bool // appear offline to everybody; lazer's status sets it
	Language            string
}

// Profile is what an account tells about itself. Texts are of one line and "" when there is none.
type Profile struct {
	UserID     int32
	Interests  string // at most 100 characters, like Occupation, Location and Website
	Occupation string
	Location   string
	Website    string // an http or https URL
	Twitter    string // a name there, like Discord; at most 40 characters
	Discord    string
	Playstyles Playstyles
	Hue        *int32 // of the page's colours in degrees, 0 to 359; nil for the server's own
	Title      string // beneath the name; at most 40 characters
	Colour     string // of the name, six lower-case hex digits

	// What follows is kept elsewhere; SaveProfile leaves it alone.

	FormerNames         []string // the oldest first, at most 50, without the present one
	FriendsOnlyMessages bool     // of Settings
	HidePresence        bool     // of Settings
}

// Playstyles is what somebody plays with.
type Playstyles int32

// The playstyles. Values are stored: never renumber.
const (
	Mouse    Playstyles = 1 << 0
	Keyboard Playstyles = 1 << 1
	Tablet   Playstyles = 1 << 2
	Touch    Playstyles = 1 << 3
)

// AuditEntry is one thing that staff, the server or a user did.
type AuditEntry struct {
	ID       int64
	At       time.Time
	ActorID  int32
	TargetID int32 // 0 when nobody in particular
	Action   string
	Reason   string
	Details  map[string]string
}

// Changed is the event published on Topic after an account changed: the account as it is now, and which parts are new.
type Changed struct {
	User       User
	Name       bool
	Privileges bool
	Restricted bool
	Silenced   bool
	Password   bool
	Country    bool
}

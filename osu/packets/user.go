package packets

import (
	"encoding/binary"
	"math"

	"github.com/pure-peace/peace/osu"
)

// Logins that fail, and sessions that are ejected, get one of these as their [UserID].
const (
	LoginFailed         UserID = -1 // asks for the credentials again
	LoginOldClient      UserID = -2 // send VersionUpdate before it, so that the updater starts
	LoginBanned         UserID = -3 // is not retried
	LoginInactive       UserID = -4 // current clients show it as a ban: prefer LoginFailed with a Notification
	LoginServerError    UserID = -5 // is retried after a while
	LoginNeedsSupporter UserID = -6 // also refuses test builds
	LoginPasswordReset  UserID = -7 // opens the reset page
	LoginVerification   UserID = -8 // opens the page that verifies a new device
)

// What [ReceiveUpdates] asks for. Oneself, the members of one's room and whom one watches are always included.
const (
	UpdatesNone    ReceiveUpdates = 0
	UpdatesAll     ReceiveUpdates = 1
	UpdatesFriends ReceiveUpdates = 2
)

// Privileges (71) tells a client its own privileges. Append leaves out undefined bits, on which clients crash.
//
//	privileges i32
type Privileges osu.ClientPrivileges

// PacketID returns [IDPrivileges].
func (Privileges) PacketID() ID { return IDPrivileges }

// Append appends the packet.
func (p Privileges) Append(dst []byte) []byte {
	defined := osu.ClientPrivileges(p) & osu.AllClientPrivileges
	return binary.LittleEndian.AppendUint32(appendHeader(dst, IDPrivileges, 4), uint32(defined))
}

// Decode reads the payload.
func (p *Privileges) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = Privileges(r.u32())
	return r.end(IDPrivileges)
}

// Status is what a client says that its player does.
//
//	action u8 · info string · beatmap md5 string · mods u32 · ruleset u8 · beatmap id i32
type Status struct {
	Action     osu.Action
	Info       string // shown after the action: "Artist - Title [Difficulty]"
	BeatmapMD5 string // lower-case hexadecimal, or ""
	Mods       osu.Mods
	Ruleset    osu.Ruleset
	BeatmapID  int32
}

func (s *Status) append(dst []byte) []byte {
	dst = append(dst, byte(s.Action))
	dst = AppendString(dst, s.Info)
	dst = AppendString(dst, s.BeatmapMD5)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(s.Mods))
	dst = append(dst, byte(s.Ruleset))
	return binary.LittleEndian.AppendUint32(dst, uint32(s.BeatmapID))
}

func (r *reader) status() Status {
	return Status{
		Action:     osu.Action(r.u8()),
		Info:       r.str(),
		BeatmapMD5: r.str(),
		Mods:       osu.Mods(r.u32()),
		Ruleset:    osu.Ruleset(r.u8()),
		BeatmapID:  r.i32(),
	}
}

// ChangeAction (0) is the client's new [Status].
type ChangeAction Status

// PacketID returns [IDChangeAction].
func (ChangeAction) PacketID() ID { return IDChangeAction }

// Append appends the packet.
func (p ChangeAction) Append(dst []byte) []byte {
	dst, start := begin(dst, IDChangeAction)
	return finish((*Status)(&p).append(dst), start)
}

// Decode reads the payload.
func (p *ChangeAction) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = ChangeAction(r.status())
	return r.end(IDChangeAction)
}

// UserStats (11) is what a user does and how well, in the ruleset of the status.
//
//	user id i32 · status · ranked score i64 · accuracy f32 · play count i32 · total score i64 · rank i32 · pp u16
type UserStats struct {
	UserID      int32
	Status      Status
	RankedScore int64
	Accuracy    float32 // 0 to 1
	PlayCount   int32
	TotalScore  int64
	Rank        int32  // 0 is unranked
	PP          uint16 // see SetPP
}

// SetPP sets PP to pp if it fits in its 16 bits. If it does not, PP is set to 0 and RankedScore to pp, which is where players
// look for it then. Clients older than b20250306 read the field as signed. Source: osuAkatsuki/bancho.py app/packets.py.
func (p *UserStats) SetPP(pp int) {
	if pp = max(pp, 0); pp > math.MaxUint16 {
		p.PP, p.RankedScore = 0, int64(pp)
		return
	}
	p.PP = uint16(pp)
}

// PacketID returns [IDUserStats].
func (UserStats) PacketID() ID { return IDUserStats }

// Append appends the packet.
func (p UserStats) Append(dst []byte) []byte {
	dst, start := begin(dst, IDUserStats)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.UserID))
	dst = p.Status.append(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(p.RankedScore))
	dst = appendF32(dst, p.Accuracy)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.PlayCount))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(p.TotalScore))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.Rank))
	dst = binary.LittleEndian.AppendUint16(dst, p.PP)
	return finish(dst, start)
}

// Decode reads the payload.
func (p *UserStats) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = UserStats{
		UserID:      r.i32(),
		Status:      r.status(),
		RankedScore: r.i64(),
		Accuracy:    r.f32(),
		PlayCount:   r.i32(),
		TotalScore:  r.i64(),
		Rank:        r.i32(),
		PP:          r.u16(),
	}
	return r.end(IDUserStats)
}

// UserPresence (83) is who a user is.
//
//	user id i32 · name string · UTC offset + 24 u8 · country u8 · privileges | ruleset << 5 u8
//	longitude f32 · latitude f32 · rank i32
type UserPresence struct {
	UserID     int32 // negative for users on IRC, who have no stats
	Name       string
	UTCOffset  int8 // hours
	Country    osu.Country
	Privileges osu.ClientPrivileges // only osu.PresencePrivileges are written: the rest of the byte is the ruleset
	Ruleset    osu.Ruleset
	Longitude  float32 // degrees; a value off the map hides the user on it
	Latitude   float32 // degrees
	Rank       int32   // in the ruleset; 0 is unranked
}

// utcBias is added to the UTC offset of a presence, so that it is not negative.
const utcBias = 24

// PacketID returns [IDUserPresence].
func (UserPresence) PacketID() ID { return IDUserPresence }

// Append appends the packet.
func (p UserPresence) Append(dst []byte) []byte {
	dst, start := begin(dst, IDUserPresence)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.UserID))
	dst = AppendString(dst, p.Name)
	dst = append(dst,
		byte(p.UTCOffset+utcBias),
		p.Country.ID(),
		byte(p.Privileges&osu.PresencePrivileges)|byte(p.Ruleset)<<5)
	dst = appendF32(dst, p.Longitude)
	dst = appendF32(dst, p.Latitude)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.Rank))
	return finish(dst, start)
}

// Decode reads the payload.
func (p *UserPresence) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = UserPresence{
		UserID:    r.i32(),
		Name:      r.str(),
		UTCOffset: int8(r.u8()) - utcBias,
		Country:   osu.CountryByID(r.u8()),
	}
	shared := r.u8()
	p.Privileges, p.Ruleset = osu.ClientPrivileges(shared)&osu.PresencePrivileges, osu.Ruleset(shared>>5)
	p.Longitude, p.Latitude, p.Rank = r.f32(), r.f32(), r.i32()
	return r.end(IDUserPresence)
}

// LogoutState says what remains of a user whose session has ended.
type LogoutState uint8

// The states.
const (
	LogoutGone     LogoutState = 0
	LogoutGameLeft LogoutState = 1 // a game client is still online
	LogoutIRCLeft  LogoutState = 2 // an IRC connection is still online
)

// UserLogout (12) says that a session of a user has ended.
//
//	user id i32 · state u8
type UserLogout struct {
	UserID int32
	State  LogoutState
}

// PacketID returns [IDUserLogout].
func (UserLogout) PacketID() ID { return IDUserLogout }

// Append appends the packet.
func (p UserLogout) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(appendHeader(dst, IDUserLogout, 5), uint32(p.UserID))
	return append(dst, byte(p.State))
}

// Decode reads the payload.
func (p *UserLogout) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = UserLogout{UserID: r.i32(), State: LogoutState(r.u8())}
	return r.end(IDUserLogout)
}

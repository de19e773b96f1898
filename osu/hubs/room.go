package hubs

import (
	"math"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// Bounds of a room; what there can be is far below.
const (
	maxUsers      = 1024
	maxPlaylist   = 4096
	maxCountdowns = 64
)

// MultiplayerRoomState is how far a room's match has come.
type MultiplayerRoomState int32

// The states of a room.
const (
	RoomOpen MultiplayerRoomState = iota
	RoomWaitingForLoad
	RoomPlaying
	RoomClosed
)

// MultiplayerUserState is how far somebody in a room has come.
type MultiplayerUserState int32

// The states of a user in a room.
const (
	UserIdle MultiplayerUserState = iota
	UserReady
	UserWaitingForLoad
	UserLoaded
	UserReadyForGameplay
	UserPlaying
	UserFinishedPlay
	UserResults
	UserSpectating
)

// MultiplayerRoomUserRole is what somebody is in a room.
type MultiplayerRoomUserRole int32

// The roles.
const (
	RolePlayer MultiplayerRoomUserRole = iota
	RoleReferee
)

// MatchType is what is played in a room.
type MatchType int32

// The types of matches.
const (
	Playlists MatchType = iota
	HeadToHead
	TeamVersus
	Matchmaking
	RankedPlay
)

// QueueMode says who puts beatmaps on the list of a room.
type QueueMode int32

// The modes.
const (
	HostOnly QueueMode = iota
	AllPlayers
	AllPlayersRoundRobin
)

// DownloadState says whether somebody has a beatmap.
type DownloadState int32

// The states of a download.
const (
	DownloadUnknown DownloadState = iota
	NotDownloaded
	Downloading
	Importing
	LocallyAvailable
)

// GameplayAbortReason says why a match was broken off.
type GameplayAbortReason int32

// The reasons.
const (
	LoadTookTooLong GameplayAbortReason = iota
	HostAbortedTheMatch
)

// MultiplayerRoom is a room as those in it know it.
type MultiplayerRoom struct {
	RoomID           int64
	State            MultiplayerRoomState
	Settings         MultiplayerRoomSettings
	Users            []MultiplayerRoomUser
	Host             *MultiplayerRoomUser
	MatchState       MatchRoomState
	Playlist         []MultiplayerPlaylistItem
	ActiveCountdowns []MultiplayerCountdown
	ChannelID        int32
}

// AppendMsg appends the room.
func (m *MultiplayerRoom) AppendMsg(b []byte) []byte {
	if m == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 9)
	b = appendInt(b, m.RoomID)
	b = appendInt(b, m.State)
	b = m.Settings.AppendMsg(b)
	b = AppendList(b, m.Users)
	b = m.Host.AppendMsg(b)
	b = AppendMatchRoomState(b, m.MatchState)
	b = AppendList(b, m.Playlist)
	b = msgp.AppendArrayHeader(b, uint32(len(m.ActiveCountdowns)))
	for _, c := range m.ActiveCountdowns {
		b = AppendMultiplayerCountdown(b, c)
	}
	return appendInt(b, m.ChannelID)
}

// ReadMsg reads a room.
func (m *MultiplayerRoom) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	m.read(&r)
	return r.end("MultiplayerRoom")
}

func (m *MultiplayerRoom) read(r *reader) {
	*m = MultiplayerRoom{Settings: defaultSettings()}
	n := r.begin()
	if n > 0 {
		m.RoomID = r.int64()
	}
	if n > 1 {
		m.State = enum[MultiplayerRoomState](r)
	}
	if n > 2 {
		m.Settings.read(r)
	}
	if n > 3 {
		m.Users = readList(r, m.Users, maxUsers)
	}
	if n > 4 && !r.null() {
		m.Host = new(MultiplayerRoomUser)
		m.Host.read(r)
	}
	if n > 5 {
		m.MatchState = readMatchRoomState(r)
	}
	if n > 6 {
		m.Playlist = readList(r, m.Playlist, maxPlaylist)
	}
	if n > 7 {
		count := r.array(maxCountdowns)
		for i := 0; r.next(i, count); i++ {
			m.ActiveCountdowns = append(m.ActiveCountdowns, readMultiplayerCountdown(r))
		}
	}
	if n > 8 {
		m.ChannelID = r.int32()
	}
	r.rest(n - 9)
}

// MultiplayerRoomSettings is what the host of a room chooses.
type MultiplayerRoomSettings struct {
	Name              string
	PlaylistItemID    int64 // the one that is played, or will be next
	Password          string
	MatchType         MatchType
	QueueMode         QueueMode
	AutoStartDuration time.Duration // 0 for no automatic start
	AutoSkip          bool
	MaxParticipants   Optional[uint8]
}

func defaultSettings() MultiplayerRoomSettings {
	return MultiplayerRoomSettings{Name: "Unnamed room", MatchType: HeadToHead}
}

// AppendMsg appends the settings.
func (s *MultiplayerRoomSettings) AppendMsg(b []byte) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 8)
	b = msgp.AppendString(b, s.Name)
	b = appendInt(b, s.PlaylistItemID)
	b = msgp.AppendString(b, s.Password)
	b = appendInt(b, s.MatchType)
	b = appendInt(b, s.QueueMode)
	b = appendDuration(b, s.AutoStartDuration)
	b = msgp.AppendBool(b, s.AutoSkip)
	return appendOptional(b, s.MaxParticipants, msgp.AppendUint8)
}

// ReadMsg reads settings.
func (s *MultiplayerRoomSettings) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	s.read(&r)
	return r.end("MultiplayerRoomSettings")
}

func (s *MultiplayerRoomSettings) read(r *reader) {
	*s = defaultSettings()
	n := r.begin()
	if n > 0 {
		s.Name = r.string("")
	}
	if n > 1 {
		s.PlaylistItemID = r.int64()
	}
	if n > 2 {
		s.Password = r.string("")
	}
	if n > 3 {
		s.MatchType = enum[MatchType](r)
	}
	if n > 4 {
		s.QueueMode = enum[QueueMode](r)
	}
	if n > 5 {
		s.AutoStartDuration = r.duration()
	}
	if n > 6 {
		s.AutoSkip = r.bool()
	}
	if n > 7 && !r.null() {
		s.MaxParticipants = Some(uint8(r.uint(math.MaxUint8)))
	}
	r.rest(n - 8)
}

// MultiplayerRoomUser is somebody in a room.
type MultiplayerRoomUser struct {
	UserID              int32
	State               MultiplayerUserState
	BeatmapAvailability BeatmapAvailability
	Mods                []Mod
	MatchState          MatchUserState
	RulesetID           Optional[int32] // his own choices in a freestyle match
	BeatmapID           Optional[int32]
	VotedToSkipIntro    bool
	Role                MultiplayerRoomUserRole
}

// AppendMsg appends the user.
func (u *MultiplayerRoomUser) AppendMsg(b []byte) []byte {
	if u == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 9)
	b = appendInt(b, u.UserID)
	b = appendInt(b, u.State)
	b = u.BeatmapAvailability.AppendMsg(b)
	b = appendMods(b, u.Mods)
	b = AppendMatchUserState(b, u.MatchState)
	b = appendOptionalInt(b, u.RulesetID)
	b = appendOptionalInt(b, u.BeatmapID)
	b = msgp.AppendBool(b, u.VotedToSkipIntro)
	return appendInt(b, u.Role)
}

// ReadMsg reads a user.
func (u *MultiplayerRoomUser) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	u.read(&r)
	return r.end("MultiplayerRoomUser")
}

func (u *MultiplayerRoomUser) read(r *reader) {
	*u = MultiplayerRoomUser{}
	n := r.begin()
	if n > 0 {
		u.UserID = r.int32()
	}
	if n > 1 {
		u.State = enum[MultiplayerUserState](r)
	}
	if n > 2 {
		u.BeatmapAvailability.read(r)
	}
	if n > 3 {
		u.Mods = readMods(r, u.Mods)
	}
	if n > 4 {
		u.MatchState = readMatchUserState(r)
	}
	if n > 5 {
		u.RulesetID = optionalInt32(r)
	}
	if n > 6 {
		u.BeatmapID = optionalInt32(r)
	}
	if n > 7 {
		u.VotedToSkipIntro = r.bool()
	}
	if n > 8 {
		u.Role = enum[MultiplayerRoomUserRole](r)
	}
	r.rest(n - 9)
}

// BeatmapAvailability says whether somebody has the beatmap of a room.
type BeatmapAvailability struct {
	State            DownloadState
	DownloadProgress Optional[float32] // 0 to 1, while downloading
}

// AppendMsg appends the availability.
func (a *BeatmapAvailability) AppendMsg(b []byte) []byte {
	if a == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = appendInt(b, a.State)
	return appendOptional(b, a.DownloadProgress, msgp.AppendFloat32)
}

// ReadMsg reads an availability.
func (a *BeatmapAvailability) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	a.read(&r)
	return r.end("BeatmapAvailability")
}

func (a *BeatmapAvailability) read(r *reader) {
	*a = BeatmapAvailability{}
	n := r.begin()
	if n > 0 {
		a.State = enum[DownloadState](r)
	}
	if n > 1 {
		a.DownloadProgress = optionalFloat32(r)
	}
	r.rest(n - 2)
}

// MultiplayerPlaylistItem is a beatmap on the list of a room.
type MultiplayerPlaylistItem struct {
	ID              int64
	OwnerID         int32
	BeatmapID       int32
	BeatmapChecksum string
	RulesetID       int32
	RequiredMods    []Mod
	AllowedMods     []Mod
	Expired         bool
	PlaylistOrder   uint16
	PlayedAt        Optional[time.Time]
	StarRating      float64
	Freestyle       bool
}

// AppendMsg appends the item.
func (p *MultiplayerPlaylistItem) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 12)
	b = appendInt(b, p.ID)
	b = appendInt(b, p.OwnerID)
	b = appendInt(b, p.BeatmapID)
	b = msgp.AppendString(b, p.BeatmapChecksum)
	b = appendInt(b, p.RulesetID)
	b = appendMods(b, p.RequiredMods)
	b = appendMods(b, p.AllowedMods)
	b = msgp.AppendBool(b, p.Expired)
	b = msgp.AppendUint16(b, p.PlaylistOrder)
	b = appendOptional(b, p.PlayedAt, AppendTime)
	b = msgp.AppendFloat64(b, p.StarRating)
	return msgp.AppendBool(b, p.Freestyle)
}

// ReadMsg reads an item.
func (p *MultiplayerPlaylistItem) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	p.read(&r)
	return r.end("MultiplayerPlaylistItem")
}

func (p *MultiplayerPlaylistItem) read(r *reader) {
	*p = MultiplayerPlaylistItem{}
	n := r.begin()
	if n > 0 {
		p.ID = r.int64()
	}
	if n > 1 {
		p.OwnerID = r.int32()
	}
	if n > 2 {
		p.BeatmapID = r.int32()
	}
	if n > 3 {
		p.BeatmapChecksum = r.string("")
	}
	if n > 4 {
		p.RulesetID = r.int32()
	}
	if n > 5 {
		p.RequiredMods = readMods(r, p.RequiredMods)
	}
	if n > 6 {
		p.AllowedMods = readMods(r, p.AllowedMods)
	}
	if n > 7 {
		p.Expired = r.bool()
	}
	if n > 8 {
		p.PlaylistOrder = uint16(r.uint(math.MaxUint16))
	}
	if n > 9 && !r.null() {
		p.PlayedAt = Some(r.time())
	}
	if n > 10 {
		p.StarRating = r.float64()
	}
	if n > 11 {
		p.Freestyle = r.bool()
	}
	r.rest(n - 12)
}

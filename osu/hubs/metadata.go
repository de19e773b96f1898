package hubs

import (
	"math"

	"github.com/tinylib/msgp/msgp"
)

// maxSets bounds the beatmap sets of a BeatmapUpdates that is read; servers send 100 at most.
const maxSets = 10_000

// UserStatus is how available a user says he is.
type UserStatus int32

// The statuses.
const (
	Offline UserStatus = iota
	DoNotDisturb
	Online
)

// AppendUserStatus appends a status that may be null.
func AppendUserStatus(b []byte, s Optional[UserStatus]) []byte { return appendOptionalInt(b, s) }

// ReadUserStatus reads a status that may be null.
func ReadUserStatus(b []byte) (Optional[UserStatus], []byte, error) {
	r := reader{b: b}
	s := readUserStatus(&r)
	rest, err := r.end("UserStatus")
	return s, rest, err
}

func readUserStatus(r *reader) Optional[UserStatus] {
	if r.null() {
		return Optional[UserStatus]{}
	}
	return Some(enum[UserStatus](r))
}

// UserPresence is what others see of a user. One without a status is to the client a user who is offline.
type UserPresence struct {
	Activity UserActivity
	Status   Optional[UserStatus]
}

// AppendMsg appends the presence.
func (p *UserPresence) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = AppendUserActivity(b, p.Activity)
	return appendOptionalInt(b, p.Status)
}

// ReadMsg reads a presence.
func (p *UserPresence) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	p.read(&r)
	return r.end("UserPresence")
}

func (p *UserPresence) read(r *reader) {
	*p = UserPresence{}
	n := r.begin()
	if n > 0 {
		p.Activity = readUserActivity(r)
	}
	if n > 1 {
		p.Status = readUserStatus(r)
	}
	r.rest(n - 2)
}

// BeatmapUpdates names beatmap sets that changed.
type BeatmapUpdates struct {
	BeatmapSetIDs        []int32
	LastProcessedQueueID int32 // up to where in the server's log of changes
}

// AppendMsg appends the updates.
func (u *BeatmapUpdates) AppendMsg(b []byte) []byte {
	if u == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = appendInts(b, u.BeatmapSetIDs)
	return appendInt(b, u.LastProcessedQueueID)
}

// ReadMsg reads updates.
func (u *BeatmapUpdates) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	u.read(&r)
	return r.end("BeatmapUpdates")
}

func (u *BeatmapUpdates) read(r *reader) {
	*u = BeatmapUpdates{BeatmapSetIDs: u.BeatmapSetIDs[:0]}
	n := r.begin()
	if n > 0 {
		u.BeatmapSetIDs = readInt32s(r, u.BeatmapSetIDs, maxSets)
	}
	if n > 1 {
		u.LastProcessedQueueID = r.int32()
	}
	r.rest(n - 2)
}

// DailyChallengeInfo names the room of the day's challenge.
type DailyChallengeInfo struct{ RoomID int64 }

// AppendMsg appends the info; nil is no challenge.
func (d *DailyChallengeInfo) AppendMsg(b []byte) []byte {
	if d == nil {
		return msgp.AppendNil(b)
	}
	return appendInt(begin(b, 1), d.RoomID)
}

// ReadMsg reads an info.
func (d *DailyChallengeInfo) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	d.read(&r)
	return r.end("DailyChallengeInfo")
}

func (d *DailyChallengeInfo) read(r *reader) {
	*d = DailyChallengeInfo{}
	n := r.begin()
	if n > 0 {
		d.RoomID = r.int64()
	}
	r.rest(n - 1)
}

// TotalScoreDistributionBins is how many bins of 100,000 points the scores of a playlist item are counted in; the last one
// has no upper end.
const TotalScoreDistributionBins = 13

// MultiplayerPlaylistItemStats sums up the scores on an item of a playlist.
type MultiplayerPlaylistItemStats struct {
	PlaylistItemID         int64
	TotalScoreDistribution [TotalScoreDistributionBins]int64
	CumulativeScore        int64
	LastProcessedScoreID   uint64
}

// AppendMsg appends the statistics.
func (s *MultiplayerPlaylistItemStats) AppendMsg(b []byte) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 4)
	b = appendInt(b, s.PlaylistItemID)
	b = appendInts(b, s.TotalScoreDistribution[:])
	b = appendInt(b, s.CumulativeScore)
	return msgp.AppendUint64(b, s.LastProcessedScoreID)
}

// ReadMsg reads statistics.
func (s *MultiplayerPlaylistItemStats) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	s.read(&r)
	return r.end("MultiplayerPlaylistItemStats")
}

func (s *MultiplayerPlaylistItemStats) read(r *reader) {
	*s = MultiplayerPlaylistItemStats{}
	n := r.begin()
	if n > 0 {
		s.PlaylistItemID = r.int64()
	}
	if n > 1 {
		bins := r.array(TotalScoreDistributionBins)
		for i := 0; r.next(i, bins); i++ {
			s.TotalScoreDistribution[i] = r.int64()
		}
	}
	if n > 2 {
		s.CumulativeScore = r.int64()
	}
	if n > 3 {
		s.LastProcessedScoreID = r.uint(math.MaxUint64)
	}
	r.rest(n - 4)
}

// MultiplayerRoomScoreSetEvent tells of a score in a room.
type MultiplayerRoomScoreSetEvent struct {
	RoomID         int64
	PlaylistItemID int64
	ScoreID        int64
	UserID         int32
	TotalScore     int64
	NewRank        Optional[int32] // of the user in the room, when the score is his best
}

// AppendMsg appends the event.
func (e *MultiplayerRoomScoreSetEvent) AppendMsg(b []byte) []byte {
	if e == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 6)
	b = appendInt(b, e.RoomID)
	b = appendInt(b, e.PlaylistItemID)
	b = appendInt(b, e.ScoreID)
	b = appendInt(b, e.UserID)
	b = appendInt(b, e.TotalScore)
	return appendOptionalInt(b, e.NewRank)
}

// ReadMsg reads an event.
func (e *MultiplayerRoomScoreSetEvent) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	e.read(&r)
	return r.end("MultiplayerRoomScoreSetEvent")
}

func (e *MultiplayerRoomScoreSetEvent) read(r *reader) {
	*e = MultiplayerRoomScoreSetEvent{}
	n := r.begin()
	if n > 0 {
		e.RoomID = r.int64()
	}
	if n > 1 {
		e.PlaylistItemID = r.int64()
	}
	if n > 2 {
		e.ScoreID = r.int64()
	}
	if n > 3 {
		e.UserID = r.int32()
	}
	if n > 4 {
		e.TotalScore = r.int64()
	}
	if n > 5 {
		e.NewRank = optionalInt32(r)
	}
	r.rest(n - 6)
}

package hubs

import (
	"time"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/osu/score"
)

// Bounds of quick play; what there can be is far below.
const (
	maxCandidates = 4096
	maxRounds     = 1024
	maxQueue      = 10_000
	maxRatings    = 10_000
	maxRecent     = 256
)

// MatchmakingStage is how far a quick play room has come.
type MatchmakingStage int32

// The stages.
const (
	MatchmakingWaitingForClientsJoin MatchmakingStage = iota
	MatchmakingRoundWarmupTime
	MatchmakingUserBeatmapSelect
	MatchmakingServerBeatmapFinalised
	MatchmakingWaitingForClientsBeatmapDownload
	MatchmakingGameplayWarmupTime
	MatchmakingGameplay
	MatchmakingResultsDisplaying
	MatchmakingEnded
)

// MatchmakingPoolType is what a pool of players waits for.
type MatchmakingPoolType int32

// The types of pools.
const (
	QuickPlayPool MatchmakingPoolType = iota
	RankedPlayPool
)

// MatchmakingAvatarAction is something that an avatar does.
type MatchmakingAvatarAction int32

// AvatarJump is the only action.
const AvatarJump MatchmakingAvatarAction = 0

// MatchmakingRoomState is the state of a quick play room.
type MatchmakingRoomState struct {
	Stage          MatchmakingStage
	CurrentRound   int32
	CandidateItems []int64 // of the playlist
	CandidateItem  int64
	Users          map[int32]MatchmakingUser // by user; a MatchmakingUserList on the wire
	GameplayItem   int64
}

func (s MatchmakingRoomState) appendRoomState(b []byte) []byte {
	b = begin(appendUnion(b, matchmakingRoomState), 6)
	b = appendInt(b, s.Stage)
	b = appendInt(b, s.CurrentRound)
	b = appendInts(b, s.CandidateItems)
	b = appendInt(b, s.CandidateItem)
	b = appendIntMap(begin(b, 1), s.Users, Append[MatchmakingUser])
	return appendInt(b, s.GameplayItem)
}

func readMatchmakingRoomState(r *reader) (s MatchmakingRoomState) {
	n := r.begin()
	if n > 0 {
		s.Stage = enum[MatchmakingStage](r)
	}
	if n > 1 {
		s.CurrentRound = r.int32()
	}
	if n > 2 {
		s.CandidateItems = readInt64s(r, nil, maxCandidates)
	}
	if n > 3 {
		s.CandidateItem = r.int64()
	}
	if n > 4 {
		s.Users = readOnlyMap(r, s.Users, maxUsers, readMember[MatchmakingUser])
	}
	if n > 5 {
		s.GameplayItem = r.int64()
	}
	r.rest(n - 6)
	return s
}

// readOnlyMap reads an object whose only member is a map by int.
func readOnlyMap[V any](r *reader, m map[int32]V, most int, value func(*reader) V) map[int32]V {
	n := r.begin()
	if n > 0 {
		m = readMap(r, m, most, (*reader).int32, value)
	}
	r.rest(n - 1)
	return m
}

// readMember reads an object.
func readMember[T any, P member[T]](r *reader) (v T) {
	P(&v).read(r)
	return v
}

// MatchmakingUser is how a player of a quick play room stands.
type MatchmakingUser struct {
	UserID      int32
	Placement   Optional[int32]
	Points      int32
	Rounds      map[int32]MatchmakingRound // by round, from 1; a MatchmakingRoundList on the wire
	AbandonedAt Optional[time.Time]
}

// AppendMsg appends the user.
func (u *MatchmakingUser) AppendMsg(b []byte) []byte {
	if u == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 5)
	b = appendInt(b, u.UserID)
	b = appendOptionalInt(b, u.Placement)
	b = appendInt(b, u.Points)
	b = appendIntMap(begin(b, 1), u.Rounds, Append[MatchmakingRound])
	return appendOptional(b, u.AbandonedAt, AppendTime)
}

// ReadMsg reads a user.
func (u *MatchmakingUser) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	u.read(&r)
	return r.end("MatchmakingUser")
}

func (u *MatchmakingUser) read(r *reader) {
	*u = MatchmakingUser{}
	n := r.begin()
	if n > 0 {
		u.UserID = r.int32()
	}
	if n > 1 {
		u.Placement = optionalInt32(r)
	}
	if n > 2 {
		u.Points = r.int32()
	}
	if n > 3 {
		u.Rounds = readOnlyMap(r, u.Rounds, maxRounds, readMember[MatchmakingRound])
	}
	if n > 4 && !r.null() {
		u.AbandonedAt = Some(r.time())
	}
	r.rest(n - 5)
}

// MatchmakingRound is how a player did in a round of quick play.
type MatchmakingRound struct {
	Round      int32
	Placement  int32
	TotalScore int64
	Accuracy   float64 // 0 to 1
	MaxCombo   int32
	Statistics score.Statistics
}

// AppendMsg appends the round.
func (m *MatchmakingRound) AppendMsg(b []byte) []byte {
	if m == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 6)
	b = appendInt(b, m.Round)
	b = appendInt(b, m.Placement)
	b = appendInt(b, m.TotalScore)
	b = msgp.AppendFloat64(b, m.Accuracy)
	b = appendInt(b, m.MaxCombo)
	return appendStatistics(b, &m.Statistics)
}

// ReadMsg reads a round.
func (m *MatchmakingRound) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	m.read(&r)
	return r.end("MatchmakingRound")
}

func (m *MatchmakingRound) read(r *reader) {
	*m = MatchmakingRound{}
	n := r.begin()
	if n > 0 {
		m.Round = r.int32()
	}
	if n > 1 {
		m.Placement = r.int32()
	}
	if n > 2 {
		m.TotalScore = r.int64()
	}
	if n > 3 {
		m.Accuracy = r.float64()
	}
	if n > 4 {
		m.MaxCombo = r.int32()
	}
	if n > 5 {
		r.statistics(&m.Statistics)
	}
	r.rest(n - 6)
}

// MatchmakingPool is a pool of players who wait for a match.
type MatchmakingPool struct {
	ID        int32
	RulesetID int32
	Variant   int32 // keys in mania, 0 for any
	Name      string
	Type      MatchmakingPoolType
}

// AppendMsg appends the pool.
func (p *MatchmakingPool) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 5)
	b = appendInt(b, p.ID)
	b = appendInt(b, p.RulesetID)
	b = appendInt(b, p.Variant)
	b = msgp.AppendString(b, p.Name)
	return appendInt(b, p.Type)
}

// ReadMsg reads a pool.
func (p *MatchmakingPool) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	p.read(&r)
	return r.end("MatchmakingPool")
}

func (p *MatchmakingPool) read(r *reader) {
	*p = MatchmakingPool{}
	n := r.begin()
	if n > 0 {
		p.ID = r.int32()
	}
	if n > 1 {
		p.RulesetID = r.int32()
	}
	if n > 2 {
		p.Variant = r.int32()
	}
	if n > 3 {
		p.Name = r.string("")
	}
	if n > 4 {
		p.Type = enum[MatchmakingPoolType](r)
	}
	r.rest(n - 5)
}

// MatchmakingLobbyStatus is what is seen of a pool.
type MatchmakingLobbyStatus struct {
	UsersInQueue       []int32
	RatingDistribution []RatingCount
	UserRating         Optional[int32]
	RecentMatches      []MatchRoomState
}

// RatingCount is how many players have a rating. On the wire it is a tuple.
type RatingCount struct {
	Rating int32
	Count  int32
}

// AppendMsg appends the tuple.
func (c *RatingCount) AppendMsg(b []byte) []byte {
	if c == nil {
		return msgp.AppendNil(b)
	}
	return appendInt(appendInt(begin(b, 2), c.Rating), c.Count)
}

// ReadMsg reads a tuple.
func (c *RatingCount) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	c.read(&r)
	return r.end("(int, int)")
}

func (c *RatingCount) read(r *reader) {
	if r.begin() != 2 { // of a tuple nothing may be missing
		r.fail(errRange)
	}
	c.Rating, c.Count = r.int32(), r.int32()
}

// AppendMsg appends the status.
func (s *MatchmakingLobbyStatus) AppendMsg(b []byte) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 4)
	b = appendInts(b, s.UsersInQueue)
	b = AppendList(b, s.RatingDistribution)
	b = appendOptionalInt(b, s.UserRating)
	b = msgp.AppendArrayHeader(b, uint32(len(s.RecentMatches)))
	for _, match := range s.RecentMatches {
		b = AppendMatchRoomState(b, match)
	}
	return b
}

// ReadMsg reads a status.
func (s *MatchmakingLobbyStatus) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	s.read(&r)
	return r.end("MatchmakingLobbyStatus")
}

func (s *MatchmakingLobbyStatus) read(r *reader) {
	*s = MatchmakingLobbyStatus{}
	n := r.begin()
	if n > 0 {
		s.UsersInQueue = readInt32s(r, nil, maxQueue)
	}
	if n > 1 {
		s.RatingDistribution = readList(r, s.RatingDistribution, maxRatings)
	}
	if n > 2 {
		s.UserRating = optionalInt32(r)
	}
	if n > 3 {
		count := r.array(maxRecent)
		for i := 0; r.next(i, count); i++ {
			s.RecentMatches = append(s.RecentMatches, readMatchRoomState(r))
		}
	}
	r.rest(n - 4)
}

// MatchmakingQueueStatus is how far somebody in the queue has come: one of Searching, MatchFound and JoiningMatch, as values.
type MatchmakingQueueStatus interface {
	// appendStatus appends the number of the class and the object.
	appendStatus(b []byte) []byte
}

// The statuses, which have nothing to tell.
type (
	// Searching is a status: there is no match yet.
	Searching struct{}
	// MatchFound is a status: it waits for everybody's consent.
	MatchFound struct{}
	// JoiningMatch is a status: there will be a room.
	JoiningMatch struct{}
)

// The numbers of the statuses.
const (
	searching    = 0
	matchFound   = 1
	joiningMatch = 2
)

func (Searching) appendStatus(b []byte) []byte    { return appendEmpty(b, searching) }
func (MatchFound) appendStatus(b []byte) []byte   { return appendEmpty(b, matchFound) }
func (JoiningMatch) appendStatus(b []byte) []byte { return appendEmpty(b, joiningMatch) }

// AppendMatchmakingQueueStatus appends a status with its number, or nil.
func AppendMatchmakingQueueStatus(b []byte, s MatchmakingQueueStatus) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	return s.appendStatus(b)
}

// ReadMatchmakingQueueStatus reads a status.
func ReadMatchmakingQueueStatus(b []byte) (s MatchmakingQueueStatus, rest []byte, err error) {
	r := reader{b: b}
	if number, ok := r.union(); ok {
		r.empty()
		switch number {
		case searching:
			s = Searching{}
		case matchFound:
			s = MatchFound{}
		case joiningMatch:
			s = JoiningMatch{}
		default:
			r.fail(errUnion)
		}
	}
	if r.err != nil {
		s = nil
	}
	rest, err = r.end("MatchmakingQueueStatus")
	return s, rest, err
}

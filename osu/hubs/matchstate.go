package hubs

import "github.com/tinylib/msgp/msgp"

// Bounds of the state of a match.
const (
	maxTeams = 64
	maxSlots = 256
)

// MatchRoomState is what a type of match keeps of its room: one of StandardMatchRoomState, TeamVersusRoomState,
// MatchmakingRoomState and RankedPlayRoomState, as values. It may be nil.
type MatchRoomState interface {
	// appendRoomState appends the number of the class and the object.
	appendRoomState(b []byte) []byte
}

// MatchUserState is what a type of match keeps of a user: a TeamVersusUserState, as a value. It may be nil.
type MatchUserState interface {
	// appendUserState appends the number of the class and the object.
	appendUserState(b []byte) []byte
}

// The numbers of the states.
const (
	teamVersusRoomState    = 0
	matchmakingRoomState   = 1
	rankedPlayRoomState    = 2
	standardMatchRoomState = 3

	teamVersusUserState = 0
)

// AppendMatchRoomState appends a state with its number, or nil.
func AppendMatchRoomState(b []byte, s MatchRoomState) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	return s.appendRoomState(b)
}

// ReadMatchRoomState reads a state.
func ReadMatchRoomState(b []byte) (MatchRoomState, []byte, error) {
	r := reader{b: b}
	s := readMatchRoomState(&r)
	rest, err := r.end("MatchRoomState")
	return s, rest, err
}

func readMatchRoomState(r *reader) (s MatchRoomState) {
	number, ok := r.union()
	if !ok {
		return nil
	}
	switch number {
	case teamVersusRoomState:
		s = readTeamVersusRoomState(r)
	case matchmakingRoomState:
		s = readMatchmakingRoomState(r)
	case rankedPlayRoomState:
		s = readRankedPlayRoomState(r)
	case standardMatchRoomState:
		s = readStandardMatchRoomState(r)
	default:
		r.fail(errUnion)
	}
	if r.err != nil {
		return nil
	}
	return s
}

// AppendMatchUserState appends a state with its number, or nil.
func AppendMatchUserState(b []byte, s MatchUserState) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	return s.appendUserState(b)
}

// ReadMatchUserState reads a state.
func ReadMatchUserState(b []byte) (MatchUserState, []byte, error) {
	r := reader{b: b}
	s := readMatchUserState(&r)
	rest, err := r.end("MatchUserState")
	return s, rest, err
}

func readMatchUserState(r *reader) MatchUserState {
	number, ok := r.union()
	if !ok {
		return nil
	}
	if number != teamVersusUserState {
		r.fail(errUnion)
	}
	s := TeamVersusUserState{readOnlyInt32(r)}
	if r.err != nil {
		return nil
	}
	return s
}

// readOnlyInt32 reads an object whose only member is an int.
func readOnlyInt32(r *reader) (v int32) {
	n := r.begin()
	if n > 0 {
		v = r.int32()
	}
	r.rest(n - 1)
	return v
}

// StandardMatchRoomState is the state of a room in which everybody plays for himself.
type StandardMatchRoomState struct {
	Locked bool
	Slots  Optional[[]Optional[int32]] // who sits where
}

func (s StandardMatchRoomState) appendRoomState(b []byte) []byte {
	b = begin(appendUnion(b, standardMatchRoomState), 3)
	b = msgp.AppendNil(b) // the teams of the class that extends this one have the key 0
	b = msgp.AppendBool(b, s.Locked)
	return appendOptional(b, s.Slots, appendSlots)
}

func readStandardMatchRoomState(r *reader) (s StandardMatchRoomState) {
	n := r.begin()
	if n > 0 {
		r.rest(1)
	}
	if n > 1 {
		s.Locked = r.bool()
	}
	if n > 2 {
		s.Slots = readSlots(r)
	}
	r.rest(n - 3)
	return s
}

// TeamVersusRoomState is the state of a room in which teams play.
type TeamVersusRoomState struct {
	Teams  []MultiplayerTeam
	Locked bool
	Slots  Optional[[]Optional[int32]] // who sits where
}

func (s TeamVersusRoomState) appendRoomState(b []byte) []byte {
	b = begin(appendUnion(b, teamVersusRoomState), 3)
	b = AppendList(b, s.Teams)
	b = msgp.AppendBool(b, s.Locked)
	return appendOptional(b, s.Slots, appendSlots)
}

func readTeamVersusRoomState(r *reader) (s TeamVersusRoomState) {
	n := r.begin()
	if n > 0 {
		s.Teams = readList(r, s.Teams, maxTeams)
	}
	if n > 1 {
		s.Locked = r.bool()
	}
	if n > 2 {
		s.Slots = readSlots(r)
	}
	r.rest(n - 3)
	return s
}

func appendSlots(b []byte, slots []Optional[int32]) []byte {
	b = msgp.AppendArrayHeader(b, uint32(len(slots)))
	for _, user := range slots {
		b = appendOptionalInt(b, user)
	}
	return b
}

func readSlots(r *reader) Optional[[]Optional[int32]] {
	if r.null() {
		return Optional[[]Optional[int32]]{}
	}
	n := r.array(maxSlots)
	slots := make([]Optional[int32], 0, min(n, firstBatch))
	for i := 0; r.next(i, n); i++ {
		slots = append(slots, optionalInt32(r))
	}
	return Some(slots)
}

// MultiplayerTeam is a team.
type MultiplayerTeam struct {
	ID   int32
	Name string
}

// AppendMsg appends the team.
func (t *MultiplayerTeam) AppendMsg(b []byte) []byte {
	if t == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = appendInt(b, t.ID)
	return msgp.AppendString(b, t.Name)
}

// ReadMsg reads a team.
func (t *MultiplayerTeam) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	t.read(&r)
	return r.end("MultiplayerTeam")
}

func (t *MultiplayerTeam) read(r *reader) {
	*t = MultiplayerTeam{}
	n := r.begin()
	if n > 0 {
		t.ID = r.int32()
	}
	if n > 1 {
		t.Name = r.string("")
	}
	r.rest(n - 2)
}

// TeamVersusUserState says in which team somebody plays.
type TeamVersusUserState struct{ TeamID int32 }

func (s TeamVersusUserState) appendUserState(b []byte) []byte {
	return appendInt(begin(appendUnion(b, teamVersusUserState), 1), s.TeamID)
}

package hubs

import (
	"math"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// MatchServerEvent is something that happened in a match: one of CountdownStartedEvent, CountdownStoppedEvent,
// MatchmakingAvatarActionEvent, RankedPlayCardHandReplayEvent and RollEvent, as values.
type MatchServerEvent interface {
	// appendEvent appends the number of the class and the object.
	appendEvent(b []byte) []byte
}

// MatchUserRequest is something that a user asks of a match: one of ChangeTeamRequest, StartMatchCountdownRequest,
// StopCountdownRequest, MatchmakingAvatarActionRequest, RankedPlayCardHandReplayRequest, SetLockStateRequest, RollRequest and
// ChangeSlotRequest, as values.
type MatchUserRequest interface {
	// appendRequest appends the number of the class and the object.
	appendRequest(b []byte) []byte
}

// The events.
type (
	// CountdownStartedEvent tells of a countdown.
	CountdownStartedEvent struct{ Countdown MultiplayerCountdown }
	// CountdownStoppedEvent tells which countdown ended early.
	CountdownStoppedEvent struct{ ID int32 }
	// MatchmakingAvatarActionEvent tells what somebody's avatar does.
	MatchmakingAvatarActionEvent struct {
		UserID int32
		Action MatchmakingAvatarAction
	}
	// RankedPlayCardHandReplayEvent tells how somebody moves his cards.
	RankedPlayCardHandReplayEvent struct {
		UserID int32
		Frames []RankedPlayCardHandReplayFrame
	}
	// RollEvent tells what somebody rolled.
	RollEvent struct {
		UserID int32
		Max    uint32
		Result uint32
	}
)

// The requests.
type (
	// ChangeTeamRequest asks to play for another team.
	ChangeTeamRequest struct{ TeamID int32 }
	// StartMatchCountdownRequest asks to start the match after a time.
	StartMatchCountdownRequest struct{ Duration time.Duration }
	// StopCountdownRequest asks to stop a countdown.
	StopCountdownRequest struct{ ID int32 }
	// MatchmakingAvatarActionRequest asks to show the avatar doing something.
	MatchmakingAvatarActionRequest struct{ Action MatchmakingAvatarAction }
	// RankedPlayCardHandReplayRequest asks to show how cards are moved.
	RankedPlayCardHandReplayRequest struct {
		Frames []RankedPlayCardHandReplayFrame
	}
	// SetLockStateRequest asks to let nobody change his team or slot.
	SetLockStateRequest struct{ Locked bool }
	// RollRequest asks to roll a number.
	RollRequest struct{ Max Optional[uint32] }
	// ChangeSlotRequest asks to sit elsewhere.
	ChangeSlotRequest struct{ SlotID uint8 }
)

// The numbers of the events and requests.
const (
	countdownStartedEvent         = 0
	countdownStoppedEvent         = 1
	matchmakingAvatarActionEvent  = 2
	rankedPlayCardHandReplayEvent = 3
	rollEvent                     = 4

	changeTeamRequest               = 0
	startMatchCountdownRequest      = 1
	stopCountdownRequest            = 2
	matchmakingAvatarActionRequest  = 3
	rankedPlayCardHandReplayRequest = 4
	setLockStateRequest             = 5
	rollRequest                     = 6
	changeSlotRequest               = 7
)

// AppendMatchServerEvent appends an event with its number, or nil.
func AppendMatchServerEvent(b []byte, e MatchServerEvent) []byte {
	if e == nil {
		return msgp.AppendNil(b)
	}
	return e.appendEvent(b)
}

// ReadMatchServerEvent reads an event.
func ReadMatchServerEvent(b []byte) (MatchServerEvent, []byte, error) {
	r := reader{b: b}
	e := readMatchServerEvent(&r)
	rest, err := r.end("MatchServerEvent")
	return e, rest, err
}

func readMatchServerEvent(r *reader) (e MatchServerEvent) {
	number, ok := r.union()
	if !ok {
		return nil
	}
	switch number {
	case countdownStartedEvent:
		e = readCountdownStartedEvent(r)
	case countdownStoppedEvent:
		e = CountdownStoppedEvent{readOnlyInt32(r)}
	case matchmakingAvatarActionEvent:
		e = readAvatarActionEvent(r)
	case rankedPlayCardHandReplayEvent:
		e = readHandReplayEvent(r)
	case rollEvent:
		e = readRollEvent(r)
	default:
		r.fail(errUnion)
	}
	if r.err != nil {
		return nil
	}
	return e
}

// AppendMatchUserRequest appends a request with its number, or nil.
func AppendMatchUserRequest(b []byte, q MatchUserRequest) []byte {
	if q == nil {
		return msgp.AppendNil(b)
	}
	return q.appendRequest(b)
}

// ReadMatchUserRequest reads a request.
func ReadMatchUserRequest(b []byte) (MatchUserRequest, []byte, error) {
	r := reader{b: b}
	q := readMatchUserRequest(&r)
	rest, err := r.end("MatchUserRequest")
	return q, rest, err
}

// readMatchUserRequest reads a request: all have one member.
func readMatchUserRequest(r *reader) (q MatchUserRequest) {
	number, ok := r.union()
	if !ok {
		return nil
	}
	n := r.begin()
	has := n > 0 && r.err == nil
	switch number {
	case changeTeamRequest:
		q = ChangeTeamRequest{when(has, r.int32)}
	case startMatchCountdownRequest:
		q = StartMatchCountdownRequest{when(has, r.duration)}
	case stopCountdownRequest:
		q = StopCountdownRequest{when(has, r.int32)}
	case matchmakingAvatarActionRequest:
		q = MatchmakingAvatarActionRequest{MatchmakingAvatarAction(when(has, r.int32))}
	case rankedPlayCardHandReplayRequest:
		q = RankedPlayCardHandReplayRequest{when(has, r.handFrames)}
	case setLockStateRequest:
		q = SetLockStateRequest{when(has, r.bool)}
	case rollRequest:
		q = RollRequest{when(has, r.optionalUint32)}
	case changeSlotRequest:
		q = ChangeSlotRequest{when(has, r.uint8)}
	default:
		r.fail(errUnion)
	}
	r.rest(n - 1)
	if r.err != nil {
		return nil
	}
	return q
}

// when reads a member that is there.
func when[T any](there bool, read func() T) (v T) {
	if there {
		return read()
	}
	return v
}

func (r *reader) uint8() uint8 { return uint8(r.uint(math.MaxUint8)) }

func (r *reader) uint32() uint32 { return uint32(r.uint(math.MaxUint32)) }

func (r *reader) optionalUint32() Optional[uint32] {
	if r.null() {
		return Optional[uint32]{}
	}
	return Some(r.uint32())
}

func (e CountdownStartedEvent) appendEvent(b []byte) []byte {
	return AppendMultiplayerCountdown(begin(appendUnion(b, countdownStartedEvent), 1), e.Countdown)
}

func readCountdownStartedEvent(r *reader) (e CountdownStartedEvent) {
	n := r.begin()
	if n > 0 {
		e.Countdown = readMultiplayerCountdown(r)
	}
	r.rest(n - 1)
	return e
}

func (e CountdownStoppedEvent) appendEvent(b []byte) []byte {
	return appendInt(begin(appendUnion(b, countdownStoppedEvent), 1), e.ID)
}

func (e MatchmakingAvatarActionEvent) appendEvent(b []byte) []byte {
	b = begin(appendUnion(b, matchmakingAvatarActionEvent), 2)
	b = appendInt(b, e.UserID)
	return appendInt(b, e.Action)
}

func readAvatarActionEvent(r *reader) (e MatchmakingAvatarActionEvent) {
	n := r.begin()
	if n > 0 {
		e.UserID = r.int32()
	}
	if n > 1 {
		e.Action = enum[MatchmakingAvatarAction](r)
	}
	r.rest(n - 2)
	return e
}

func (e RankedPlayCardHandReplayEvent) appendEvent(b []byte) []byte {
	b = begin(appendUnion(b, rankedPlayCardHandReplayEvent), 2)
	b = appendInt(b, e.UserID)
	return AppendList(b, e.Frames)
}

func readHandReplayEvent(r *reader) (e RankedPlayCardHandReplayEvent) {
	n := r.begin()
	if n > 0 {
		e.UserID = r.int32()
	}
	if n > 1 {
		e.Frames = r.handFrames()
	}
	r.rest(n - 2)
	return e
}

func (e RollEvent) appendEvent(b []byte) []byte {
	b = begin(appendUnion(b, rollEvent), 3)
	b = appendInt(b, e.UserID)
	b = msgp.AppendUint32(b, e.Max)
	return msgp.AppendUint32(b, e.Result)
}

func readRollEvent(r *reader) (e RollEvent) {
	n := r.begin()
	if n > 0 {
		e.UserID = r.int32()
	}
	if n > 1 {
		e.Max = r.uint32()
	}
	if n > 2 {
		e.Result = r.uint32()
	}
	r.rest(n - 3)
	return e
}

func (q ChangeTeamRequest) appendRequest(b []byte) []byte {
	return appendInt(begin(appendUnion(b, changeTeamRequest), 1), q.TeamID)
}

func (q StartMatchCountdownRequest) appendRequest(b []byte) []byte {
	return appendDuration(begin(appendUnion(b, startMatchCountdownRequest), 1), q.Duration)
}

func (q StopCountdownRequest) appendRequest(b []byte) []byte {
	return appendInt(begin(appendUnion(b, stopCountdownRequest), 1), q.ID)
}

func (q MatchmakingAvatarActionRequest) appendRequest(b []byte) []byte {
	return appendInt(begin(appendUnion(b, matchmakingAvatarActionRequest), 1), q.Action)
}

func (q RankedPlayCardHandReplayRequest) appendRequest(b []byte) []byte {
	return AppendList(begin(appendUnion(b, rankedPlayCardHandReplayRequest), 1), q.Frames)
}

func (q SetLockStateRequest) appendRequest(b []byte) []byte {
	return msgp.AppendBool(begin(appendUnion(b, setLockStateRequest), 1), q.Locked)
}

func (q RollRequest) appendRequest(b []byte) []byte {
	return appendOptional(begin(appendUnion(b, rollRequest), 1), q.Max, msgp.AppendUint32)
}

func (q ChangeSlotRequest) appendRequest(b []byte) []byte {
	return msgp.AppendUint8(begin(appendUnion(b, changeSlotRequest), 1), q.SlotID)
}

package hubs

import (
	"time"

	"github.com/tinylib/msgp/msgp"
)

// MultiplayerCountdown is time that runs out in a room: one of MatchStartCountdown, ForceGameplayStartCountdown,
// ServerShuttingDownCountdown, MatchmakingStageCountdown and RankedPlayStageCountdown, as values.
type MultiplayerCountdown interface {
	// appendCountdown appends the number of the class and the object.
	appendCountdown(b []byte) []byte
}

// Countdown is what every countdown has.
type Countdown struct {
	ID            int32
	TimeRemaining time.Duration // when it was sent; ticks of 100 ns
}

// The countdowns.
type (
	// MatchStartCountdown ends with the start of a match.
	MatchStartCountdown struct{ Countdown }
	// ForceGameplayStartCountdown ends the wait for those who have not loaded.
	ForceGameplayStartCountdown struct{ Countdown }
	// ServerShuttingDownCountdown ends with the room.
	ServerShuttingDownCountdown struct{ Countdown }
	// MatchmakingStageCountdown ends with a stage of quick play.
	MatchmakingStageCountdown struct {
		Countdown
		Stage MatchmakingStage
	}
	// RankedPlayStageCountdown ends with a stage of ranked play.
	RankedPlayStageCountdown struct {
		Countdown
		Stage RankedPlayStage
	}
)

// The numbers of the countdowns.
const (
	matchStartCountdown         = 0
	forceGameplayStartCountdown = 1
	serverShuttingDownCountdown = 2
	matchmakingStageCountdown   = 3
	rankedPlayStageCountdown    = 4
)

// AppendMultiplayerCountdown appends a countdown with its number, or nil.
func AppendMultiplayerCountdown(b []byte, c MultiplayerCountdown) []byte {
	if c == nil {
		return msgp.AppendNil(b)
	}
	return c.appendCountdown(b)
}

// ReadMultiplayerCountdown reads a countdown.
func ReadMultiplayerCountdown(b []byte) (MultiplayerCountdown, []byte, error) {
	r := reader{b: b}
	c := readMultiplayerCountdown(&r)
	rest, err := r.end("MultiplayerCountdown")
	return c, rest, err
}

func readMultiplayerCountdown(r *reader) (c MultiplayerCountdown) {
	number, ok := r.union()
	if !ok {
		return nil
	}
	n := r.begin()
	known := 2
	var base Countdown
	if n > 0 {
		base.ID = r.int32()
	}
	if n > 1 {
		base.TimeRemaining = r.duration()
	}
	switch number {
	case matchStartCountdown:
		c = MatchStartCountdown{base}
	case forceGameplayStartCountdown:
		c = ForceGameplayStartCountdown{base}
	case serverShuttingDownCountdown:
		c = ServerShuttingDownCountdown{base}
	case matchmakingStageCountdown:
		c, known = MatchmakingStageCountdown{base, readStage[MatchmakingStage](r, n)}, 3
	case rankedPlayStageCountdown:
		c, known = RankedPlayStageCountdown{base, readStage[RankedPlayStage](r, n)}, 3
	default:
		r.fail(errUnion)
	}
	r.rest(n - known)
	if r.err != nil {
		return nil
	}
	return c
}

// readStage reads the third of n members.
func readStage[T ~int32](r *reader, n int) T {
	if n > 2 {
		return enum[T](r)
	}
	return 0
}

func (c MatchStartCountdown) appendCountdown(b []byte) []byte {
	return c.appendTo(begin(appendUnion(b, matchStartCountdown), 2))
}

func (c ForceGameplayStartCountdown) appendCountdown(b []byte) []byte {
	return c.appendTo(begin(appendUnion(b, forceGameplayStartCountdown), 2))
}

func (c ServerShuttingDownCountdown) appendCountdown(b []byte) []byte {
	return c.appendTo(begin(appendUnion(b, serverShuttingDownCountdown), 2))
}

func (c MatchmakingStageCountdown) appendCountdown(b []byte) []byte {
	return appendInt(c.appendTo(begin(appendUnion(b, matchmakingStageCountdown), 3)), c.Stage)
}

func (c RankedPlayStageCountdown) appendCountdown(b []byte) []byte {
	return appendInt(c.appendTo(begin(appendUnion(b, rankedPlayStageCountdown), 3)), c.Stage)
}

func (c Countdown) appendTo(b []byte) []byte {
	return appendDuration(appendInt(b, c.ID), c.TimeRemaining)
}

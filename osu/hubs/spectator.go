package hubs

import (
	"time"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/osu/score"
)

// Bounds of what a bundle of frames has; the client sends some 30 frames at a time.
const (
	maxFrames = 1 << 14
	maxPauses = 1 << 12
)

// SpectatedUserState is what somebody who may be watched is doing.
type SpectatedUserState int32

// The states.
const (
	Idle SpectatedUserState = iota
	Playing
	Paused
	Passed
	Failed
	Quit
)

// SpectatorState is what somebody plays, for those who watch.
type SpectatorState struct {
	BeatmapID         Optional[int32] // -1 for a beatmap that the server does not know
	RulesetID         Optional[int32] // -1 for a ruleset that the game does not come with
	Mods              []Mod
	State             SpectatedUserState
	MaximumStatistics score.Statistics // of a perfect play
}

// AppendMsg appends the state.
func (s *SpectatorState) AppendMsg(b []byte) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 5)
	b = appendOptionalInt(b, s.BeatmapID)
	b = appendOptionalInt(b, s.RulesetID)
	b = appendMods(b, s.Mods)
	b = appendInt(b, s.State)
	return appendStatistics(b, &s.MaximumStatistics)
}

// ReadMsg reads a state.
func (s *SpectatorState) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	s.read(&r)
	return r.end("SpectatorState")
}

func (s *SpectatorState) read(r *reader) {
	*s = SpectatorState{Mods: s.Mods[:0]}
	n := r.begin()
	if n > 0 {
		s.BeatmapID = optionalInt32(r)
	}
	if n > 1 {
		s.RulesetID = optionalInt32(r)
	}
	if n > 2 {
		s.Mods = readMods(r, s.Mods)
	}
	if n > 3 {
		s.State = enum[SpectatedUserState](r)
	}
	if n > 4 {
		r.statistics(&s.MaximumStatistics)
	}
	r.rest(n - 5)
}

// FrameDataBundle is some frames of a play with the score at their end.
type FrameDataBundle struct {
	Header FrameHeader
	Frames []LegacyReplayFrame
}

// AppendMsg appends the bundle.
func (f *FrameDataBundle) AppendMsg(b []byte) []byte {
	if f == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = f.Header.AppendMsg(b)
	b = msgp.AppendArrayHeader(b, uint32(len(f.Frames)))
	for i := range f.Frames {
		b = f.Frames[i].AppendMsg(b)
	}
	return b
}

// ReadMsg reads a bundle.
func (f *FrameDataBundle) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	f.read(&r)
	return r.end("FrameDataBundle")
}

func (f *FrameDataBundle) read(r *reader) {
	n := r.begin()
	if n < 2 { // without them a bundle has no meaning, and the client would not read it
		r.fail(errNull)
		return
	}
	f.Header.read(r)
	frames := r.array(maxFrames)
	f.Frames = resize(f.Frames, frames)
	for i := 0; r.next(i, frames); i++ {
		f.Frames = extend(f.Frames)
		f.Frames[i].read(r)
	}
	r.rest(n - 2)
}

// FrameHeader is the score at the end of a bundle.
type FrameHeader struct {
	TotalScore               int64
	Accuracy                 float64 // 0 to 1
	Combo                    int32
	MaxCombo                 int32
	Statistics               score.Statistics
	ScoreProcessorStatistics ScoreProcessorStatistics
	ReceivedTime             time.Time // set by the server; the zero time from a client
	Mods                     []Mod
	TotalScoreWithoutMods    Optional[int64]
	Pauses                   Optional[[]int32] // when the player paused, in milliseconds of the play
}

// AppendMsg appends the header.
func (h *FrameHeader) AppendMsg(b []byte) []byte {
	if h == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 10)
	b = appendInt(b, h.TotalScore)
	b = msgp.AppendFloat64(b, h.Accuracy)
	b = appendInt(b, h.Combo)
	b = appendInt(b, h.MaxCombo)
	b = appendStatistics(b, &h.Statistics)
	b = h.ScoreProcessorStatistics.AppendMsg(b)
	b = AppendTime(b, h.ReceivedTime)
	b = appendMods(b, h.Mods)
	b = appendOptionalInt(b, h.TotalScoreWithoutMods)
	return appendOptional(b, h.Pauses, appendInts[int32])
}

// ReadMsg reads a header.
func (h *FrameHeader) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	h.read(&r)
	return r.end("FrameHeader")
}

func (h *FrameHeader) read(r *reader) {
	*h = FrameHeader{Mods: h.Mods[:0], Pauses: Optional[[]int32]{Value: h.Pauses.Value[:0]}}
	n := r.begin()
	if n > 0 {
		h.TotalScore = r.int64()
	}
	if n > 1 {
		h.Accuracy = r.float64()
	}
	if n > 2 {
		h.Combo = r.int32()
	}
	if n > 3 {
		h.MaxCombo = r.int32()
	}
	if n > 4 {
		r.statistics(&h.Statistics)
	}
	if n > 5 {
		h.ScoreProcessorStatistics.read(r)
	}
	if n > 6 {
		h.ReceivedTime = r.time()
	}
	if n > 7 {
		h.Mods = readMods(r, h.Mods)
	}
	if n > 8 {
		h.TotalScoreWithoutMods = optionalInt64(r)
	}
	if n > 9 && !r.null() {
		h.Pauses = Some(readInt32s(r, h.Pauses.Value, maxPauses))
	}
	r.rest(n - 10)
}

// ScoreProcessorStatistics is what the total score is computed from.
type ScoreProcessorStatistics struct {
	BaseScore              float64
	MaximumBaseScore       float64
	AccuracyJudgementCount int32
	ComboPortion           float64
	BonusPortion           float64
}

// AppendMsg appends the statistics.
func (s *ScoreProcessorStatistics) AppendMsg(b []byte) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 5)
	b = msgp.AppendFloat64(b, s.BaseScore)
	b = msgp.AppendFloat64(b, s.MaximumBaseScore)
	b = appendInt(b, s.AccuracyJudgementCount)
	b = msgp.AppendFloat64(b, s.ComboPortion)
	return msgp.AppendFloat64(b, s.BonusPortion)
}

// ReadMsg reads statistics.
func (s *ScoreProcessorStatistics) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	s.read(&r)
	return r.end("ScoreProcessorStatistics")
}

func (s *ScoreProcessorStatistics) read(r *reader) {
	*s = ScoreProcessorStatistics{}
	n := r.begin()
	if n > 0 {
		s.BaseScore = r.float64()
	}
	if n > 1 {
		s.MaximumBaseScore = r.float64()
	}
	if n > 2 {
		s.AccuracyJudgementCount = r.int32()
	}
	if n > 3 {
		s.ComboPortion = r.float64()
	}
	if n > 4 {
		s.BonusPortion = r.float64()
	}
	r.rest(n - 5)
}

// ReplayButtonState is the buttons that are held, as a set of bits.
type ReplayButtonState int32

// The buttons.
const (
	Left1 ReplayButtonState = 1 << iota
	Right1
	Left2
	Right2
	Smoke
)

// LegacyReplayFrame is the input at one time of a play, as replays have it.
type LegacyReplayFrame struct {
	Time        float64 // milliseconds of the play
	MouseX      Optional[float32]
	MouseY      Optional[float32]
	ButtonState ReplayButtonState
}

// AppendMsg appends the frame.
func (f *LegacyReplayFrame) AppendMsg(b []byte) []byte {
	if f == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 4)
	b = msgp.AppendFloat64(b, f.Time)
	b = appendOptional(b, f.MouseX, msgp.AppendFloat32)
	b = appendOptional(b, f.MouseY, msgp.AppendFloat32)
	return appendInt(b, f.ButtonState)
}

// ReadMsg reads a frame.
func (f *LegacyReplayFrame) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	f.read(&r)
	return r.end("LegacyReplayFrame")
}

func (f *LegacyReplayFrame) read(r *reader) {
	*f = LegacyReplayFrame{}
	n := r.begin()
	if n > 0 {
		f.Time = r.float64()
	}
	if n > 1 {
		f.MouseX = optionalFloat32(r)
	}
	if n > 2 {
		f.MouseY = optionalFloat32(r)
	}
	if n > 3 {
		f.ButtonState = enum[ReplayButtonState](r)
	}
	r.rest(n - 4)
}

// SpectatorUser is somebody who watches.
type SpectatorUser struct {
	OnlineID int32
	Username string
}

// AppendMsg appends the user.
func (u *SpectatorUser) AppendMsg(b []byte) []byte {
	if u == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = appendInt(b, u.OnlineID)
	return msgp.AppendString(b, u.Username)
}

// ReadMsg reads a user.
func (u *SpectatorUser) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	u.read(&r)
	return r.end("SpectatorUser")
}

func (u *SpectatorUser) read(r *reader) {
	*u = SpectatorUser{}
	n := r.begin()
	if n > 0 {
		u.OnlineID = r.int32()
	}
	if n > 1 {
		u.Username = r.string("")
	}
	r.rest(n - 2)
}

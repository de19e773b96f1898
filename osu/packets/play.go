package packets

import "encoding/binary"

// scoreSlotOffset is where a score frame names its slot.
const scoreSlotOffset = 4

// scoreFrameSize is the length of a score frame without ScoreV2.
const scoreFrameSize = 29

// HPFailed is the ScoreFrame.HP of a player who has failed.
const HPFailed = 254

// ScoreFrame is a running score.
//
//	 0  time i32           15  misses u16        25  perfect bool
//	 4  slot u8            17  score i32         26  hp u8
//	 5  300s u16           21  max combo u16     27  tag u8
//	 7  100s u16           23  combo u16         28  ScoreV2 bool
//	 9  50s u16                                  29  combo portion f64, only with ScoreV2
//	11  gekis u16                                37  bonus portion f64, only with ScoreV2
//	13  katus u16
type ScoreFrame struct {
	Time         int32 // milliseconds
	Slot         uint8 // of the room; clients send garbage, see SetScoreSlot
	Count300     uint16
	Count100     uint16
	Count50      uint16
	CountGeki    uint16
	CountKatu    uint16
	CountMiss    uint16
	Score        int32
	MaxCombo     uint16
	Combo        uint16
	Perfect      bool
	HP           uint8 // or HPFailed
	Tag          uint8
	ScoreV2      bool
	ComboPortion float64 // travels only with ScoreV2
	BonusPortion float64 // travels only with ScoreV2
}

func (f *ScoreFrame) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(f.Time))
	dst = append(dst, f.Slot)
	dst = binary.LittleEndian.AppendUint16(dst, f.Count300)
	dst = binary.LittleEndian.AppendUint16(dst, f.Count100)
	dst = binary.LittleEndian.AppendUint16(dst, f.Count50)
	dst = binary.LittleEndian.AppendUint16(dst, f.CountGeki)
	dst = binary.LittleEndian.AppendUint16(dst, f.CountKatu)
	dst = binary.LittleEndian.AppendUint16(dst, f.CountMiss)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(f.Score))
	dst = binary.LittleEndian.AppendUint16(dst, f.MaxCombo)
	dst = binary.LittleEndian.AppendUint16(dst, f.Combo)
	dst = appendBool(dst, f.Perfect)
	dst = append(dst, f.HP, f.Tag)
	dst = appendBool(dst, f.ScoreV2)
	if f.ScoreV2 {
		dst = appendF64(dst, f.ComboPortion)
		dst = appendF64(dst, f.BonusPortion)
	}
	return dst
}

func (f *ScoreFrame) read(r *reader) {
	*f = ScoreFrame{
		Time:      r.i32(),
		Slot:      r.u8(),
		Count300:  r.u16(),
		Count100:  r.u16(),
		Count50:   r.u16(),
		CountGeki: r.u16(),
		CountKatu: r.u16(),
		CountMiss: r.u16(),
		Score:     r.i32(),
		MaxCombo:  r.u16(),
		Combo:     r.u16(),
		Perfect:   r.bool(),
		HP:        r.u8(),
		Tag:       r.u8(),
		ScoreV2:   r.bool(),
	}
	if f.ScoreV2 {
		f.ComboPortion, f.BonusPortion = r.f64(), r.f64()
	}
}

// SetScoreSlot writes slot into the payload of a [MatchScoreUpdate], in place, which then is the payload of a [MatchScore]. It
// reports whether the payload is long enough to be one, and leaves it alone otherwise.
func SetScoreSlot(payload []byte, slot uint8) bool {
	if len(payload) < scoreFrameSize {
		return false
	}
	payload[scoreSlotOffset] = slot
	return true
}

// ScoreOf is the kind of the packets whose payload is a [ScoreFrame], to which they convert and from which they are made.
type ScoreOf[T tag] ScoreFrame

// PacketID returns the packet's id.
func (ScoreOf[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p ScoreOf[T]) Append(dst []byte) []byte {
	dst, start := begin(dst, idOf[T]())
	return finish((*ScoreFrame)(&p).append(dst), start)
}

// Decode reads the payload.
func (p *ScoreOf[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	(*ScoreFrame)(p).read(&r)
	return r.end(idOf[T]())
}

// Buttons is the set of buttons that are down in a replay frame.
type Buttons uint8

// The buttons.
const (
	ButtonM1 Buttons = 1 << iota
	ButtonM2
	ButtonK1
	ButtonK2
	ButtonSmoke
)

// ReplayFrame is one moment of a play.
//
//	buttons u8 · legacy u8 · x f32 · y f32 · time i32
type ReplayFrame struct {
	Buttons Buttons
	Legacy  uint8 // not 0 when a client of 2008 holds the right button
	X, Y    float32
	Time    int32 // milliseconds
}

// replayFrameSize is the length of a replay frame.
const replayFrameSize = 14

// ReplayAction is what happened to a watched play.
type ReplayAction uint8

// The actions.
const (
	ReplayStandard ReplayAction = iota
	ReplayNewSong
	ReplaySkip
	ReplayCompletion
	ReplayFail
	ReplayPause
	ReplayUnpause
	ReplaySongSelect
	ReplayWatchingOther // FrameBundle.Extra is the user who is watched instead
)

// FrameBundle is a piece of a watched play.
//
//	extra i32 · count u16 · count × replay frame · action u8 · score frame, if more than 2 bytes are left · sequence u16
type FrameBundle struct {
	Extra    int32 // seed of mania's Random mod; a user id with ReplayWatchingOther
	Frames   []ReplayFrame
	Action   ReplayAction
	Score    *ScoreFrame // nil when the bundle has none
	Sequence uint16      // 0 from clients before b20160404, which do not send it
}

// append writes at most 65,535 frames: they are counted in 16 bits.
func (f *FrameBundle) append(dst []byte) []byte {
	frames := f.Frames[:min(len(f.Frames), 1<<16-1)]
	dst = binary.LittleEndian.AppendUint32(dst, uint32(f.Extra))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(frames)))
	for i := range frames {
		dst = append(dst, byte(frames[i].Buttons), frames[i].Legacy)
		dst = appendF32(dst, frames[i].X)
		dst = appendF32(dst, frames[i].Y)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(frames[i].Time))
	}
	dst = append(dst, byte(f.Action))
	if f.Score != nil {
		dst = f.Score.append(dst)
	}
	return binary.LittleEndian.AppendUint16(dst, f.Sequence)
}

func (f *FrameBundle) read(r *reader) {
	*f = FrameBundle{Extra: r.i32()}
	n := int(r.u16())
	if n*replayFrameSize > len(r.rest) {
		r.fail(ErrTruncated)
		return
	}
	if n > 0 {
		f.Frames = make([]ReplayFrame, n)
	}
	for i := range f.Frames {
		f.Frames[i] = ReplayFrame{
			Buttons: Buttons(r.u8()),
			Legacy:  r.u8(),
			X:       r.f32(),
			Y:       r.f32(),
			Time:    r.i32(),
		}
	}
	f.Action = ReplayAction(r.u8())
	if len(r.rest) > 2 {
		f.Score = new(ScoreFrame)
		f.Score.read(r)
	}
	if len(r.rest) >= 2 {
		f.Sequence = r.u16()
	}
}

// FramesOf is the kind of the packets whose payload is a [FrameBundle], to which they convert and from which they are made.
type FramesOf[T tag] FrameBundle

// PacketID returns the packet's id.
func (FramesOf[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet. It writes the first 65,535 replay frames of more.
func (p FramesOf[T]) Append(dst []byte) []byte {
	dst, start := begin(dst, idOf[T]())
	return finish((*FrameBundle)(&p).append(dst), start)
}

// Decode reads the payload.
func (p *FramesOf[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	(*FrameBundle)(p).read(&r)
	return r.end(idOf[T]())
}

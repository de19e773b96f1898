package hubs

import "github.com/tinylib/msgp/msgp"

// Bounds of ranked play; what there can be is far below.
const (
	maxPlayers    = 64
	maxHand       = 256
	maxHandFrames = 4096
)

// RankedPlayStage is how far a ranked play room has come.
type RankedPlayStage int32

// The stages.
const (
	RankedPlayWaitForJoin RankedPlayStage = iota
	RankedPlayRoundWarmup
	RankedPlayCardDiscard
	RankedPlayFinishCardDiscard
	RankedPlayCardPlay
	RankedPlayFinishCardPlay
	RankedPlayGameplayWarmup
	RankedPlayGameplay
	RankedPlayResults
	RankedPlayEnded
)

// What a player of ranked play begins with.
const (
	defaultDamageMultiplier = 0.5
	defaultLife             = 1_000_000
)

// RankedPlayRoomState is the state of a ranked play room.
type RankedPlayRoomState struct {
	Stage            RankedPlayStage
	CurrentRound     int32
	DamageMultiplier float64
	Users            map[int32]RankedPlayUserInfo // by user
	ActiveUserID     Optional[int32]
	StarRating       float64
	WinningUserID    Optional[int32]
}

func (s RankedPlayRoomState) appendRoomState(b []byte) []byte {
	b = begin(appendUnion(b, rankedPlayRoomState), 7)
	b = appendInt(b, s.Stage)
	b = appendInt(b, s.CurrentRound)
	b = msgp.AppendFloat64(b, s.DamageMultiplier)
	b = appendIntMap(b, s.Users, Append[RankedPlayUserInfo])
	b = appendOptionalInt(b, s.ActiveUserID)
	b = msgp.AppendFloat64(b, s.StarRating)
	return appendOptionalInt(b, s.WinningUserID)
}

func readRankedPlayRoomState(r *reader) RankedPlayRoomState {
	s := RankedPlayRoomState{DamageMultiplier: defaultDamageMultiplier}
	n := r.begin()
	if n > 0 {
		s.Stage = enum[RankedPlayStage](r)
	}
	if n > 1 {
		s.CurrentRound = r.int32()
	}
	if n > 2 {
		s.DamageMultiplier = r.float64()
	}
	if n > 3 {
		s.Users = readMap(r, s.Users, maxPlayers, (*reader).int32, readMember[RankedPlayUserInfo])
	}
	if n > 4 {
		s.ActiveUserID = optionalInt32(r)
	}
	if n > 5 {
		s.StarRating = r.float64()
	}
	if n > 6 {
		s.WinningUserID = optionalInt32(r)
	}
	r.rest(n - 7)
	return s
}

// RankedPlayUserInfo is how a player of ranked play stands.
type RankedPlayUserInfo struct {
	Rating           int32
	Life             int32
	Hand             []RankedPlayCardItem
	RatingAfter      int32
	DamageInfo       *RankedPlayDamageInfo
	RoundsWon        int32
	DamageMultiplier float64
}

// AppendMsg appends the info.
func (u *RankedPlayUserInfo) AppendMsg(b []byte) []byte {
	if u == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 7)
	b = appendInt(b, u.Rating)
	b = appendInt(b, u.Life)
	b = AppendList(b, u.Hand)
	b = appendInt(b, u.RatingAfter)
	b = u.DamageInfo.AppendMsg(b)
	b = appendInt(b, u.RoundsWon)
	return msgp.AppendFloat64(b, u.DamageMultiplier)
}

// ReadMsg reads an info.
func (u *RankedPlayUserInfo) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	u.read(&r)
	return r.end("RankedPlayUserInfo")
}

func (u *RankedPlayUserInfo) read(r *reader) {
	*u = RankedPlayUserInfo{Life: defaultLife, DamageMultiplier: defaultDamageMultiplier}
	n := r.begin()
	if n > 0 {
		u.Rating = r.int32()
	}
	if n > 1 {
		u.Life = r.int32()
	}
	if n > 2 {
		u.Hand = readList(r, u.Hand, maxHand)
	}
	if n > 3 {
		u.RatingAfter = r.int32()
	}
	if n > 4 && !r.null() {
		u.DamageInfo = new(RankedPlayDamageInfo)
		u.DamageInfo.read(r)
	}
	if n > 5 {
		u.RoundsWon = r.int32()
	}
	if n > 6 {
		u.DamageMultiplier = r.float64()
	}
	r.rest(n - 7)
}

// RankedPlayDamageInfo is what a round cost a player.
type RankedPlayDamageInfo struct {
	Damage       int32
	RawDamage    int32
	OldLife      int32
	NewLife      int32
	DirectDamage int32
	Multiplier   float64
	BonusDamage  int32
}

// AppendMsg appends the info.
func (d *RankedPlayDamageInfo) AppendMsg(b []byte) []byte {
	if d == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 7)
	b = appendInt(b, d.Damage)
	b = appendInt(b, d.RawDamage)
	b = appendInt(b, d.OldLife)
	b = appendInt(b, d.NewLife)
	b = appendInt(b, d.DirectDamage)
	b = msgp.AppendFloat64(b, d.Multiplier)
	return appendInt(b, d.BonusDamage)
}

// ReadMsg reads an info.
func (d *RankedPlayDamageInfo) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	d.read(&r)
	return r.end("RankedPlayDamageInfo")
}

func (d *RankedPlayDamageInfo) read(r *reader) {
	*d = RankedPlayDamageInfo{Multiplier: 1}
	n := r.begin()
	if n > 0 {
		d.Damage = r.int32()
	}
	if n > 1 {
		d.RawDamage = r.int32()
	}
	if n > 2 {
		d.OldLife = r.int32()
	}
	if n > 3 {
		d.NewLife = r.int32()
	}
	if n > 4 {
		d.DirectDamage = r.int32()
	}
	if n > 5 {
		d.Multiplier = r.float64()
	}
	if n > 6 {
		d.BonusDamage = r.int32()
	}
	r.rest(n - 7)
}

// RankedPlayCardItem is a card.
type RankedPlayCardItem struct{ ID GUID }

// AppendMsg appends the card.
func (c *RankedPlayCardItem) AppendMsg(b []byte) []byte {
	if c == nil {
		return msgp.AppendNil(b)
	}
	return c.ID.appendTo(begin(b, 1))
}

// ReadMsg reads a card.
func (c *RankedPlayCardItem) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	c.read(&r)
	return r.end("RankedPlayCardItem")
}

func (c *RankedPlayCardItem) read(r *reader) { c.ID = readOnlyGUID(r) }

// RankedPlayCardHandReplayFrame is how a hand of cards lies at one time.
type RankedPlayCardHandReplayFrame struct {
	Delay float64 // milliseconds after the frame before
	Cards map[GUID]RankedPlayCardState
}

// AppendMsg appends the frame.
func (f *RankedPlayCardHandReplayFrame) AppendMsg(b []byte) []byte {
	if f == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendFloat64(begin(b, 2), f.Delay)
	return appendGUIDMap(b, f.Cards, Append[RankedPlayCardState])
}

// ReadMsg reads a frame.
func (f *RankedPlayCardHandReplayFrame) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	f.read(&r)
	return r.end("RankedPlayCardHandReplayFrame")
}

func (f *RankedPlayCardHandReplayFrame) read(r *reader) {
	*f = RankedPlayCardHandReplayFrame{}
	n := r.begin()
	if n > 0 {
		f.Delay = r.float64()
	}
	if n > 1 {
		f.Cards = readMap(r, f.Cards, maxHand, (*reader).guid, readMember[RankedPlayCardState])
	}
	r.rest(n - 2)
}

func (r *reader) handFrames() []RankedPlayCardHandReplayFrame {
	return readList[RankedPlayCardHandReplayFrame](r, nil, maxHandFrames)
}

// RankedPlayCardState is how a card lies.
type RankedPlayCardState struct {
	Hovered  bool
	Pressed  bool
	Selected bool
	Dragged  bool
	Order    int32
	DragX    float32
	DragY    float32
}

// AppendMsg appends the state.
func (s *RankedPlayCardState) AppendMsg(b []byte) []byte {
	if s == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 7)
	b = msgp.AppendBool(b, s.Hovered)
	b = msgp.AppendBool(b, s.Pressed)
	b = msgp.AppendBool(b, s.Selected)
	b = msgp.AppendBool(b, s.Dragged)
	b = appendInt(b, s.Order)
	b = msgp.AppendFloat32(b, s.DragX)
	return msgp.AppendFloat32(b, s.DragY)
}

// ReadMsg reads a state.
func (s *RankedPlayCardState) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	s.read(&r)
	return r.end("RankedPlayCardState")
}

func (s *RankedPlayCardState) read(r *reader) {
	*s = RankedPlayCardState{}
	n := r.begin()
	if n > 0 {
		s.Hovered = r.bool()
	}
	if n > 1 {
		s.Pressed = r.bool()
	}
	if n > 2 {
		s.Selected = r.bool()
	}
	if n > 3 {
		s.Dragged = r.bool()
	}
	if n > 4 {
		s.Order = r.int32()
	}
	if n > 5 {
		s.DragX = r.float32()
	}
	if n > 6 {
		s.DragY = r.float32()
	}
	r.rest(n - 7)
}

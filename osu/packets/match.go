package packets

import (
	"encoding/binary"

	"github.com/pure-peace/peace/osu"
)

// Slots is the number of slots in every room.
const Slots = 16

// SlotStatus says whether a slot has a player and what that player waits for. Its values are bits, but only one is set.
type SlotStatus uint8

// The statuses.
const (
	SlotOpen     SlotStatus = 1 << iota
	SlotLocked              // nobody can enter
	SlotNotReady            // the statuses from here to SlotComplete have a player
	SlotReady
	SlotNoMap
	SlotPlaying
	SlotComplete
	SlotQuit // left during play; the player is gone

	slotHasPlayer = SlotNotReady | SlotReady | SlotNoMap | SlotPlaying | SlotComplete
)

// HasPlayer reports whether the slot is taken. Only then does a room name the user: a different answer on the two sides shifts
// every field after it.
func (s SlotStatus) HasPlayer() bool { return s&slotHasPlayer != 0 }

// Team is the team of a slot.
type Team uint8

// The teams.
const (
	TeamNeutral Team = iota
	TeamBlue
	TeamRed
)

// WinCondition is what the players of a room compete for.
type WinCondition uint8

// The win conditions.
const (
	WinByScore WinCondition = iota
	WinByAccuracy
	WinByCombo
	WinByScoreV2
)

// TeamType is how the players of a room compete.
type TeamType uint8

// The team types. The last two have teams.
const (
	HeadToHead TeamType = iota
	TagCoop
	TeamVersus
	TagTeamVersus
)

// Password is the password of a room, of which the wire has three forms: none (0x00), hidden (0x0b 0x00), and the text.
type Password struct {
	Text   string // what its members may see
	Hidden bool   // there is one, and Text does not say which
}

// Hide returns the form for those outside the room: none stays none, and everything else is hidden.
func (p Password) Hide() Password { return Password{Hidden: p != Password{}} }

func (p Password) append(dst []byte) []byte {
	if p.Hidden {
		return append(dst, stringPresent, 0)
	}
	return AppendString(dst, p.Text)
}

func (r *reader) password() Password {
	text, present := r.optionalString()
	return Password{Text: text, Hidden: present && text == ""}
}

// Slot is a place in a room.
type Slot struct {
	Status SlotStatus
	Team   Team
	UserID int32    // travels only while Status.HasPlayer
	Mods   osu.Mods // travel only in rooms with free mods
}

// Match describes a multiplayer room.
//
//	id u16 · in progress bool · type u8 · mods u32 · name string · password · beatmap text string
//	beatmap id i32 · beatmap md5 string · 16 × status u8 · 16 × team u8 · k × user id i32, of the slots with a player
//	host id i32 · ruleset u8 · win condition u8 · team type u8 · free mods bool
//	16 × mods u32, only with free mods · seed i32
type Match struct {
	ID           uint16
	InProgress   bool
	Type         uint8 // 0; the client never got another
	Mods         osu.Mods
	Name         string
	Password     Password
	Beatmap      string // "Artist - Title [Difficulty]"
	BeatmapID    int32  // 0 is not submitted; −1 while the host chooses
	BeatmapMD5   string
	Slots        [Slots]Slot
	HostID       int32 // 0 is nobody
	Ruleset      osu.Ruleset
	WinCondition WinCondition
	TeamType     TeamType
	FreeMods     bool
	Seed         int32 // of mania's Random mod
}

func (m *Match) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, m.ID)
	dst = append(appendBool(dst, m.InProgress), m.Type)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(m.Mods))
	dst = AppendString(dst, m.Name)
	dst = m.Password.append(dst)
	dst = AppendString(dst, m.Beatmap)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(m.BeatmapID))
	dst = AppendString(dst, m.BeatmapMD5)
	for i := range m.Slots {
		dst = append(dst, byte(m.Slots[i].Status))
	}
	for i := range m.Slots {
		dst = append(dst, byte(m.Slots[i].Team))
	}
	for i := range m.Slots {
		if m.Slots[i].Status.HasPlayer() {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(m.Slots[i].UserID))
		}
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(m.HostID))
	dst = append(dst, byte(m.Ruleset), byte(m.WinCondition), byte(m.TeamType))
	dst = appendBool(dst, m.FreeMods)
	if m.FreeMods {
		for i := range m.Slots {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(m.Slots[i].Mods))
		}
	}
	return binary.LittleEndian.AppendUint32(dst, uint32(m.Seed))
}

func (m *Match) read(r *reader) {
	*m = Match{
		ID:         r.u16(),
		InProgress: r.bool(),
		Type:       r.u8(),
		Mods:       osu.Mods(r.u32()),
		Name:       r.str(),
		Password:   r.password(),
		Beatmap:    r.str(),
		BeatmapID:  r.i32(),
		BeatmapMD5: r.str(),
	}
	for i := range m.Slots {
		m.Slots[i].Status = SlotStatus(r.u8())
	}
	for i := range m.Slots {
		m.Slots[i].Team = Team(r.u8())
	}
	for i := range m.Slots {
		if m.Slots[i].Status.HasPlayer() {
			m.Slots[i].UserID = r.i32()
		}
	}
	m.HostID = r.i32()
	m.Ruleset = osu.Ruleset(r.u8())
	m.WinCondition = WinCondition(r.u8())
	m.TeamType = TeamType(r.u8())
	m.FreeMods = r.bool()
	if m.FreeMods {
		for i := range m.Slots {
			m.Slots[i].Mods = osu.Mods(r.u32())
		}
	}
	m.Seed = r.i32()
}

// MatchOf is the kind of the packets whose payload is a [Match], to which they convert and from which they are made.
type MatchOf[T tag] Match

// PacketID returns the packet's id.
func (MatchOf[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p MatchOf[T]) Append(dst []byte) []byte {
	dst, start := begin(dst, idOf[T]())
	return finish((*Match)(&p).append(dst), start)
}

// Decode reads the payload.
func (p *MatchOf[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	(*Match)(p).read(&r)
	return r.end(idOf[T]())
}

// JoinMatch (32) asks to enter a room.
//
//	room id i32 · password string
type JoinMatch struct {
	MatchID  int32
	Password string
}

// PacketID returns [IDJoinMatch].
func (JoinMatch) PacketID() ID { return IDJoinMatch }

// Append appends the packet.
func (p JoinMatch) Append(dst []byte) []byte {
	dst, start := begin(dst, IDJoinMatch)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.MatchID))
	return finish(AppendString(dst, p.Password), start)
}

// Decode reads the payload.
func (p *JoinMatch) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = JoinMatch{MatchID: r.i32(), Password: r.str()}
	return r.end(IDJoinMatch)
}

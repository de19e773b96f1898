package packets

import (
	"encoding/binary"

	"github.com/pure-peace/peace/osu"
)

// BeatmapInfoRequest (68) asks about the client's beatmaps. Current clients ask over HTTP instead.
//
//	count u32 · count × file name string · count u32 · count × beatmap id i32
type BeatmapInfoRequest struct {
	Filenames  []string
	BeatmapIDs []int32
}

// PacketID returns [IDBeatmapInfoRequest].
func (BeatmapInfoRequest) PacketID() ID { return IDBeatmapInfoRequest }

// Append appends the packet.
func (p BeatmapInfoRequest) Append(dst []byte) []byte {
	dst, start := begin(dst, IDBeatmapInfoRequest)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(p.Filenames)))
	for _, name := range p.Filenames {
		dst = AppendString(dst, name)
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(p.BeatmapIDs)))
	for _, id := range p.BeatmapIDs {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(id))
	}
	return finish(dst, start)
}

// Decode reads the payload.
func (p *BeatmapInfoRequest) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = BeatmapInfoRequest{}
	if n := r.count(1); n > 0 {
		p.Filenames = make([]string, n)
	}
	for i := range p.Filenames {
		p.Filenames[i] = r.str()
	}
	p.BeatmapIDs = r.ids(r.count(4))
	return r.end(IDBeatmapInfoRequest)
}

// BeatmapInfo is the answer for one beatmap.
//
//	index i16 · beatmap id i32 · set id i32 · thread id i32 · status u8
//	grade u8 in osu!, catch, taiko, mania · md5 string
type BeatmapInfo struct {
	Index     int16 // of the file name in the request
	BeatmapID int32
	SetID     int32
	ThreadID  int32
	Status    int8                    // as the official API numbers it
	Grades    [osu.Rulesets]osu.Grade // the user's best, by ruleset; osu.GradeNone is not played
	MD5       string
}

// beatmapInfoSize is the least length of a BeatmapInfo.
const beatmapInfoSize = 20

// gradeOrder is the order in which grades travel, which is not that of the rulesets.
var gradeOrder = [osu.Rulesets]osu.Ruleset{osu.Standard, osu.Catch, osu.Taiko, osu.Mania}

// BeatmapInfoReply (69) answers a [BeatmapInfoRequest].
//
//	count u32 · count × beatmap info
type BeatmapInfoReply []BeatmapInfo

// PacketID returns [IDBeatmapInfoReply].
func (BeatmapInfoReply) PacketID() ID { return IDBeatmapInfoReply }

// Append appends the packet.
func (p BeatmapInfoReply) Append(dst []byte) []byte {
	dst, start := begin(dst, IDBeatmapInfoReply)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(p)))
	for i := range p {
		info := &p[i]
		dst = binary.LittleEndian.AppendUint16(dst, uint16(info.Index))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(info.BeatmapID))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(info.SetID))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(info.ThreadID))
		dst = append(dst, byte(info.Status))
		for _, ruleset := range gradeOrder {
			dst = append(dst, byte(info.Grades[ruleset]))
		}
		dst = AppendString(dst, info.MD5)
	}
	return finish(dst, start)
}

// Decode reads the payload.
func (p *BeatmapInfoReply) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = nil
	if n := r.count(beatmapInfoSize); n > 0 {
		*p = make(BeatmapInfoReply, n)
	}
	for i := range *p {
		info := &(*p)[i]
		*info = BeatmapInfo{
			Index:     int16(r.u16()),
			BeatmapID: r.i32(),
			SetID:     r.i32(),
			ThreadID:  r.i32(),
			Status:    int8(r.u8()),
		}
		for _, ruleset := range gradeOrder {
			info.Grades[ruleset] = osu.Grade(r.u8())
		}
		info.MD5 = r.str()
	}
	return r.end(IDBeatmapInfoReply)
}

package submission

import (
	"math"
	"strconv"
	"time"

	"github.com/pure-peace/peace/osu"
)

// BoardStatus is a beatmap's status in the numbers of stable's leaderboards.
type BoardStatus int8

// The statuses.
const (
	NotSubmitted BoardStatus = -1
	Pending      BoardStatus = 0
	NeedsUpdate  BoardStatus = 1 // the player has another version of the beatmap
	Ranked       BoardStatus = 2
	Approved     BoardStatus = 3
	Qualified    BoardStatus = 4
	Loved        BoardStatus = 5
)

// CurrentBoards is the version of leaderboards that clients ask for since 2017.
const CurrentBoards = 4

// BoardStatusOf returns how a status is shown to a client that asks for a version of leaderboards: old ones have two numbers
// the other way round and know no loved beatmaps.
func BoardStatusOf(status osu.Status, version int) BoardStatus {
	shown := Pending
	switch status {
	case osu.StatusRanked:
		shown = Ranked
	case osu.StatusApproved:
		shown = Approved
	case osu.StatusQualified:
		shown = Qualified
	case osu.StatusLoved:
		shown = Loved
		if version < CurrentBoards {
			shown = Approved
		}
	}
	if version <= 2 {
		switch shown {
		case Ranked:
			return Qualified
		case Qualified:
			return Ranked
		}
	}
	return shown
}

// MaxBoard is how many scores the client shows.
const MaxBoard = 50

// Board is a leaderboard as song select shows it. Without a BeatmapID it is only the status of a beatmap that has none.
type Board struct {
	Status    BoardStatus
	Packed    bool // the server has the set as .osz2
	BeatmapID int32
	SetID     int32
	Count     int32  // of players with a score
	TrackID   int32  // of a featured artist; 0 for none
	License   string // of the track
	Offset    int32  // of the music, in ms
	Title     string // see [DisplayTitle]
	Rating    float64
	Own       *Line
	Lines     []Line // the best first
}

// Line is a score of a leaderboard.
type Line struct {
	ScoreID   int64
	Player    string
	Total     int64 // what does not fit in 31 bits is shown as the most that does
	MaxCombo  int32
	Count50   int32
	Count100  int32
	Count300  int32
	CountMiss int32
	CountKatu int32
	CountGeki int32
	Perfect   bool
	Mods      osu.Mods
	UserID    int32
	Position  int32
	Time      time.Time // to the second
	HasReplay bool
}

// DisplayTitle returns a title that the client draws in the size of the official ones.
func DisplayTitle(artist, title string) string { return "[bold:0,size:20]" + artist + "|" + title }

// Append appends the answer to dst. Characters that would end a value become spaces.
func (b *Board) Append(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(b.Status), 10)
	if b.BeatmapID == 0 {
		return append(dst, "|false"...)
	}
	dst = strconv.AppendBool(append(dst, '|'), b.Packed)
	for _, n := range []int32{b.BeatmapID, b.SetID, b.Count, b.TrackID} {
		dst = strconv.AppendInt(append(dst, '|'), int64(n), 10)
	}
	dst = append(append(dst, '|'), plain(b.License)...)
	dst = strconv.AppendInt(append(dst, '\n'), int64(b.Offset), 10)
	dst = append(append(dst, '\n'), oneLine(b.Title)...)
	dst = strconv.AppendFloat(append(dst, '\n'), b.Rating, 'f', 2, 64)
	dst = append(dst, '\n')
	if b.Own != nil {
		dst = b.Own.append(dst)
	}
	for i := range b.Lines {
		dst = b.Lines[i].append(append(dst, '\n'))
	}
	if len(b.Lines) == 0 {
		dst = append(dst, '\n') // the line of the own score has to end
	}
	return dst
}

func (l *Line) append(dst []byte) []byte {
	dst = strconv.AppendInt(dst, l.ScoreID, 10)
	dst = append(append(dst, '|'), plain(l.Player)...)
	dst = strconv.AppendInt(append(dst, '|'), min(l.Total, math.MaxInt32), 10)
	for _, n := range []int32{l.MaxCombo, l.Count50, l.Count100, l.Count300, l.CountMiss, l.CountKatu, l.CountGeki} {
		dst = strconv.AppendInt(append(dst, '|'), int64(n), 10)
	}
	dst = append(dst, '|', digit(l.Perfect))
	for _, n := range []int32{int32(l.Mods), l.UserID, l.Position} {
		dst = strconv.AppendInt(append(dst, '|'), int64(n), 10)
	}
	dst = strconv.AppendInt(append(dst, '|'), l.Time.Unix(), 10)
	return append(dst, '|', digit(l.HasReplay))
}

func digit(b bool) byte {
	if b {
		return '1'
	}
	return '0'
}

// oneLine is plain for texts that may have bars.
func oneLine(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c == '\n' || c == '\r' {
			b[i] = ' '
		}
	}
	return string(b)
}

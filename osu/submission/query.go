package submission

import (
	"fmt"
	"math"
	"net/url"
	"strconv"

	"github.com/pure-peace/peace/osu"
)

// BoardKind is which scores of a beatmap are asked for.
type BoardKind int8

// The kinds.
const (
	BoardLocal    BoardKind = 0 // the client shows its own scores and only wants the header
	BoardTop      BoardKind = 1
	BoardMods     BoardKind = 2 // with exactly the chosen mods
	BoardFriends  BoardKind = 3
	BoardCountry  BoardKind = 4
	lastBoardKind           = BoardCountry
)

// maxFileName bounds the name of a file in a query, in bytes.
const maxFileName = 1024

// BoardQuery is what song select asks when a beatmap is chosen.
type BoardQuery struct {
	BeatmapMD5 string
	File       string // name of the .osu
	SetID      int32  // -1 when the client does not know it
	Ruleset    osu.Ruleset
	Mods       osu.Mods
	Kind       BoardKind
	Version    int    // of leaderboards: [CurrentBoards]
	HeaderOnly bool   // asked by the editor
	Package    string // hash of the .osz2
	Cheats     bool   // the client found the files of a known cheat
}

// ParseBoardQuery reads the parameters of a query. All but the beatmap's MD5 may be absent. Its error is ErrField.
func ParseBoardQuery(values url.Values) (BoardQuery, error) {
	var err error
	number := func(key string, absent, least, most int64) int64 {
		text := values.Get(key)
		if text == "" {
			return absent
		}
		n, parseErr := strconv.ParseInt(text, 10, 64)
		if (parseErr != nil || n < least || n > most) && err == nil {
			err = malformed(key, text)
		}
		return n
	}
	q := BoardQuery{
		BeatmapMD5: values.Get("c"),
		File:       values.Get("f"),
		SetID:      int32(number("i", -1, math.MinInt32, math.MaxInt32)),
		Ruleset:    osu.Ruleset(number("m", 0, 0, int64(osu.Rulesets-1))),
		Mods:       osu.Mods(number("mods", 0, 0, math.MaxInt32)),
		Kind:       BoardKind(number("v", int64(BoardTop), 0, int64(lastBoardKind))),
		Version:    int(number("vv", 0, 0, math.MaxInt8)),
		HeaderOnly: number("s", 0, 0, 1) == 1,
		Package:    values.Get("h"),
		Cheats:     number("a", 0, 0, 1) == 1,
	}
	switch {
	case err != nil:
		return BoardQuery{}, err
	case !isMD5(q.BeatmapMD5):
		return BoardQuery{}, malformed("c", q.BeatmapMD5)
	case len(q.File) > maxFileName || len(q.Package) > maxWord:
		return BoardQuery{}, fmt.Errorf("%w: f or h", ErrTooLarge)
	}
	return q, nil
}

// Values returns the parameters, without those that say who asks.
func (q BoardQuery) Values() url.Values {
	return url.Values{
		"c": {q.BeatmapMD5}, "f": {q.File}, "i": {strconv.Itoa(int(q.SetID))}, "m": {strconv.Itoa(int(q.Ruleset))},
		"mods": {strconv.Itoa(int(q.Mods))}, "v": {strconv.Itoa(int(q.Kind))}, "vv": {strconv.Itoa(q.Version)},
		"s": {string(digit(q.HeaderOnly))}, "h": {q.Package}, "a": {string(digit(q.Cheats))},
	}
}

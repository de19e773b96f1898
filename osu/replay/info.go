package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Info is what lazer knows of a score beyond stable's header.
// Source: ppy/osu osu.Game/Scoring/Legacy/LegacyReplaySoloScoreInfo.cs.
type Info struct {
	OnlineID      int64 // lazer's score, -1 for none
	Mods          mods.Set
	Statistics    score.Statistics
	Maximum       score.Statistics // of a perfect play
	ClientVersion string           // as "2026.821.0"
	Rank          osu.Grade        // GradeNone when the file does not say
	UserID        int32            // -1 for none

	// TotalWithoutMods is the standardised total before mods multiplied it, nil when the file does not say.
	TotalWithoutMods *int64

	Pauses []int32 // when the game was paused, in ms of the music
}

// stored is the JSON of an Info.
type stored struct {
	OnlineID         int64            `json:"online_id"`
	Mods             mods.Set         `json:"mods"`
	Statistics       score.Statistics `json:"statistics"`
	Maximum          score.Statistics `json:"maximum_statistics"`
	ClientVersion    string           `json:"client_version"`
	Rank             string           `json:"rank,omitempty"`
	UserID           int32            `json:"user_id"`
	TotalWithoutMods *int64           `json:"total_score_without_mods,omitempty"`
	Pauses           []int32          `json:"pauses"`
}

// Info reads lazer's block. It is nil when there is none: in files of stable and of lazer's first years.
func (r *Replay) Info() (*Info, error) {
	if len(r.ScoreData) == 0 {
		return nil, nil
	}
	text, _, err := decompress(r.ScoreData, MaxInfo)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(text)
	if err != nil {
		return nil, err
	}
	s := stored{OnlineID: -1, UserID: -1}
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInfo, err)
	}
	info := &Info{
		OnlineID: s.OnlineID, Mods: s.Mods, Statistics: s.Statistics, Maximum: s.Maximum, ClientVersion: s.ClientVersion,
		Rank: osu.GradeNone, UserID: s.UserID, TotalWithoutMods: s.TotalWithoutMods, Pauses: s.Pauses,
	}
	if len(info.Mods) == 0 {
		info.Mods = nil
	}
	if len(info.Pauses) == 0 {
		info.Pauses = nil
	}
	if s.Rank != "" {
		if info.Rank, err = osu.ParseGrade(s.Rank); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInfo, err)
		}
	}
	return info, nil
}

// SetInfo writes lazer's block. A file keeps it only if its version is at least [FirstInfo].
func (r *Replay) SetInfo(info *Info) error {
	s := stored{
		OnlineID: info.OnlineID, Mods: info.Mods, Statistics: info.Statistics, Maximum: info.Maximum,
		ClientVersion: info.ClientVersion, UserID: info.UserID, TotalWithoutMods: info.TotalWithoutMods, Pauses: info.Pauses,
	}
	if s.Mods == nil {
		s.Mods = mods.Set{}
	}
	if s.Pauses == nil {
		s.Pauses = []int32{}
	}
	if info.Rank < osu.GradeNone {
		s.Rank = info.Rank.String()
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(&s); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	data, err := compress(bytes.TrimSuffix(text.Bytes(), []byte{'\n'}))
	if err != nil {
		return err
	}
	r.ScoreData = data
	return nil
}

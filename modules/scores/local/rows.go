package local

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// scoreRow is a row of scores.
type scoreRow struct {
	bun.BaseModel `bun:"table:scores,alias:s"`

	ID            int64     `bun:"id,pk"`
	Key           string    `bun:"submission_key"`
	UserID        int32     `bun:"user_id"`
	BeatmapID     int32     `bun:"beatmap_id"`
	BeatmapMD5    string    `bun:"beatmap_md5"`
	Ruleset       int16     `bun:"ruleset"`
	Variant       int16     `bun:"variant"`
	Client        int16     `bun:"client"`
	ClientVersion string    `bun:"client_version"`
	Mods          string    `bun:"mods"`
	ModsKey       string    `bun:"mods_key"`
	Statistics    string    `bun:"statistics"`
	Maximum       *string   `bun:"maximum"`
	WithoutMods   *int64    `bun:"total_without_mods"`
	Geki          int32     `bun:"geki"`
	Katu          int32     `bun:"katu"`
	MaxCombo      int32     `bun:"max_combo"`
	Total         int64     `bun:"total"`
	Classic       int64     `bun:"classic"`
	Accuracy      float64   `bun:"accuracy"`
	Grade         int16     `bun:"grade"`
	PP            *float64  `bun:"pp"`
	RatedBy       string    `bun:"rated_by"`
	RatedVersion  int32     `bun:"rated_version"`
	FullCombo     bool      `bun:"full_combo"`
	Passed        bool      `bun:"passed"`
	Exited        bool      `bun:"exited"`
	Ranked        bool      `bun:"ranked"`
	PlayTime      int64     `bun:"play_time"`
	EndedAt       time.Time `bun:"ended_at"`
	Replay        string    `bun:"replay"`
	Views         int32     `bun:"views"`
	Pauses        *string   `bun:"pauses"`
	Doubts        *string   `bun:"doubts"`
	RemovedBy     int64     `bun:"removed_by"`
}

// The values of removed_by that are no wipe.
const (
	present  = 0
	byItself = -1
)

// score returns the row in the contract's form.
func (r *scoreRow) score() (scores.Score, error) {
	out := scores.Score{
		ID: r.ID, Key: r.Key, UserID: r.UserID, BeatmapID: r.BeatmapID, BeatmapMD5: r.BeatmapMD5,
		Ruleset: osu.Ruleset(r.Ruleset), Variant: osu.Variant(r.Variant), Client: scores.Client(r.Client),
		ClientVersion: r.ClientVersion, MaxCombo: r.MaxCombo, Total: r.Total, Classic: r.Classic, Accuracy: r.Accuracy,
		Grade: osu.Grade(r.Grade), FullCombo: r.FullCombo, Passed: r.Passed, Exited: r.Exited, Ranked: r.Ranked,
		PlayTime: time.Duration(r.PlayTime) * time.Millisecond, EndedAt: r.EndedAt.UTC(), HasReplay: r.Replay != "",
		Views: r.Views, Removed: r.RemovedBy != present, Geki: r.Geki, Katu: r.Katu,
	}
	if r.PP != nil {
		pp := *r.PP
		out.PP = &pp
	}
	if r.WithoutMods != nil {
		total := *r.WithoutMods
		out.TotalWithoutMods = &total
	}
	var err error
	if out.Mods, err = mods.Parse(r.Mods); err != nil {
		return out, fmt.Errorf("score %d: mods: %w", r.ID, err)
	}
	for _, column := range []struct {
		name string
		text *string
		into any
	}{
		{"statistics", &r.Statistics, &out.Statistics},
		{"maximum", r.Maximum, &out.Maximum},
		{"pauses", r.Pauses, &out.Pauses},
		{"doubts", r.Doubts, &out.Doubts},
	} {
		if column.text == nil {
			continue
		}
		if err := json.Unmarshal([]byte(*column.text), column.into); err != nil {
			return out, fmt.Errorf("score %d: %s: %w", r.ID, column.name, err)
		}
	}
	return out, nil
}

// text returns what is stored of a list or a map; nil when it is empty.
func text[T any](v T, length int) *string {
	if length == 0 {
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		panic("scores: " + err.Error()) // numbers and strings always have a form
	}
	s := string(data)
	return &s
}

// place returns where the score stands by a metric: the value negated, so that the better is the smaller. It reports false for a
// score that the metric does not know.
func (r *scoreRow) place(m scores.Metric) (int64, bool) {
	switch m {
	case scores.ByPerformance:
		if r.PP == nil {
			return 0, false
		}
		// To a millionth, so that two computations of the same play are a tie.
		return -int64(math.Round(min(*r.PP, 1e12) * 1e6)), true
	case scores.ByTotal:
		return -r.Total, true
	default:
		return -r.Classic, true
	}
}

// metrics are all that is compared.
var metrics = [...]scores.Metric{scores.ByPerformance, scores.ByTotal, scores.ByClassic}

// anyMods is the mods_key of boards with any mods.
const anyMods = ""

// modsKey returns the name of the board with exactly these mods: acronyms in order, without settings, without Classic, and without
// what every play of the variant has. Nightcore and Daycore are no other plays than DoubleTime and HalfTime.
func modsKey(r osu.Ruleset, set mods.Set) string {
	variant := set.Variant(r)
	var names []string
	for _, m := range set {
		name := m.Acronym
		switch {
		case name == mods.Classic, name == mods.Relax && variant == osu.Relax, name == mods.Autopilot && variant == osu.Autopilot:
			continue
		case name == mods.Nightcore:
			name = mods.DoubleTime
		case name == mods.Daycore:
			name = mods.HalfTime
		}
		names = append(names, string(name))
	}
	if len(names) == 0 {
		return "NM"
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// bestRow is a row of score_bests.
type bestRow struct {
	bun.BaseModel `bun:"table:score_bests,alias:b"`

	UserID    int32  `bun:"user_id,pk"`
	BeatmapID int32  `bun:"beatmap_id,pk"`
	Ruleset   int16  `bun:"ruleset,pk"`
	Variant   int16  `bun:"variant,pk"`
	Metric    int16  `bun:"metric,pk"`
	Pool      int16  `bun:"pool,pk"`
	ModsKey   string `bun:"mods_key,pk"`
	ScoreID   int64  `bun:"score_id"`
	Place     int64  `bun:"place"`
	Country   string `bun:"country"`
	Hidden    bool   `bun:"hidden"`
}

// leaderRow is a row of score_leaders.
type leaderRow struct {
	bun.BaseModel `bun:"table:score_leaders,alias:l"`

	BeatmapID int32     `bun:"beatmap_id,pk"`
	Ruleset   int16     `bun:"ruleset,pk"`
	Variant   int16     `bun:"variant,pk"`
	Metric    int16     `bun:"metric,pk"`
	Pool      int16     `bun:"pool,pk"`
	UserID    int32     `bun:"user_id"`
	ScoreID   int64     `bun:"score_id"`
	Place     int64     `bun:"place"`
	Since     time.Time `bun:"since"`
}

// beatmapRow is a row of score_beatmaps.
type beatmapRow struct {
	bun.BaseModel `bun:"table:score_beatmaps,alias:m"`

	BeatmapID int32  `bun:"beatmap_id,pk"`
	MD5       string `bun:"md5"`
	Status    int16  `bun:"status"`
	Plays     int32  `bun:"plays"`
	Passes    int32  `bun:"passes"`
	Fresh     bool   `bun:"fresh"`
	Stale     bool   `bun:"stale"`
}

// playerRow is a row of score_players.
type playerRow struct {
	bun.BaseModel `bun:"table:score_players,alias:p"`

	UserID  int32  `bun:"user_id,pk"`
	Country string `bun:"country"`
	Hidden  bool   `bun:"hidden"`
}

// logRow is a row of score_log.
type logRow struct {
	bun.BaseModel `bun:"table:score_log,alias:e"`

	Seq     int64     `bun:"seq,pk"`
	Kind    int16     `bun:"kind"`
	At      time.Time `bun:"at"`
	UserID  int32     `bun:"user_id"`
	ScoreID int64     `bun:"score_id,nullzero"`
}

// submissionRow is a row of score_submissions.
type submissionRow struct {
	bun.BaseModel `bun:"table:score_submissions,alias:q"`

	Key        string    `bun:"submission_key,pk"`
	UserID     int32     `bun:"user_id"`
	BeatmapMD5 string    `bun:"beatmap_md5"`
	Payload    []byte    `bun:"payload"`
	State      int16     `bun:"state"`
	Attempts   int32     `bun:"attempts"`
	DueAt      time.Time `bun:"due_at,nullzero"`
	Outcome    []byte    `bun:"outcome"`
	Reason     string    `bun:"reason"`
	ReceivedAt time.Time `bun:"received_at"`
}

// The states of a submission.
const (
	received  = 0
	processed = 1
	waiting   = 2 // for its beatmap
	refused   = 3
)

// wipeRow is a row of score_wipes.
type wipeRow struct {
	bun.BaseModel `bun:"table:score_wipes,alias:w"`

	ID      int64     `bun:"id,pk,autoincrement"`
	UserID  int32     `bun:"user_id"`
	Ruleset int16     `bun:"ruleset"`
	Variant int16     `bun:"variant"`
	By      int32     `bun:"by_id"`
	Reason  string    `bun:"reason"`
	At      time.Time `bun:"at"`
	Undone  bool      `bun:"undone"`
}

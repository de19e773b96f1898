package resource

import (
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

// Links are where this server's pages and pictures are, without slashes at the end.
type Links struct {
	Site     string // "https://osu.example.com"
	Assets   string // "https://assets.example.com"
	Previews string // "https://b.example.com"
}

// LinksOf returns the links of a domain, whose names all lead to one server.
func LinksOf(domain string) Links {
	return Links{Site: "https://osu." + domain, Assets: "https://assets." + domain, Previews: "https://b." + domain}
}

// Beatmap is one difficulty: Beatmap and BeatmapExtended of the API in one. Pointers and slices that may be absent are what the
// API includes in some answers only.
type Beatmap struct {
	BeatmapsetID     int32   `json:"beatmapset_id"`
	DifficultyRating float64 `json:"difficulty_rating"`
	ID               int32   `json:"id"`
	LazerOnly        bool    `json:"lazer_only"`
	Mode             string  `json:"mode"`
	Status           string  `json:"status"`
	TotalLength      int32   `json:"total_length"` // seconds
	UserID           int32   `json:"user_id"`
	Version          string  `json:"version"`

	Accuracy      float64 `json:"accuracy"`
	AR            float64 `json:"ar"`
	BPM           float64 `json:"bpm"`
	Convert       bool    `json:"convert"`
	CountCircles  int32   `json:"count_circles"`
	CountSliders  int32   `json:"count_sliders"`
	CountSpinners int32   `json:"count_spinners"`
	CS            float64 `json:"cs"`
	DeletedAt     *Time   `json:"deleted_at"`
	Drain         float64 `json:"drain"`
	HitLength     int32   `json:"hit_length"` // seconds
	IsScoreable   bool    `json:"is_scoreable"`
	LastUpdated   Time    `json:"last_updated"`
	ModeInt       int32   `json:"mode_int"`
	Passcount     int32   `json:"passcount"`
	Playcount     int32   `json:"playcount"`
	Ranked        int32   `json:"ranked"`
	URL           string  `json:"url"`
	Checksum      string  `json:"checksum"`

	CurrentUserPlaycount int32       `json:"current_user_playcount"`
	MaxCombo             *int32      `json:"max_combo"`
	Owners               []Owner     `json:"owners"`
	Failtimes            *Failtimes  `json:"failtimes,omitempty"`
	TopTagIDs            *[]TagCount `json:"top_tag_ids,omitempty"`
	CurrentUserTagIDs    *[]int32    `json:"current_user_tag_ids,omitempty"`
	User                 *User       `json:"user,omitempty"`
	Beatmapset           *Beatmapset `json:"beatmapset,omitempty"`
}

// Owner is a maker of a beatmap.
type Owner struct {
	ID       int32  `json:"id"`
	Username string `json:"username"`
}

// Failtimes are how often players gave up or failed in each hundredth of a beatmap.
type Failtimes struct {
	Exit [100]int32 `json:"exit"`
	Fail [100]int32 `json:"fail"`
}

// TagCount is how many players gave a beatmap a tag.
type TagCount struct {
	TagID int32 `json:"tag_id"`
	Count int32 `json:"count"`
}

// Tag is a tag that players give beatmaps.
type Tag struct {
	ID          int32  `json:"id"`
	Name        string `json:"name"`
	RulesetID   *int32 `json:"ruleset_id"`
	Description string `json:"description"`
}

// NewTag returns a tag as the API has it.
func NewTag(t *beatmaps.Tag) Tag {
	tag := Tag{ID: t.ID, Name: t.Name, Description: t.Description}
	if t.Ruleset != nil {
		id := int32(*t.Ruleset)
		tag.RulesetID = &id
	}
	return tag
}

// NewBeatmap returns a beatmap of a set as the API has it, without what is only included in some answers. Its only owner is
// known by name when he made the whole set.
func NewBeatmap(b *beatmaps.Beatmap, set *beatmaps.Set, links *Links) *Beatmap {
	out := &Beatmap{
		BeatmapsetID: b.SetID, DifficultyRating: b.Stars, ID: b.ID, Mode: b.Ruleset.String(), Status: b.Status.String(),
		TotalLength: seconds(b.Length), UserID: b.CreatorID, Version: b.Name,
		Accuracy: b.Overall, AR: b.Approach, BPM: b.BPM, CountCircles: b.Circles, CountSliders: b.Sliders, CountSpinners: b.Spinners,
		CS: b.CircleSize, Drain: b.HealthDrain, HitLength: seconds(b.Drain), IsScoreable: b.Status.HasLeaderboard(),
		LastUpdated: known(b.UpdatedAt, set.UpdatedAt), ModeInt: int32(b.Ruleset), Passcount: b.Passes, Playcount: b.Plays,
		Ranked: int32(b.Status), URL: links.Site + "/beatmaps/" + itoa(b.ID), Checksum: b.MD5, Owners: []Owner{},
	}
	if b.Deleted {
		out.DeletedAt = &out.LastUpdated
	}
	if b.MaxCombo > 0 {
		combo := b.MaxCombo
		out.MaxCombo = &combo
	}
	if b.CreatorID == 0 || b.CreatorID == set.CreatorID {
		out.UserID = set.CreatorID
		out.Owners = []Owner{{set.CreatorID, set.Creator}}
	}
	return out
}

// In makes the beatmap one that was converted to a ruleset, if it was made for another. Its combo there is not known.
func (b *Beatmap) In(ruleset osu.Ruleset) *Beatmap {
	if b.ModeInt == int32(ruleset) {
		return b
	}
	converted := *b
	converted.Convert, converted.Mode, converted.ModeInt, converted.MaxCombo = true, ruleset.String(), int32(ruleset), nil
	return &converted
}

// Offline reports whether the beatmap's id is one that only this server knows.
func Offline(id int32) bool { return id >= beatmaps.FirstLocalID }

func seconds(d time.Duration) int32 { return int32(d / time.Second) }

// known returns the first time that is not zero, as the API writes it; 1970 when there is none, for clients expect a time.
func known(times ...time.Time) Time {
	for _, t := range times {
		if !t.IsZero() {
			return At(t)
		}
	}
	return At(time.Unix(0, 0))
}

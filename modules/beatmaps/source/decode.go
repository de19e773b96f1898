package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

// errForm says that an answer is JSON of none of the known forms.
var errForm = errors.New("source: the answer is of no known form")

// answer is a set, or (set is nil) a beatmap that tells the id of its set.
type answer struct {
	set   *beatmaps.Set
	setID int32
}

// decode reads metadata in the forms that sources speak: that of the official API v2, which most mirrors copy with small
// liberties, and that of cheesegull, which older ones have. Either may be the only element of a list, or lie in "data".
func decode(body []byte) (answer, error) {
	for range 3 { // wrappers
		body = bytes.TrimSpace(body)
		switch {
		case len(body) == 0, bytes.Equal(body, []byte("null")), bytes.Equal(body, []byte("[]")):
			return answer{}, ErrNone
		case body[0] == '[':
			var list []json.RawMessage
			if err := json.Unmarshal(body, &list); err != nil {
				return answer{}, fmt.Errorf("%w: %w", errForm, err)
			}
			if len(list) == 0 {
				return answer{}, ErrNone
			}
			body = list[0]
			continue
		case body[0] != '{':
			return answer{}, fmt.Errorf("%w: it begins with %.16q", errForm, body)
		}
		var form struct {
			ID            *number          `json:"id"`
			BeatmapsetID  *number          `json:"beatmapset_id"`
			Beatmaps      *json.RawMessage `json:"beatmaps"`
			Children      *json.RawMessage `json:"ChildrenBeatmaps"`
			ParentSetID   *number          `json:"ParentSetID"`
			Data          json.RawMessage  `json:"data"`
			Set           json.RawMessage  `json:"set"`
			BeatmapsetRaw json.RawMessage  `json:"beatmapset"`
		}
		if err := json.Unmarshal(body, &form); err != nil {
			return answer{}, fmt.Errorf("%w: %w", errForm, err)
		}
		switch {
		case form.Children != nil:
			return decodeAs[cheesegullSet](body)
		case form.ParentSetID != nil:
			return parent(*form.ParentSetID)
		case form.ID != nil && form.Beatmaps != nil:
			return decodeAs[officialSet](body)
		case form.BeatmapsetID != nil:
			return parent(*form.BeatmapsetID)
		case form.Data != nil:
			body = form.Data
		default:
			return answer{}, errForm
		}
	}
	return answer{}, errForm
}

func parent(id number) (answer, error) {
	if id := id.id(); id > 0 {
		return answer{setID: id}, nil
	}
	return answer{}, ErrNone
}

func decodeAs[F interface{ set() beatmaps.Set }](body []byte) (answer, error) {
	var form F
	if err := json.Unmarshal(body, &form); err != nil {
		return answer{}, fmt.Errorf("%w: %w", errForm, err)
	}
	set := form.set()
	return answer{&set, set.ID}, nil
}

// officialSet is a beatmapset of the official API v2.
type officialSet struct {
	ID            number            `json:"id"`
	Artist        string            `json:"artist"`
	ArtistUnicode string            `json:"artist_unicode"`
	Title         string            `json:"title"`
	TitleUnicode  string            `json:"title_unicode"`
	Creator       string            `json:"creator"`
	CreatorID     number            `json:"user_id"`
	Source        string            `json:"source"`
	Tags          string            `json:"tags"`
	GenreID       number            `json:"genre_id"`
	Genre         reference         `json:"genre"`
	LanguageID    number            `json:"language_id"`
	Language      reference         `json:"language"`
	Ranked        *number           `json:"ranked"`
	Status        label             `json:"status"`
	Explicit      flag              `json:"nsfw"`
	Video         flag              `json:"video"`
	Storyboard    flag              `json:"storyboard"`
	BPM           number            `json:"bpm"`
	TrackID       number            `json:"track_id"`
	Thread        string            `json:"legacy_thread_url"`
	SubmittedAt   moment            `json:"submitted_date"`
	RankedAt      moment            `json:"ranked_date"`
	UpdatedAt     moment            `json:"last_updated"`
	Beatmaps      []officialBeatmap `json:"beatmaps"`
}

type officialBeatmap struct {
	ID          number  `json:"id"`
	MD5         string  `json:"checksum"`
	Name        string  `json:"version"`
	ModeID      *number `json:"mode_int"`
	Mode        label   `json:"mode"`
	Convert     flag    `json:"convert"`
	Ranked      *number `json:"ranked"`
	Status      label   `json:"status"`
	CreatorID   number  `json:"user_id"`
	Circles     number  `json:"count_circles"`
	Sliders     number  `json:"count_sliders"`
	Spinners    number  `json:"count_spinners"`
	MaxCombo    number  `json:"max_combo"`
	Length      number  `json:"total_length"`
	Drain       number  `json:"hit_length"`
	BPM         number  `json:"bpm"`
	CircleSize  number  `json:"cs"`
	Approach    number  `json:"ar"`
	Overall     number  `json:"accuracy"`
	HealthDrain number  `json:"drain"`
	Stars       number  `json:"difficulty_rating"`
	UpdatedAt   moment  `json:"last_updated"`
	DeletedAt   moment  `json:"deleted_at"`
}

func (s officialSet) set() beatmaps.Set {
	out := beatmaps.Set{
		ID: s.ID.id(), Artist: s.Artist, ArtistUnicode: s.ArtistUnicode, Title: s.Title, TitleUnicode: s.TitleUnicode,
		Creator: s.Creator, CreatorID: s.CreatorID.id(), Source: s.Source, Tags: s.Tags,
		Genre: max(s.GenreID, s.Genre.ID).small(), Language: max(s.LanguageID, s.Language.ID).small(),
		Status: statusOf(s.Ranked, s.Status), Explicit: bool(s.Explicit), Video: bool(s.Video), Storyboard: bool(s.Storyboard),
		BPM: float64(s.BPM), TrackID: s.TrackID.id(), ThreadID: threadID(s.Thread),
		SubmittedAt: time.Time(s.SubmittedAt), RankedAt: time.Time(s.RankedAt), UpdatedAt: time.Time(s.UpdatedAt),
	}
	for _, b := range s.Beatmaps {
		if b.Convert {
			continue // the same beatmap in another ruleset
		}
		status, own := out.Status, b.Ranked != nil || b.Status != ""
		if own {
			status = statusOf(b.Ranked, b.Status)
		}
		out.Beatmaps = append(out.Beatmaps, beatmaps.Beatmap{
			ID: b.ID.id(), SetID: out.ID, MD5: b.MD5, Name: b.Name, Ruleset: rulesetOf(b.ModeID, b.Mode), Status: status,
			CreatorID: b.CreatorID.id(), Circles: b.Circles.id(), Sliders: b.Sliders.id(), Spinners: b.Spinners.id(),
			MaxCombo: b.MaxCombo.id(), Length: b.Length.seconds(), Drain: b.Drain.seconds(), BPM: float64(b.BPM),
			CircleSize: float64(b.CircleSize), Approach: float64(b.Approach), Overall: float64(b.Overall),
			HealthDrain: float64(b.HealthDrain), Stars: float64(b.Stars), UpdatedAt: time.Time(b.UpdatedAt),
			Deleted: !time.Time(b.DeletedAt).IsZero(),
		})
	}
	return out
}

// cheesegullSet is a set of osuripple/cheesegull and what followed it.
type cheesegullSet struct {
	ID       number              `json:"SetID"`
	Artist   string              `json:"Artist"`
	Title    string              `json:"Title"`
	Creator  string              `json:"Creator"`
	Source   string              `json:"Source"`
	Tags     string              `json:"Tags"`
	Genre    number              `json:"Genre"`
	Language number              `json:"Language"`
	Status   *number             `json:"RankedStatus"`
	Video    flag                `json:"HasVideo"`
	RankedAt moment              `json:"ApprovedDate"`
	Updated  moment              `json:"LastUpdate"`
	Children []cheesegullBeatmap `json:"ChildrenBeatmaps"`
}

type cheesegullBeatmap struct {
	ID          number  `json:"BeatmapID"`
	MD5         string  `json:"FileMD5"`
	Name        string  `json:"DiffName"`
	Mode        *number `json:"Mode"`
	MaxCombo    number  `json:"MaxCombo"`
	Length      number  `json:"TotalLength"`
	Drain       number  `json:"HitLength"`
	BPM         number  `json:"BPM"`
	CircleSize  number  `json:"CS"`
	Approach    number  `json:"AR"`
	Overall     number  `json:"OD"`
	HealthDrain number  `json:"HP"`
	Stars       number  `json:"DifficultyRating"`
}

func (s cheesegullSet) set() beatmaps.Set {
	out := beatmaps.Set{
		ID: s.ID.id(), Artist: s.Artist, Title: s.Title, Creator: s.Creator, Source: s.Source, Tags: s.Tags,
		Genre: s.Genre.small(), Language: s.Language.small(), Status: statusOf(s.Status, ""), Video: bool(s.Video),
		RankedAt: time.Time(s.RankedAt), UpdatedAt: time.Time(s.Updated),
	}
	for _, b := range s.Children {
		out.BPM = max(out.BPM, float64(b.BPM))
		out.Beatmaps = append(out.Beatmaps, beatmaps.Beatmap{
			ID: b.ID.id(), SetID: out.ID, MD5: b.MD5, Name: b.Name, Ruleset: rulesetOf(b.Mode, ""), Status: out.Status,
			MaxCombo: b.MaxCombo.id(), Length: b.Length.seconds(), Drain: b.Drain.seconds(), BPM: float64(b.BPM),
			CircleSize: float64(b.CircleSize), Approach: float64(b.Approach), Overall: float64(b.Overall),
			HealthDrain: float64(b.HealthDrain), Stars: float64(b.Stars), UpdatedAt: out.UpdatedAt,
		})
	}
	return out
}

// statusOf prefers the number to the name. One that does not exist is refused by judge.
func statusOf(ranked *number, name label) osu.Status {
	text := string(name)
	if ranked != nil {
		text = strconv.FormatFloat(float64(*ranked), 'f', -1, 64)
	}
	if n, err := strconv.ParseInt(text, 10, 8); err == nil {
		return osu.Status(n)
	}
	if s, err := osu.ParseStatus(text); err == nil {
		return s
	}
	return math.MinInt8
}

func rulesetOf(id *number, key label) osu.Ruleset {
	text := string(key)
	if id != nil {
		text = strconv.FormatFloat(float64(*id), 'f', -1, 64)
	}
	if n, err := strconv.ParseUint(text, 10, 8); err == nil {
		return osu.Ruleset(n)
	}
	if r, err := osu.ParseRuleset(text); err == nil {
		return r
	}
	return osu.Rulesets
}

// threadID reads the last part of the address of a topic.
func threadID(url string) int32 {
	id, err := strconv.ParseInt(url[strings.LastIndexByte(url, '/')+1:], 10, 32)
	if err != nil || id < 0 {
		return 0
	}
	return int32(id)
}

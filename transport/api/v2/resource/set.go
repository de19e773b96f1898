package resource

import (
	"strconv"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// Beatmapset is a set: Beatmapset and BeatmapsetExtended of the API in one. user_id and creator come before user, which lazer
// would overwrite with them. Pointers and slices that may be absent are what the API includes in some answers only.
type Beatmapset struct {
	AnimeCover     bool   `json:"anime_cover"`
	Artist         string `json:"artist"`
	ArtistUnicode  string `json:"artist_unicode"`
	Covers         Covers `json:"covers"`
	Creator        string `json:"creator"`
	FavouriteCount int32  `json:"favourite_count"`
	GenreID        int32  `json:"genre_id"`
	Hype           *Hype  `json:"hype"`
	ID             int32  `json:"id"`
	LanguageID     int32  `json:"language_id"`
	NSFW           bool   `json:"nsfw"`
	Offset         int32  `json:"offset"`
	PlayCount      int32  `json:"play_count"`
	PreviewURL     string `json:"preview_url"`
	Source         string `json:"source"`
	Spotlight      bool   `json:"spotlight"`
	Status         string `json:"status"`
	Title          string `json:"title"`
	TitleUnicode   string `json:"title_unicode"`
	TrackID        *int32 `json:"track_id"`
	UserID         int32  `json:"user_id"`
	Video          bool   `json:"video"`

	BPM                float64            `json:"bpm"`
	CanBeHyped         bool               `json:"can_be_hyped"`
	DeletedAt          *Time              `json:"deleted_at"`
	DiscussionEnabled  bool               `json:"discussion_enabled"`
	DiscussionLocked   bool               `json:"discussion_locked"`
	IsScoreable        bool               `json:"is_scoreable"`
	LastUpdated        Time               `json:"last_updated"`
	LegacyThreadURL    *string            `json:"legacy_thread_url"`
	NominationsSummary NominationsSummary `json:"nominations_summary"`
	Ranked             int32              `json:"ranked"`
	RankedDate         *Time              `json:"ranked_date"`
	Rating             float64            `json:"rating"`
	Storyboard         bool               `json:"storyboard"`
	SubmittedDate      Time               `json:"submitted_date"`
	Tags               string             `json:"tags"`
	Availability       Availability       `json:"availability"`
	HasFavourited      bool               `json:"has_favourited"`
	Genre              Named              `json:"genre"`
	Language           Named              `json:"language"`
	PackTags           []string           `json:"pack_tags"`

	Ratings               *[]int32           `json:"ratings,omitempty"` // by value, from 0 to 10
	Description           *Description       `json:"description,omitempty"`
	CurrentNominations    *[]Nomination      `json:"current_nominations,omitempty"`
	CurrentUserAttributes *SetUserAttributes `json:"current_user_attributes,omitempty"`
	RecentFavourites      *[]*User           `json:"recent_favourites,omitempty"`
	RelatedTags           *[]Tag             `json:"related_tags,omitempty"`
	RelatedUsers          *[]*User           `json:"related_users,omitempty"`
	User                  *User              `json:"user,omitempty"`
	VersionCount          *int32             `json:"version_count,omitempty"`
	Beatmaps              *[]*Beatmap        `json:"beatmaps,omitempty"`
	Converts              *[]*Beatmap        `json:"converts,omitempty"`
}

// Covers are the pictures of a set.
type Covers struct {
	Cover       string `json:"cover"`
	Cover2x     string `json:"cover@2x"`
	Card        string `json:"card"`
	Card2x      string `json:"card@2x"`
	List        string `json:"list"`
	List2x      string `json:"list@2x"`
	Slimcover   string `json:"slimcover"`
	Slimcover2x string `json:"slimcover@2x"`
}

// Hype is how much a set is wished to be ranked.
type Hype struct {
	Current  int32 `json:"current"`
	Required int32 `json:"required"`
}

// NominationsSummary is how far a set is on its way to be ranked. Nobody nominates here: staff sets statuses.
type NominationsSummary struct {
	Current              int32               `json:"current"`
	EligibleMainRulesets []string            `json:"eligible_main_rulesets"`
	RequiredMeta         RequiredNominations `json:"required_meta"`
}

// RequiredNominations is how many nominations each ruleset needs.
type RequiredNominations struct {
	MainRuleset    int32 `json:"main_ruleset"`
	NonMainRuleset int32 `json:"non_main_ruleset"`
}

// Nomination is one nomination of a set.
type Nomination struct {
	BeatmapsetID int32    `json:"beatmapset_id"`
	Reset        bool     `json:"reset"`
	Rulesets     []string `json:"rulesets"`
	UserID       int32    `json:"user_id"`
}

// Availability says whether a set can be downloaded.
type Availability struct {
	DownloadDisabled bool    `json:"download_disabled"`
	MoreInformation  *string `json:"more_information"`
}

// Named is something that has an id and a name.
type Named struct {
	ID   int32  `json:"id"`
	Name string `json:"name"`
}

// Description is what the makers of a set wrote about it.
type Description struct {
	Description string `json:"description"`
}

// SetUserAttributes is what the viewer may do with a set.
type SetUserAttributes struct {
	CanBeatmapUpdateOwner bool     `json:"can_beatmap_update_owner"`
	CanDelete             bool     `json:"can_delete"`
	CanEditMetadata       bool     `json:"can_edit_metadata"`
	CanEditOffset         bool     `json:"can_edit_offset"`
	CanEditTags           bool     `json:"can_edit_tags"`
	CanHype               bool     `json:"can_hype"`
	CanHypeReason         *string  `json:"can_hype_reason"`
	CanLove               bool     `json:"can_love"`
	CanRemoveFromLoved    bool     `json:"can_remove_from_loved"`
	IsWatching            bool     `json:"is_watching"`
	NewHypeTime           *Time    `json:"new_hype_time"`
	NominationModes       []string `json:"nomination_modes"`
	RemainingHype         int32    `json:"remaining_hype"`
}

// genres and languages are numbered as the official API numbers them.
var (
	genres = [...]string{
		1: "Unspecified", 2: "Video Game", 3: "Anime", 4: "Rock", 5: "Pop", 6: "Other", 7: "Novelty", 9: "Hip Hop", 10: "Electronic",
		11: "Metal", 12: "Classical", 13: "Folk", 14: "Jazz",
	}
	languages = [...]string{
		1: "Unspecified", 2: "English", 3: "Japanese", 4: "Chinese", 5: "Instrumental", 6: "Korean", 7: "French", 8: "German",
		9: "Swedish", 10: "Spanish", 11: "Italian", 12: "Russian", 13: "Polish", 14: "Other",
	}
)

// named returns what a number stands for; one without a name is unspecified, for lazer does not take null there.
func named(names []string, id int8) Named {
	if id > 0 && int(id) < len(names) && names[id] != "" {
		return Named{int32(id), names[id]}
	}
	return Named{1, names[1]}
}

// NewBeatmapset returns a set as the API has it, without what is only included in some answers; its beatmaps are.
func NewBeatmapset(s *beatmaps.Set, links *Links) *Beatmapset {
	out := &Beatmapset{
		Artist: s.Artist, ArtistUnicode: orElse(s.ArtistUnicode, s.Artist), Covers: coversOf(s, links), Creator: s.Creator,
		FavouriteCount: s.Favourites, ID: s.ID, NSFW: s.Explicit, PlayCount: s.Plays,
		PreviewURL: links.Previews + "/preview/" + itoa(s.ID) + ".mp3", Source: s.Source, Status: s.Status.String(),
		Title: s.Title, TitleUnicode: orElse(s.TitleUnicode, s.Title), UserID: s.CreatorID, Video: s.Video,
		BPM: s.BPM, DiscussionEnabled: false, DiscussionLocked: true, IsScoreable: s.Status.HasLeaderboard(),
		LastUpdated:        known(s.UpdatedAt, s.RankedAt, s.SubmittedAt),
		NominationsSummary: NominationsSummary{RequiredMeta: RequiredNominations{MainRuleset: 2, NonMainRuleset: 1}},
		Ranked:             int32(s.Status), RankedDate: Maybe(s.RankedAt), Rating: s.Rating.Average, Storyboard: s.Storyboard,
		SubmittedDate: known(s.SubmittedAt, s.UpdatedAt, s.RankedAt), Tags: s.Tags,
		Genre: named(genres[:], s.Genre), Language: named(languages[:], s.Language), PackTags: []string{},
	}
	out.NominationsSummary.EligibleMainRulesets = []string{}
	out.GenreID, out.LanguageID = out.Genre.ID, out.Language.ID
	if s.TrackID != 0 {
		track := s.TrackID
		out.TrackID = &track
	}
	return out
}

// WithBeatmaps includes the beatmaps of the set.
func (s *Beatmapset) WithBeatmaps(set *beatmaps.Set, links *Links) *Beatmapset {
	all := make([]*Beatmap, len(set.Beatmaps))
	for i := range set.Beatmaps {
		all[i] = NewBeatmap(&set.Beatmaps[i], set, links)
	}
	s.Beatmaps = &all
	return s
}

// coversOf returns where the pictures are. They change with the set, so the time is in the address.
func coversOf(s *beatmaps.Set, links *Links) Covers {
	base := links.Assets + "/beatmaps/" + itoa(s.ID) + "/covers/"
	version := ".jpg?" + strconv.FormatInt(known(s.UpdatedAt).Unix(), 10)
	at := func(name string) string { return base + name + version }
	return Covers{
		at("cover"), at("cover@2x"), at("card"), at("card@2x"), at("list"), at("list@2x"), at("slimcover"), at("slimcover@2x"),
	}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func itoa(id int32) string { return strconv.Itoa(int(id)) }

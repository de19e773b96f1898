package client

import (
	"encoding/json"
	"time"
)

// The types of this file are the client's own (ppy/osu osu.Game/Online/API/Requests/Responses), with what their setters and readers
// demand: see package newtonsoft.

// Me is the player himself.
type Me struct {
	User
	VerificationMethod *string `json:"session_verification_method" client:"enum=mail|totp"`
	ProcessingNotice   *string `json:"score_processing_notice_url"`
}

// User is somebody's profile, or as much of it as an answer has.
type User struct {
	ID                 int32                 `json:"id" client:"required"`
	Username           string                `json:"username" client:"required,notnull"`
	JoinDate           time.Time             `json:"join_date"`
	PreviousUsernames  []string              `json:"previous_usernames"`
	RankHighest        *RankHighest          `json:"rank_highest"`
	CountryCode        string                `json:"country_code"`
	Team               *Team                 `json:"team"`
	ProfileColour      *string               `json:"profile_colour"`
	AvatarURL          string                `json:"avatar_url"`
	CoverURL           string                `json:"cover_url"`
	Cover              *UserCover            `json:"cover"`
	IsAdmin            bool                  `json:"is_admin"`
	IsSupporter        bool                  `json:"is_supporter"`
	SupportLevel       int32                 `json:"support_level"`
	IsGMT              bool                  `json:"is_gmt"`
	IsQAT              bool                  `json:"is_qat"`
	IsBNG              bool                  `json:"is_bng"`
	IsBot              bool                  `json:"is_bot"`
	IsActive           bool                  `json:"is_active"`
	IsOnline           bool                  `json:"is_online"`
	PMFriendsOnly      bool                  `json:"pm_friends_only"`
	Interests          *string               `json:"interests"`
	Occupation         *string               `json:"occupation"`
	Title              *string               `json:"title"`
	Location           *string               `json:"location"`
	Twitter            *string               `json:"twitter"`
	Discord            *string               `json:"discord"`
	Website            *string               `json:"website"`
	LastVisit          *time.Time            `json:"last_visit"`
	PostCount          int32                 `json:"post_count"`
	CommentsCount      int32                 `json:"comments_count"`
	FollowerCount      int32                 `json:"follower_count"`
	MappingFollowers   int32                 `json:"mapping_follower_count"`
	FavouriteSets      int32                 `json:"favourite_beatmapset_count"`
	GraveyardSets      int32                 `json:"graveyard_beatmapset_count"`
	LovedSets          int32                 `json:"loved_beatmapset_count"`
	RankedSets         int32                 `json:"ranked_beatmapset_count"`
	PendingSets        int32                 `json:"pending_beatmapset_count"`
	GuestSets          int32                 `json:"guest_beatmapset_count"`
	NominatedSets      int32                 `json:"nominated_beatmapset_count"`
	ScoresBest         int32                 `json:"scores_best_count"`
	ScoresFirst        int32                 `json:"scores_first_count"`
	ScoresRecent       int32                 `json:"scores_recent_count"`
	ScoresPinned       int32                 `json:"scores_pinned_count"`
	Playcounts         int32                 `json:"beatmap_playcounts_count"`
	Playstyle          []Playstyle           `json:"playstyle"`
	Playmode           *string               `json:"playmode" client:"enum=osu|taiko|fruits|mania"`
	ProfileHue         *int32                `json:"profile_hue"`
	ProfileOrder       []string              `json:"profile_order"`
	Kudosu             *Kudosu               `json:"kudosu"`
	Statistics         *Statistics           `json:"statistics"`
	GlobalRank         *LookupRank           `json:"global_rank"`
	RankHistory        *RankHistory          `json:"rank_history" client:"after=statistics"`
	Badges             []Badge               `json:"badges"`
	Achievements       []UserAchievement     `json:"user_achievements"`
	MonthlyPlaycounts  []Month               `json:"monthly_playcounts"`
	ReplaysWatched     []Month               `json:"replays_watched_counts"`
	StatisticsRulesets map[string]Statistics `json:"statistics_rulesets"`
	Groups             []Group               `json:"groups"`
}

// Playstyle is a device; others than these throw.
type Playstyle = string

// RankHighest is the best rank that somebody ever had.
type RankHighest struct {
	Rank      int32     `json:"rank"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Team is a team.
type Team struct {
	ID        int32   `json:"id" client:"required"`
	Name      string  `json:"name"`
	ShortName string  `json:"short_name"`
	FlagURL   *string `json:"flag_url"`
}

// UserCover is the picture on top of a profile.
type UserCover struct {
	CustomURL *string `json:"custom_url"`
	URL       *string `json:"url"`
	ID        *int32  `json:"id" client:"lax"`
}

// Kudosu is thanks.
type Kudosu struct {
	Total     int32 `json:"total"`
	Available int32 `json:"available"`
}

// LookupRank is the rank that a look-up for a ruleset brings.
type LookupRank struct {
	Rank      *int32 `json:"rank"`
	RulesetID int32  `json:"ruleset_id"`
}

// RankHistory is the rank day by day.
type RankHistory struct {
	Mode *string `json:"mode"`
	Data []int32 `json:"data"`
}

// Badge is an honour.
type Badge struct {
	AwardedAt   time.Time `json:"awarded_at"`
	Description string    `json:"description"`
	Image2x     string    `json:"image@2x_url"`
	ImageURL    string    `json:"image_url"`
	URL         string    `json:"url"`
}

// UserAchievement is a medal that somebody has.
type UserAchievement struct {
	ID         int32     `json:"achievement_id" client:"required"`
	AchievedAt time.Time `json:"achieved_at" client:"required"`
}

// Month is how often something happened in a month.
type Month struct {
	StartDate Date  `json:"start_date"`
	Count     int64 `json:"count"`
}

// Date is a day as YYYY-MM-DD.
type Date = string

// Group is a group of users.
type Group struct {
	ID          int32    `json:"id"`
	Identifier  string   `json:"identifier"`
	Name        string   `json:"name"`
	ShortName   string   `json:"short_name"`
	Colour      *string  `json:"colour"`
	HasListing  bool     `json:"has_listing"`
	HasModes    bool     `json:"has_playmodes"`
	IsProbation bool     `json:"is_probationary"`
	Playmodes   []string `json:"playmodes"`
}

// Statistics are somebody's figures in a ruleset.
type Statistics struct {
	User             *User       `json:"user"`
	Level            Level       `json:"level"`
	IsRanked         bool        `json:"is_ranked"`
	GlobalRank       *int32      `json:"global_rank"`
	GlobalPercent    *float64    `json:"global_rank_percent"`
	CountryRank      *int32      `json:"country_rank"`
	PP               *float64    `json:"pp"`
	RankedScore      int64       `json:"ranked_score"`
	TotalScore       int64       `json:"total_score"`
	HitAccuracy      float64     `json:"hit_accuracy"`
	PlayCount        int32       `json:"play_count"`
	PlayTime         *int32      `json:"play_time"`
	TotalHits        int32       `json:"total_hits"`
	MaximumCombo     int32       `json:"maximum_combo"`
	ReplaysWatched   int32       `json:"replays_watched_by_others"`
	GradeCounts      GradeCounts `json:"grade_counts"`
	Variants         []Variant   `json:"variants"`
	RankChange30Days *int32      `json:"rank_change_since_30_days"`
}

// Level is a level with the way to the next one in percent.
type Level struct {
	Current  int32 `json:"current"`
	Progress int32 `json:"progress"`
}

// GradeCounts are how often somebody got each grade.
type GradeCounts struct {
	SSH *int32 `json:"ssh"`
	SS  int32  `json:"ss"`
	SH  *int32 `json:"sh"`
	S   int32  `json:"s"`
	A   int32  `json:"a"`
}

// Variant is a part of mania.
type Variant struct {
	Mode        string  `json:"mode"`
	Variant     string  `json:"variant" client:"enum=4k|7k"`
	PP          float64 `json:"pp"`
	GlobalRank  *int32  `json:"global_rank"`
	CountryRank *int32  `json:"country_rank"`
}

// Beatmap is a difficulty.
type Beatmap struct {
	ID               int32       `json:"id" client:"required"`
	BeatmapsetID     int32       `json:"beatmapset_id" client:"required"`
	UserID           int32       `json:"user_id"`
	Status           Status      `json:"status" client:"enum=graveyard|wip|pending|ranked|approved|qualified|loved"`
	Checksum         string      `json:"checksum"`
	Set              *Beatmapset `json:"beatmapset"`
	Playcount        int32       `json:"playcount"`
	Passcount        int32       `json:"passcount"`
	OwnPlaycount     int32       `json:"current_user_playcount"`
	ModeInt          int32       `json:"mode_int"`
	DifficultyRating float64     `json:"difficulty_rating"`
	Drain            float64     `json:"drain"`
	CS               float64     `json:"cs"`
	AR               float64     `json:"ar"`
	Accuracy         float64     `json:"accuracy"`
	TotalLength      float64     `json:"total_length"`
	HitLength        float64     `json:"hit_length"`
	BPM              float64     `json:"bpm"`
	Convert          bool        `json:"convert"`
	Circles          int32       `json:"count_circles"`
	Sliders          int32       `json:"count_sliders"`
	Spinners         int32       `json:"count_spinners"`
	Version          string      `json:"version"`
	MaxCombo         *int32      `json:"max_combo"`
	FailTimes        *FailTimes  `json:"failtimes"`
	TopTags          []TopTag    `json:"top_tag_ids"`
	OwnTags          []int64     `json:"current_user_tag_ids"`
	LastUpdated      time.Time   `json:"last_updated"`
	Owners           []Owner     `json:"owners" client:"notnull"`
}

// Status is the status of a beatmap by name.
type Status = string

// FailTimes tell where players fail.
type FailTimes struct {
	Fail []int32 `json:"fail"`
	Exit []int32 `json:"exit"`
}

// TopTag is a tag with its votes.
type TopTag struct {
	TagID int64 `json:"tag_id"`
	Count int32 `json:"count"`
}

// Owner made a difficulty.
type Owner struct {
	ID       int32  `json:"id"`
	Username string `json:"username"`
}

// Beatmapset is a set of difficulties.
type Beatmapset struct {
	ID            int32         `json:"id" client:"required"`
	UserID        int32         `json:"user_id"`
	Creator       string        `json:"creator"`
	Favourites    int32         `json:"favourite_count"`
	PlayCount     int32         `json:"play_count"`
	Covers        Covers        `json:"covers"`
	Status        Status        `json:"status" client:"enum=graveyard|wip|pending|ranked|approved|qualified|loved"`
	PreviewURL    string        `json:"preview_url"`
	HasFavourited bool          `json:"has_favourited"`
	NSFW          bool          `json:"nsfw"`
	Spotlight     bool          `json:"spotlight"`
	Video         bool          `json:"video"`
	Storyboard    bool          `json:"storyboard"`
	BPM           float64       `json:"bpm"`
	SubmittedDate time.Time     `json:"submitted_date"`
	RankedDate    *time.Time    `json:"ranked_date"`
	LastUpdated   *time.Time    `json:"last_updated"`
	Ratings       []int32       `json:"ratings"`
	TrackID       *int32        `json:"track_id"`
	Title         string        `json:"title"`
	TitleUnicode  string        `json:"title_unicode"`
	Artist        string        `json:"artist"`
	ArtistUnicode string        `json:"artist_unicode"`
	Source        string        `json:"source"`
	Tags          string        `json:"tags"`
	User          *User         `json:"user" client:"after=user_id"`
	Availability  *Availability `json:"availability"`
	Genre         *Named        `json:"genre"`
	Language      *Named        `json:"language"`
	RelatedUsers  []User        `json:"related_users"`
	RelatedTags   []Tag         `json:"related_tags"`
	Beatmaps      []Beatmap     `json:"beatmaps" client:"notnull"`
	Converts      []Beatmap     `json:"converts"`
}

// Covers are pictures of a set.
type Covers struct {
	Cover   string `json:"cover"`
	Cover2x string `json:"cover@2x"`
	Card    string `json:"card"`
	Card2x  string `json:"card@2x"`
	List    string `json:"list"`
	List2x  string `json:"list@2x"`
}

// Availability says why a set cannot be downloaded.
type Availability struct {
	DownloadDisabled bool    `json:"download_disabled"`
	MoreInformation  *string `json:"more_information"`
}

// Named is a genre or language.
type Named struct {
	ID   int32  `json:"id"`
	Name string `json:"name"`
}

// Tag is something that players say of beatmaps.
type Tag struct {
	ID          int64  `json:"id" client:"required"`
	Name        string `json:"name" client:"required,notnull"`
	Description string `json:"description"`
	RulesetID   *int32 `json:"ruleset_id"`
}

// Found is a page of a search for sets.
type Found struct {
	Sets   []Beatmapset    `json:"beatmapsets" client:"required,notnull"`
	Cursor json.RawMessage `json:"cursor"`
	Total  int32           `json:"total"`
}

// Score is a score as boards and profiles have it.
type Score struct {
	ID                uint64           `json:"id"`
	UserID            int32            `json:"user_id" client:"required"`
	User              *User            `json:"user"`
	BeatmapID         int32            `json:"beatmap_id" client:"required"`
	Beatmap           *Beatmap         `json:"beatmap"`
	Set               *Beatmapset      `json:"beatmapset" client:"after=beatmap"`
	RulesetID         int32            `json:"ruleset_id" client:"required"`
	BuildID           *int32           `json:"build_id"`
	Passed            bool             `json:"passed" client:"required"`
	TotalScore        int64            `json:"total_score" client:"required"`
	WithoutMods       int64            `json:"total_score_without_mods"`
	Accuracy          float64          `json:"accuracy" client:"required"`
	PP                *float64         `json:"pp"`
	MaxCombo          int32            `json:"max_combo" client:"required"`
	Rank              string           `json:"rank" client:"required,enum=F|D|C|B|A|S|SH|X|XH"`
	StartedAt         *time.Time       `json:"started_at"`
	EndedAt           time.Time        `json:"ended_at" client:"required"`
	Mods              []Mod            `json:"mods" client:"required,notnull"`
	Statistics        map[string]int32 `json:"statistics" client:"required,notnull"`
	MaximumStatistics map[string]int32 `json:"maximum_statistics" client:"required,notnull"`
	LegacyScoreID     *uint64          `json:"legacy_score_id"`
	LegacyTotalScore  *int32           `json:"legacy_total_score"`
	HasReplay         bool             `json:"has_replay"`
	Ranked            bool             `json:"ranked"`
	Preserve          bool             `json:"preserve"`
	Processed         bool             `json:"processed"`
	Pauses            []int32          `json:"pauses"`
}

// Mod is a mod with its settings.
type Mod struct {
	Acronym  string         `json:"acronym" client:"required,notnull"`
	Settings map[string]any `json:"settings"`
}

// Board is a leaderboard.
type Board struct {
	Count  int32   `json:"score_count"`
	Scores []Score `json:"scores" client:"required,notnull"`
	Own    *Placed `json:"user_score"`
}

// Placed is one's own score with its place.
type Placed struct {
	Position *int32 `json:"position"`
	Score    Score  `json:"score" client:"required"`
}

// Submitted is the answer to a score.
type Submitted struct {
	ID        int64            `json:"id" client:"required"`
	User      *User            `json:"user"`
	Rank      string           `json:"rank" client:"required,enum=F|D|C|B|A|S|SH|X|XH"`
	Total     int64            `json:"total_score" client:"required"`
	Accuracy  float64          `json:"accuracy" client:"required"`
	MaxCombo  int32            `json:"max_combo" client:"required"`
	Mods      []Mod            `json:"mods" client:"notnull"`
	Stats     map[string]int32 `json:"statistics"`
	Passed    bool             `json:"passed" client:"required"`
	EndedAt   time.Time        `json:"ended_at" client:"required"`
	Position  *int32           `json:"position"`
	PP        *float64         `json:"pp"`
	HasReplay bool             `json:"has_replay"`
	Ranked    bool             `json:"ranked"`
	RulesetID int32            `json:"ruleset_id"`
	BeatmapID int32            `json:"beatmap_id"`
}

// Relation is a friend or somebody blocked.
type Relation struct {
	TargetID int32  `json:"target_id" client:"required"`
	Type     string `json:"relation_type" client:"required,enum=friend|block"`
	Mutual   bool   `json:"mutual"`
	Target   *User  `json:"target"`
}

// Channel is a channel of chat, or a conversation.
type Channel struct {
	ID            int64   `json:"channel_id" client:"required"`
	Name          string  `json:"name" client:"required,notnull"`
	Description   *string `json:"description"`
	Type          string  `json:"type" client:"required,enum=PUBLIC|PRIVATE|MULTIPLAYER|SPECTATOR|TEMPORARY|PM|GROUP|SYSTEM|ANNOUNCE|TEAM"`
	LastMessageID *int64  `json:"last_message_id"`
	LastReadID    *int64  `json:"last_read_id"`
	LengthLimit   *int32  `json:"message_length_limit"`
	Users         []int32 `json:"users" client:"notnull"`
}

// Message is a line of chat.
type Message struct {
	ID        *int64    `json:"message_id" client:"required"`
	ChannelID int64     `json:"channel_id" client:"required"`
	IsAction  bool      `json:"is_action"`
	Timestamp time.Time `json:"timestamp" client:"required"`
	Content   string    `json:"content" client:"required,notnull"`
	SenderID  int32     `json:"sender_id" client:"required"`
	Sender    *User     `json:"sender" client:"after=sender_id"`
	UUID      *string   `json:"uuid"`
}

// Updates are what happened in chat.
type Updates struct {
	Presence []Channel `json:"presence" client:"required,notnull"`
	Messages []Message `json:"messages"`
}

// Acknowledged is the answer to being there.
type Acknowledged struct {
	Silences []Silence `json:"silences" client:"required,notnull"`
}

// Silence tells that somebody was silenced.
type Silence struct {
	ID     uint32 `json:"id" client:"required"`
	UserID int32  `json:"user_id" client:"required"`
}

// Notification is something that happened to the player, as the API lists it.
type Notification struct {
	ID         int64          `json:"id" client:"required"`
	Name       string         `json:"name" client:"required,notnull"`
	CreatedAt  *time.Time     `json:"created_at"`
	ObjectType string         `json:"object_type"`
	ObjectID   any            `json:"object_id"`
	SourceID   *int64         `json:"source_user_id"`
	IsRead     bool           `json:"is_read"`
	Details    map[string]any `json:"details"`
}

// Notified is a Notification as it comes through the socket, whose reader is stricter.
type Notified struct {
	ID         uint64         `json:"id" client:"required"`
	Name       string         `json:"name" client:"required,notnull"`
	CreatedAt  *time.Time     `json:"created_at"`
	ObjectType string         `json:"object_type"`
	ObjectID   uint64         `json:"object_id" client:"required"`
	SourceID   uint32         `json:"source_user_id" client:"required"`
	IsRead     bool           `json:"is_read"`
	Details    map[string]any `json:"details"`
}

// Notifications are the player's, with where to hear of more.
type Notifications struct {
	HasMore  bool           `json:"has_more"`
	Unread   []Notification `json:"notifications" client:"notnull"`
	Endpoint string         `json:"notification_endpoint" client:"required,notnull"`
}

// Favourites are ids of sets.
type Favourites struct {
	IDs []int32 `json:"beatmapset_ids" client:"required,notnull"`
}

// Backgrounds are the seasonal backgrounds.
type Backgrounds struct {
	EndsAt time.Time `json:"ends_at"`
	Images []struct {
		URL string `json:"url" client:"required,notnull"`
	} `json:"backgrounds"`
}

// Ranking is a page of players.
type Ranking struct {
	Users []Statistics `json:"ranking" client:"required,notnull"`
}

// CountryRanking is a page of countries.
type CountryRanking struct {
	Countries []CountryStatistics `json:"ranking" client:"required,notnull"`
}

// CountryStatistics are the figures of a country.
type CountryStatistics struct {
	Code        string `json:"code" client:"required,notnull"`
	ActiveUsers int64  `json:"active_users"`
	PlayCount   int64  `json:"play_count"`
	RankedScore int64  `json:"ranked_score"`
	Performance int64  `json:"performance"`
}

package resource

import (
	"net/url"
	"time"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// Profile is a user as a page about him shows him. The order of its keys is what lazer needs: cover_url before cover, statistics
// before rank_history.
type Profile struct {
	Person
	CoverURL     string   `json:"cover_url"`
	Discord      *string  `json:"discord"`
	HasSupported bool     `json:"has_supported"`
	Interests    *string  `json:"interests"`
	JoinDate     Time     `json:"join_date"`
	Location     *string  `json:"location"`
	MaxBlocks    int      `json:"max_blocks"`
	MaxFriends   int      `json:"max_friends"`
	Occupation   *string  `json:"occupation"`
	Playmode     string   `json:"playmode"`
	Playstyle    []string `json:"playstyle"` // null when he does not say
	PostCount    int32    `json:"post_count"`
	ProfileHue   *int32   `json:"profile_hue"`
	ProfileOrder []string `json:"profile_order"`
	Title        *string  `json:"title"`
	TitleURL     *string  `json:"title_url"`
	Twitter      *string  `json:"twitter"`
	Website      *string  `json:"website"`
	Card
	Kudosu       Kudosu `json:"kudosu"`
	IsAdmin      bool   `json:"is_admin"`
	IsBNG        bool   `json:"is_bng"`
	IsFullBN     bool   `json:"is_full_bn"`
	IsGMT        bool   `json:"is_gmt"`
	IsLimitedBN  bool   `json:"is_limited_bn"`
	IsModerator  bool   `json:"is_moderator"`
	IsNAT        bool   `json:"is_nat"`
	IsQAT        bool   `json:"is_qat"` // the name that lazer knows the NAT by
	IsSilenced   bool   `json:"is_silenced"`
	IsRestricted *bool  `json:"is_restricted,omitempty"` // told to himself

	AccountHistory           []Nothing           `json:"account_history"`
	ActiveTournamentBanner   *Nothing            `json:"active_tournament_banner"`
	ActiveTournamentBanners  []Nothing           `json:"active_tournament_banners"`
	Badges                   []Nothing           `json:"badges"`
	BeatmapPlaycountsCount   int                 `json:"beatmap_playcounts_count"`
	CommentsCount            int                 `json:"comments_count"`
	CurrentSeasonStats       *Nothing            `json:"current_season_stats"`
	CurrentUserAttributes    *UserAttributes     `json:"current_user_attributes"` // null for a viewer who is nobody
	DailyChallengeUserStats  DailyChallenge      `json:"daily_challenge_user_stats"`
	FavouriteBeatmapsetCount int                 `json:"favourite_beatmapset_count"`
	FollowerCount            int                 `json:"follower_count"`
	GraveyardBeatmapsetCount int                 `json:"graveyard_beatmapset_count"`
	GuestBeatmapsetCount     int                 `json:"guest_beatmapset_count"`
	LovedBeatmapsetCount     int                 `json:"loved_beatmapset_count"`
	MappingFollowerCount     int                 `json:"mapping_follower_count"`
	MatchmakingStats         []Nothing           `json:"matchmaking_stats"`
	MonthlyPlaycounts        []MonthCount        `json:"monthly_playcounts"`
	NominatedBeatmapsetCount int                 `json:"nominated_beatmapset_count"`
	Page                     Page                `json:"page"`
	PendingBeatmapsetCount   int                 `json:"pending_beatmapset_count"`
	PreviousUsernames        []string            `json:"previous_usernames"`
	RankHighest              *RankHighest        `json:"rank_highest"`
	RankedBeatmapsetCount    int                 `json:"ranked_beatmapset_count"`
	ReplaysWatchedCounts     []MonthCount        `json:"replays_watched_counts"`
	ScoresBestCount          int                 `json:"scores_best_count"`
	ScoresFirstCount         int                 `json:"scores_first_count"`
	ScoresPinnedCount        int                 `json:"scores_pinned_count"`
	ScoresRecentCount        int                 `json:"scores_recent_count"`
	Statistics               Statistics          `json:"statistics"`
	SupportLevel             int32               `json:"support_level"`
	UserAchievements         []AchievementOfUser `json:"user_achievements"`
	RankHistory              *RankHistory        `json:"rank_history"`
	StatisticsRulesets       *StatisticsRulesets `json:"statistics_rulesets,omitempty"`
	OldRankHistory           *RankHistory        `json:"rankHistory"` // older names of three keys above
	OldRankedCount           int                 `json:"ranked_and_approved_beatmapset_count"`
	OldPendingCount          int                 `json:"unranked_beatmapset_count"`
}

// Me is the profile of who asks.
type Me struct {
	Profile
	SessionVerified           bool        `json:"session_verified"`
	SessionVerificationMethod *string     `json:"session_verification_method"` // null when it is verified
	ScoreProcessingNoticeURL  *string     `json:"score_processing_notice_url"`
	UnreadPMCount             int         `json:"unread_pm_count"`
	UserPreferences           Preferences `json:"user_preferences"`
}

// UserAttributes is what the user is to who looks.
type UserAttributes struct {
	HasBlocked bool `json:"has_blocked"` // he has blocked the viewer
}

// DailyChallenge are the figures of the daily challenges.
type DailyChallenge struct {
	DailyStreakBest     int32 `json:"daily_streak_best"`
	DailyStreakCurrent  int32 `json:"daily_streak_current"`
	LastUpdate          *Time `json:"last_update"`
	LastWeeklyStreak    *Time `json:"last_weekly_streak"`
	Playcount           int32 `json:"playcount"`
	Top10pPlacements    int32 `json:"top_10p_placements"`
	Top50pPlacements    int32 `json:"top_50p_placements"`
	UserID              int32 `json:"user_id"`
	WeeklyStreakBest    int32 `json:"weekly_streak_best"`
	WeeklyStreakCurrent int32 `json:"weekly_streak_current"`
}

// MonthCount is how often something happened in a month.
type MonthCount struct {
	StartDate Date  `json:"start_date"`
	Count     int32 `json:"count"`
}

// Page is what a user wrote about himself.
type Page struct {
	HTML string `json:"html"`
	Raw  string `json:"raw"`
}

// RankHighest is the best rank ever.
type RankHighest struct {
	Rank      int32 `json:"rank"`
	UpdatedAt Time  `json:"updated_at"`
}

// RankHistory are the ranks of days, the last of them today's; 0 for none.
type RankHistory struct {
	Mode string  `json:"mode"`
	Data []int32 `json:"data"`
}

// AchievementOfUser is a medal that a user has.
type AchievementOfUser struct {
	AchievedAt    Time  `json:"achieved_at"`
	AchievementID int32 `json:"achievement_id"`
}

// Preferences are choices of the official website, which shows them in /me. There is nothing here that they change.
type Preferences struct {
	AudioAutoplay               bool    `json:"audio_autoplay"`
	AudioMuted                  bool    `json:"audio_muted"`
	AudioVolume                 float64 `json:"audio_volume"`
	BeatmapsetCardSize          string  `json:"beatmapset_card_size"`
	BeatmapsetDownload          string  `json:"beatmapset_download"`
	BeatmapsetShowAnimeCover    bool    `json:"beatmapset_show_anime_cover"`
	BeatmapsetShowNSFW          bool    `json:"beatmapset_show_nsfw"`
	BeatmapsetTitleShowOriginal bool    `json:"beatmapset_title_show_original"`
	CommentsShowDeleted         bool    `json:"comments_show_deleted"`
	ForumPostsShowDeleted       bool    `json:"forum_posts_show_deleted"`
	LegacyScoreOnly             bool    `json:"legacy_score_only"`
	ProfileCoverExpanded        bool    `json:"profile_cover_expanded"`
	ScoringMode                 string  `json:"scoring_mode"`
	UserListFilter              string  `json:"user_list_filter"`
	UserListSort                string  `json:"user_list_sort"`
	UserListView                string  `json:"user_list_view"`
}

// DefaultPreferences are those of who has chosen nothing (ppy/osu-web app/Models/UserProfileCustomization.php).
func DefaultPreferences() Preferences {
	return Preferences{
		AudioVolume: 0.45, BeatmapsetCardSize: "normal", BeatmapsetDownload: "all", BeatmapsetShowAnimeCover: true,
		ForumPostsShowDeleted: true, ProfileCoverExpanded: true, ScoringMode: "standardised",
		UserListFilter: "all", UserListSort: "last_visit", UserListView: "card",
	}
}

// Profile shows what an account itself has for a profile, to a viewer. What other modules count is left at zero, and every list
// is empty instead of null.
func (p *People) Profile(a *Account, viewer int32) Profile {
	card := p.Card(a)
	profile := Profile{
		Person:       p.Person(a, viewer),
		CoverURL:     *card.Cover.URL,
		Discord:      line(a.Profile.Discord),
		HasSupported: p.Supports(a),
		Interests:    line(a.Profile.Interests),
		JoinDate:     At(a.CreatedAt),
		Location:     line(a.Profile.Location),
		Occupation:   line(a.Profile.Occupation),
		Playmode:     a.Ruleset.String(),
		Playstyle:    playstyles(a.Profile.Playstyles),
		ProfileHue:   a.Profile.Hue,
		ProfileOrder: []string{"me", "recent_activity", "top_ranks", "medals", "historical", "beatmaps", "kudosu"},
		Title:        line(a.Profile.Title),
		Twitter:      line(a.Profile.Twitter),
		Website:      website(a.Profile.Website),
		Card:         card,
		IsAdmin:      a.Privileges.HasAny(users.Administrator | users.Developer),
		IsBNG:        a.Privileges.Has(users.Nominator),
		IsFullBN:     a.Privileges.Has(users.Nominator),
		IsGMT:        a.Privileges.Has(users.Moderator),
		IsModerator:  a.Privileges.HasAny(users.Staff),
		IsSilenced:   a.Silenced(time.Now()) > 0,
		SupportLevel: p.SupportLevel(a),

		AccountHistory:          []Nothing{},
		ActiveTournamentBanners: []Nothing{},
		Badges:                  []Nothing{},
		DailyChallengeUserStats: DailyChallenge{UserID: a.ID},
		MatchmakingStats:        []Nothing{},
		MonthlyPlaycounts:       []MonthCount{},
		PreviousUsernames:       append([]string{}, a.Profile.FormerNames...),
		ReplaysWatchedCounts:    []MonthCount{},
		UserAchievements:        []AchievementOfUser{},
	}
	if a.ID == viewer {
		profile.IsRestricted = &a.Restricted
	}
	return profile
}

// Follow adds how the user came along.
func (p *Profile) Follow(h rankings.History, ruleset osu.Ruleset) {
	if h.Highest > 0 {
		p.RankHighest = &RankHighest{Rank: h.Highest, UpdatedAt: At(h.HighestAt)}
	}
	for _, m := range h.Months {
		if m.Plays > 0 {
			p.MonthlyPlaycounts = append(p.MonthlyPlaycounts, MonthCount{Date{m.Start}, m.Plays})
		}
		if m.ReplaysWatched > 0 {
			p.ReplaysWatchedCounts = append(p.ReplaysWatchedCounts, MonthCount{Date{m.Start}, m.ReplaysWatched})
		}
	}
	for _, rank := range h.Ranks {
		if rank > 0 { // of somebody who was never ranked there is no history
			p.RankHistory = &RankHistory{Mode: ruleset.String(), Data: h.Ranks}
			break
		}
	}
	p.OldRankHistory = p.RankHistory
}

// line returns a text, and null for an empty one.
func line(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// website returns an address that a page can link to.
func website(address string) *string {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return line(address)
}

// playstyles returns the words for playstyles, which are the only ones that lazer reads.
func playstyles(set users.Playstyles) []string {
	var words []string
	for _, style := range []struct {
		bit  users.Playstyles
		word string
	}{{users.Mouse, "mouse"}, {users.Keyboard, "keyboard"}, {users.Tablet, "tablet"}, {users.Touch, "touch"}} {
		if set&style.bit != 0 {
			words = append(words, style.word)
		}
	}
	return words
}

package resource

// User is a user beside something else: who set a score, wrote a message, or stands in a list. What is not always shown is left
// out unless it was asked for.
type User struct {
	Person
	Card
	GlobalRank         *RulesetRank        `json:"global_rank,omitempty"`
	Kudosu             *Kudosu             `json:"kudosu,omitempty"`
	Statistics         *Statistics         `json:"statistics,omitempty"`
	StatisticsRulesets *StatisticsRulesets `json:"statistics_rulesets,omitempty"`
	SupportLevel       *int32              `json:"support_level,omitempty"`
}

// Person is what every form of a user begins with.
type Person struct {
	AvatarURL     string  `json:"avatar_url"`
	CountryCode   string  `json:"country_code"`
	DefaultGroup  string  `json:"default_group"`
	ID            int32   `json:"id"`
	IsActive      bool    `json:"is_active"`
	IsBot         bool    `json:"is_bot"`
	IsDeleted     bool    `json:"is_deleted"`
	IsOnline      bool    `json:"is_online"`
	IsSupporter   bool    `json:"is_supporter"`
	LastVisit     *Time   `json:"last_visit"` // null when he hides it
	PMFriendsOnly bool    `json:"pm_friends_only"`
	ProfileColour *string `json:"profile_colour"`
	Username      string  `json:"username"`
}

// Card is what a user's panel shows besides. In a form that has a cover_url, that comes before: lazer's setter of cover_url
// replaces the cover.
type Card struct {
	Country Country  `json:"country"`
	Cover   Cover    `json:"cover"`
	Groups  []Group  `json:"groups"`
	Team    *Nothing `json:"team"`
}

// Country is where a user is from; XX is nowhere in particular.
type Country struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Cover is the picture behind a user. ID is the number of one of the server's own covers, in digits.
type Cover struct {
	CustomURL *string `json:"custom_url"`
	URL       *string `json:"url"`
	ID        *string `json:"id"`
}

// Nothing stands for an object that this server has none of: it is null, or its list is empty.
type Nothing struct{}

// Group is what a user is on the server.
type Group struct {
	Colour         *string  `json:"colour"`
	HasListing     bool     `json:"has_listing"`
	HasPlaymodes   bool     `json:"has_playmodes"`
	ID             int32    `json:"id"`
	Identifier     string   `json:"identifier"`
	IsProbationary bool     `json:"is_probationary"`
	Name           string   `json:"name"`
	ShortName      string   `json:"short_name"`
	Playmodes      []string `json:"playmodes"` // null where they do not matter
}

// RulesetRank is the global rank in a ruleset.
type RulesetRank struct {
	Rank      *int32 `json:"rank"`
	RulesetID int32  `json:"ruleset_id"`
}

// Kudosu is what a user was given for helping others.
type Kudosu struct {
	Available int32 `json:"available"`
	Total     int32 `json:"total"`
}

// Relation is what a user has with another one.
type Relation struct {
	TargetID int32  `json:"target_id"`
	Type     string `json:"relation_type"` // friend or block
	Mutual   bool   `json:"mutual"`
	Target   *User  `json:"target,omitempty"`
}

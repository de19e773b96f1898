package client

import (
	"encoding/json"
	"time"
)

// What players read besides playing: the client's own types again, as in objects.go.

// Activity is something that somebody did lately.
type Activity struct {
	ID          int32        `json:"id" client:"required"`
	CreatedAt   time.Time    `json:"createdAt" client:"required"`
	Type        string       `json:"type" client:"required,enum=achievement|beatmapPlaycount|beatmapsetApprove|beatmapsetDelete|beatmapsetRevive|beatmapsetUpdate|beatmapsetUpload|medal|rank|rankLost|userSupportAgain|userSupportFirst|userSupportGift|usernameChange"`
	ScoreRank   string       `json:"scoreRank" client:"enum=F|D|C|B|A|S|SH|X|XH"`
	Rank        int32        `json:"rank"`
	Approval    string       `json:"approval" client:"enum=ranked|approved|qualified|loved"`
	Count       int32        `json:"count"`
	Mode        string       `json:"mode" client:"enum=osu|taiko|fruits|mania"`
	Beatmap     *Linked      `json:"beatmap"`
	Beatmapset  *Linked      `json:"beatmapset"`
	User        *LinkedUser  `json:"user" client:"required"`
	Achievement *LinkedMedal `json:"achievement"`
}

// Linked is the name of something with its address.
type Linked struct {
	Title string `json:"title" client:"required,notnull"`
	URL   string `json:"url" client:"required,notnull"`
}

// LinkedUser is a user with his address.
type LinkedUser struct {
	Username string  `json:"username" client:"required,notnull"`
	URL      string  `json:"url" client:"required,notnull"`
	Previous *string `json:"previousUsername"`
}

// LinkedMedal is a medal by its picture.
type LinkedMedal struct {
	Slug string `json:"slug" client:"required,notnull"`
	Name string `json:"name" client:"required,notnull"`
}

// KudosuHistory is thanks that somebody got.
type KudosuHistory struct {
	CreatedAt time.Time `json:"created_at"`
	Amount    int32     `json:"amount"`
	Action    string    `json:"action" client:"required,notnull"`
	Post      *struct {
		URL   *string `json:"url"`
		Title string  `json:"title" client:"notnull"`
	} `json:"post"`
	Giver *struct {
		URL      string `json:"url"`
		Username string `json:"username"`
	} `json:"giver"`
}

// MostPlayed is a beatmap with how often somebody played it.
type MostPlayed struct {
	BeatmapID int32       `json:"beatmap_id" client:"required"`
	Count     int32       `json:"count" client:"required"`
	Beatmap   *Beatmap    `json:"beatmap" client:"required,notnull"`
	Set       *Beatmapset `json:"beatmapset" client:"required,notnull"`
}

// NewsPost is a post.
type NewsPost struct {
	ID          int64     `json:"id" client:"required"`
	Author      string    `json:"author"`
	EditURL     string    `json:"edit_url"`
	FirstImage  *string   `json:"first_image"`
	PublishedAt time.Time `json:"published_at" client:"required"`
	UpdatedAt   time.Time `json:"updated_at"`
	Slug        string    `json:"slug" client:"required,notnull"`
	Title       string    `json:"title" client:"required,notnull"`
	Preview     string    `json:"preview" client:"notnull"`
}

// News is a page of posts.
type News struct {
	Posts   []NewsPost `json:"news_posts" client:"required,notnull"`
	Sidebar struct {
		CurrentYear int32      `json:"current_year"`
		Posts       []NewsPost `json:"news_posts" client:"required,notnull"`
		Years       []int32    `json:"years" client:"required,notnull"`
	} `json:"news_sidebar" client:"required"`
	Cursor json.RawMessage `json:"cursor"`
}

// Stream is an update stream.
type Stream struct {
	ID          int64  `json:"id" client:"required"`
	Name        string `json:"name" client:"required,notnull"`
	IsFeatured  bool   `json:"is_featured"`
	DisplayName string `json:"display_name" client:"required,notnull"`
	LatestBuild *Build `json:"latest_build"`
	UserCount   int32  `json:"user_count"`
}

// Build is a version.
type Build struct {
	ID             int64     `json:"id" client:"required"`
	Version        string    `json:"version" client:"required,notnull"`
	DisplayVersion string    `json:"display_version" client:"required,notnull"`
	Users          int64     `json:"users"`
	CreatedAt      time.Time `json:"created_at" client:"required"`
	UpdateStream   *Stream   `json:"update_stream"`
	Entries        []Entry   `json:"changelog_entries"`
	Versions       *struct {
		Next     *Build `json:"next"`
		Previous *Build `json:"previous"`
	} `json:"versions"`
}

// Entry is a change.
type Entry struct {
	ID          *int64     `json:"id"`
	Repository  *string    `json:"repository"`
	PullRequest *int64     `json:"github_pull_request_id"`
	GitHubURL   *string    `json:"github_url"`
	URL         *string    `json:"url"`
	Type        string     `json:"type" client:"required,enum=add|fix|misc"`
	Category    string     `json:"category" client:"notnull"`
	Title       *string    `json:"title"`
	Message     *string    `json:"message"`
	MessageHTML *string    `json:"message_html"`
	Major       bool       `json:"major"`
	CreatedAt   *time.Time `json:"created_at"`
	User        *struct {
		ID          *int64  `json:"id"`
		DisplayName string  `json:"display_name"`
		GitHubURL   *string `json:"github_url"`
		OsuUsername *string `json:"osu_username"`
		UserID      *int32  `json:"user_id"`
		UserURL     *string `json:"user_url"`
	} `json:"github_user" client:"notnull"`
}

// Changelog is the builds of the last time, and the streams.
type Changelog struct {
	Builds  []Build  `json:"builds" client:"required,notnull"`
	Streams []Stream `json:"streams" client:"required,notnull"`
}

// Comments are a page of comments with all that belongs to them.
type Comments struct {
	Subjects   []CommentSubject `json:"commentable_meta" client:"notnull"`
	Comments   []Comment        `json:"comments" client:"required,notnull"`
	HasMore    bool             `json:"has_more"`
	HasMoreID  *int64           `json:"has_more_id"`
	Included   []Comment        `json:"included_comments" client:"required,notnull"`
	Pinned     []Comment        `json:"pinned_comments" client:"notnull"`
	Votes      []int64          `json:"user_votes" client:"notnull,after=comments,after=included_comments"`
	UserFollow bool             `json:"user_follow"`
	Users      []User           `json:"users" client:"required,notnull,after=comments"`
	Total      int32            `json:"total"`
	TopLevel   int32            `json:"top_level_count"`
}

// Comment is a comment.
type Comment struct {
	ID          int64      `json:"id" client:"required"`
	ParentID    *int64     `json:"parent_id"`
	UserID      *int64     `json:"user_id"`
	Message     *string    `json:"message"`
	MessageHTML *string    `json:"message_html"`
	Replies     int32      `json:"replies_count"`
	Votes       int32      `json:"votes_count"`
	SubjectType string     `json:"commentable_type"`
	SubjectID   int32      `json:"commentable_id"`
	LegacyName  *string    `json:"legacy_name"`
	CreatedAt   time.Time  `json:"created_at" client:"required"`
	UpdatedAt   *time.Time `json:"updated_at"`
	DeletedAt   *time.Time `json:"deleted_at"`
	EditedAt    *time.Time `json:"edited_at"`
	EditedBy    *int64     `json:"edited_by_id"`
	Pinned      bool       `json:"pinned"`
}

// CommentSubject is what comments are about.
type CommentSubject struct {
	ID         int64   `json:"id"`
	OwnerID    *int64  `json:"owner_id"`
	OwnerTitle *string `json:"owner_title"`
	Title      string  `json:"title"`
	Type       string  `json:"type"`
	URL        string  `json:"url"`
	Attributes *struct {
		Reason *string `json:"can_new_comment_reason"`
	} `json:"current_user_attributes"`
}

// WikiPage is a page of the wiki.
type WikiPage struct {
	Layout   string   `json:"layout" client:"required,notnull"`
	Locale   string   `json:"locale" client:"required,notnull"`
	Markdown string   `json:"markdown" client:"required,notnull"`
	Path     string   `json:"path" client:"required,notnull"`
	Subtitle *string  `json:"subtitle"`
	Tags     []string `json:"tags"`
	Title    string   `json:"title" client:"required,notnull"`
}

// Spotlights are the spotlights.
type Spotlights struct {
	Spotlights []struct {
		ID        int32     `json:"id" client:"required"`
		Name      string    `json:"name" client:"notnull"`
		Type      string    `json:"type"`
		StartDate time.Time `json:"start_date"`
		EndDate   time.Time `json:"end_date"`
	} `json:"spotlights" client:"required,notnull"`
}

// FoundUsers is a page of a search for users.
type FoundUsers struct {
	User struct {
		Data  []User `json:"data" client:"required,notnull"`
		Total int32  `json:"total"`
	} `json:"user" client:"required"`
}

// Users are those of some ids.
type Users struct {
	Users []User `json:"users" client:"required,notnull"`
}

// Beatmaps are those of some ids.
type Beatmaps struct {
	Beatmaps []Beatmap `json:"beatmaps" client:"required,notnull"`
}

// Tags are all that beatmaps can be tagged with.
type Tags struct {
	Tags []Tag `json:"tags" client:"required,notnull"`
}

package resource

import (
	"net/url"
	"strconv"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/osu"
)

// Event is something that a player did, or that happened to a beatmap. lazer reads createdAt, and an unknown type fails the whole
// list. What does not belong to its type is absent.
type Event struct {
	CreatedAt   Time              `json:"created_at"`
	CreatedAtJS Time              `json:"createdAt"`
	ID          int64             `json:"id"`
	Type        string            `json:"type"`
	Achievement *EventAchievement `json:"achievement,omitempty"`
	Approval    string            `json:"approval,omitempty"`
	ScoreRank   string            `json:"scoreRank,omitempty"`
	Rank        int32             `json:"rank,omitempty"`
	Mode        string            `json:"mode,omitempty"`
	Beatmap     *EventThing       `json:"beatmap,omitempty"`
	Beatmapset  *EventThing       `json:"beatmapset,omitempty"`
	Count       int32             `json:"count,omitempty"`
	User        *EventUser        `json:"user,omitempty"`
}

// EventThing is a beatmap or a set. Its address begins after the host: lazer puts the host before it.
type EventThing struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// EventUser is a user as he was called then.
type EventUser struct {
	Username         string `json:"username"`
	URL              string `json:"url"`
	PreviousUsername string `json:"previousUsername,omitempty"`
}

// EventAchievement is a medal.
type EventAchievement struct {
	AchievedCount   int32    `json:"achieved_count"`
	AchievedPercent *float64 `json:"achieved_percent"`
	IconURL         string   `json:"icon_url"`
	ID              int32    `json:"id"`
	Name            string   `json:"name"`
	Grouping        string   `json:"grouping"`
	Ordering        int32    `json:"ordering"`
	Slug            string   `json:"slug"`
	Description     string   `json:"description"`
	Mode            *string  `json:"mode"`
	Instructions    *string  `json:"instructions"`
}

// NewEvent shows an event. The medal, where the event is about one, is looked up by its id; medals that are not there any more
// are shown as far as the event tells. It returns nil for an event of a newer module, which nobody could read.
func NewEvent(e *activity.Event, medals map[int32]achievements.Achievement, links Links) *Event {
	event := &Event{CreatedAt: At(e.At), CreatedAtJS: At(e.At), ID: e.ID, User: eventUser(e)}
	switch e.Kind {
	case activity.Rank:
		event.Type, event.ScoreRank, event.Rank = "rank", scoreRank(e.Grade), e.Rank
		event.onBeatmap(e)
	case activity.RankLost:
		event.Type = "rankLost"
		event.onBeatmap(e)
	case activity.Medal:
		event.Type, event.Achievement = "achievement", eventAchievement(e, medals, links)
	case activity.Renamed:
		event.Type, event.User.PreviousUsername = "usernameChange", e.OldName
	case activity.BeatmapPlayed:
		event.Type, event.Count, event.User = "beatmapPlaycount", e.Count, nil
		event.onBeatmap(e)
		event.Mode = ""
	case activity.SetUploaded:
		event.Type = "beatmapsetUpload"
	case activity.SetUpdated:
		event.Type = "beatmapsetUpdate"
	case activity.SetApproved:
		event.Type, event.Approval = "beatmapsetApprove", e.Status.String()
	case activity.SetRevived:
		event.Type = "beatmapsetRevive"
	case activity.SetDeleted:
		event.Type, event.User = "beatmapsetDelete", nil
	default:
		return nil
	}
	if e.BeatmapID == 0 && e.SetID != 0 {
		event.Beatmapset = &EventThing{Title: e.Title, URL: "/beatmapsets/" + strconv.Itoa(int(e.SetID))}
	}
	return event
}

func (event *Event) onBeatmap(e *activity.Event) {
	event.Mode = e.Ruleset.String()
	event.Beatmap = &EventThing{Title: e.Title, URL: "/beatmaps/" + strconv.Itoa(int(e.BeatmapID)) + "?mode=" + e.Ruleset.String()}
}

// eventUser names a player; an author without an account here by what he is called elsewhere.
func eventUser(e *activity.Event) *EventUser {
	user := &EventUser{Username: e.Name, URL: "/users/" + strconv.Itoa(int(e.UserID))}
	if e.UserID == 0 {
		user.URL = "/users/" + url.PathEscape(e.Name)
	}
	return user
}

// scoreRank returns a grade as lazer's enumeration spells it, which has none for no grade.
func scoreRank(g osu.Grade) string {
	if g >= osu.GradeNone {
		return osu.GradeF.String()
	}
	return g.String()
}

func eventAchievement(e *activity.Event, medals map[int32]achievements.Achievement, links Links) *EventAchievement {
	shown := &EventAchievement{
		IconURL: links.Assets + "/medals/client/" + url.PathEscape(e.MedalFile) + ".png", ID: e.MedalID, Name: e.Medal, Slug: e.MedalFile,
	}
	if m, ok := medals[e.MedalID]; ok {
		shown.Grouping, shown.Ordering, shown.Description = m.Grouping, m.Ordering, m.Description
		if m.Ruleset != nil {
			shown.Mode = new(m.Ruleset.String())
		}
	}
	return shown
}

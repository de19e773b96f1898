package resource

import (
	"strconv"

	"github.com/pure-peace/peace/modules/kudosu"
)

// KudosuHistory is something that a user was given, or lost. Its action without a prefix tells lazer that it came from a person.
type KudosuHistory struct {
	ID        int64        `json:"id"`
	Action    string       `json:"action"`
	Amount    int32        `json:"amount"`
	Model     string       `json:"model"`
	CreatedAt Time         `json:"created_at"`
	Giver     *KudosuGiver `json:"giver"`
	Post      KudosuPost   `json:"post"`
	Details   *Nothing     `json:"details"`
}

// KudosuGiver is who gave it.
type KudosuGiver struct {
	URL      string `json:"url"`
	Username string `json:"username"`
}

// KudosuPost is what it was given for.
type KudosuPost struct {
	URL   *string `json:"url"`
	Title string  `json:"title"`
}

// NewKudosuHistory shows an entry of the ledger; the giver may be nil.
func NewKudosuHistory(e *kudosu.Entry, giver *User, links Links) KudosuHistory {
	shown := KudosuHistory{
		ID: e.ID, Action: "give", Amount: e.Amount, Model: "forum_post", CreatedAt: At(e.At),
		Post: KudosuPost{URL: new(links.User(e.UserID)), Title: e.Reason},
	}
	if e.Amount < 0 {
		shown.Action = "revoke"
	}
	if giver != nil {
		shown.Giver = &KudosuGiver{URL: links.User(giver.ID), Username: giver.Username}
	}
	return shown
}

// User is the page of a user.
func (l Links) User(id int32) string { return l.Site + "/users/" + strconv.Itoa(int(id)) }

// Beatmapset is the page of a set.
func (l Links) Beatmapset(id int32) string { return l.Site + "/beatmapsets/" + strconv.Itoa(int(id)) }

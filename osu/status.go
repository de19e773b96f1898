package osu

import (
	"fmt"
	"strings"
)

// Status is how far a beatmap has come on its way to a leaderboard, numbered as in the official API. Stable's leaderboards
// and osu!direct number it in ways of their own, which their packages know.
type Status int8

// The statuses.
const (
	StatusGraveyard Status = -2
	StatusWIP       Status = -1
	StatusPending   Status = 0
	StatusRanked    Status = 1
	StatusApproved  Status = 2
	StatusQualified Status = 3
	StatusLoved     Status = 4
)

var statusNames = [...]string{"graveyard", "wip", "pending", "ranked", "approved", "qualified", "loved"}

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s >= StatusGraveyard && s <= StatusLoved }

// HasLeaderboard reports whether plays of a beatmap with this status are compared.
func (s Status) HasLeaderboard() bool { return s >= StatusRanked && s.Valid() }

// GivesPerformance reports whether plays of a beatmap with this status count for the pp of their players.
func (s Status) GivesPerformance() bool { return s == StatusRanked || s == StatusApproved }

// String returns the official API's name.
func (s Status) String() string {
	if !s.Valid() {
		return fmt.Sprintf("status(%d)", int8(s))
	}
	return statusNames[s-StatusGraveyard]
}

// ParseStatus reads the name in either case.
func ParseStatus(text string) (Status, error) {
	for i, name := range statusNames {
		if strings.EqualFold(text, name) {
			return StatusGraveyard + Status(i), nil
		}
	}
	return 0, fmt.Errorf("osu: no status is called %.32q", text)
}

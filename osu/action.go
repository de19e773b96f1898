package osu

import "fmt"

// Action is what a player's stable client says it is doing.
type Action uint8

// The actions.
const (
	ActionIdle Action = iota
	ActionAFK
	ActionPlaying
	ActionEditing
	ActionModding
	ActionMultiplayer // in a room
	ActionWatching
	ActionUnknown
	ActionTesting
	ActionSubmitting
	ActionPaused
	ActionLobby
	ActionMultiplaying // playing in a room
	ActionDirect       // browsing osu!direct
)

var actionNames = [...]string{
	"Idle", "AFK", "Playing", "Editing", "Modding", "Multiplayer", "Watching", "Unknown", "Testing", "Submitting",
	"Paused", "Lobby", "Multiplaying", "osu!direct",
}

// String returns an English name for logs and pages; the client shows its own.
func (a Action) String() string {
	if int(a) >= len(actionNames) {
		return fmt.Sprintf("action(%d)", uint8(a))
	}
	return actionNames[a]
}

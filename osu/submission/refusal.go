package submission

import "strings"

// Refusal is an answer that rejects a submission for good: the client does not send it again. What it should send again is
// answered with nothing and a status that is an error. A Refusal is the error of [ParseResponse] too.
type Refusal string

// The refusals. The player is told the reason by all but the first.
const (
	RefusedSilently   Refusal = "no"
	RefusedPassword   Refusal = "pass"
	RefusedUnknown    Refusal = "nouser"
	RefusedInactive   Refusal = "inactive" // the account was not activated
	RefusedBanned     Refusal = "ban"
	RefusedBeatmap    Refusal = "beatmap"  // has no leaderboard
	RefusedMods       Refusal = "disabled" // or the ruleset
	RefusedVersion    Refusal = "oldver"
	RefusedReset      Refusal = "reset"  // of the password is needed
	RefusedUnverified Refusal = "verify" // the machine is
)

// refusalPrefix begins the body of a refusal.
const refusalPrefix = "error: "

// Body returns the answer.
func (r Refusal) Body() string { return refusalPrefix + string(r) }

// Error makes a refusal an error.
func (r Refusal) Error() string { return "the score was refused: " + string(r) }

// parseRefusal returns the refusal that a body is.
func parseRefusal(body string) (Refusal, bool) {
	reason, ok := strings.CutPrefix(body, refusalPrefix)
	return Refusal(strings.TrimSpace(reason)), ok
}

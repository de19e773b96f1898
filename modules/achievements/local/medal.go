package local

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Medal is something that can be earned by a play.
type Medal struct {
	File        string // name of its picture, without extension: a to z, 0 to 9, - and _; its name for ever
	Name        string // without + / and |, which the stable client cannot show
	Description string // likewise
	Grouping    string
	Ruleset     *osu.Ruleset // nil for all
	Ordering    int32        // within its grouping

	// Earned reports whether a play earns the medal. It is asked about each play of the medal's ruleset that was passed with
	// ranked mods on a ranked or approved beatmap, and asked again when something about the play changed, so it must always
	// give the same answer to the same play. After an error the play comes again, and no later one is looked at before.
	Earned func(ctx context.Context, play Play) (bool, error)
}

// Play is what there is to know about a play. What it does not tell (statistics of the player, for example) a condition may ask
// of other modules.
type Play struct {
	Score   scores.Score
	Beatmap beatmaps.Beatmap
	Set     beatmaps.Set // without its beatmaps
	Stars   float64      // of the beatmap in the score's ruleset and with its mods; NaN when that cannot be told
	Bests   []scores.Standing
}

// maxText bounds the bytes of a name or description.
const maxText = 200

var fileName = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// validate reports what is wrong with a medal.
func (m Medal) validate() error {
	switch {
	case !fileName.MatchString(m.File):
		return fmt.Errorf("achievements: %.80q is no name of a medal's picture", m.File)
	case !showable(m.Name) || !showable(m.Description):
		return fmt.Errorf("achievements: medal %q: name and description must be 1 to %d bytes without + / | and line breaks", m.File, maxText)
	case m.Ruleset != nil && !m.Ruleset.Valid():
		return fmt.Errorf("achievements: medal %q: no such ruleset", m.File)
	case m.Earned == nil:
		return fmt.Errorf("achievements: medal %q: cannot be earned", m.File)
	}
	return nil
}

func showable(text string) bool {
	return text != "" && len(text) <= maxText && !strings.ContainsAny(text, "+/|\r\n")
}

// describe returns the form in which others see a medal.
func (m numbered) describe() achievements.Achievement {
	a := achievements.Achievement{
		ID: m.id, File: m.File, Name: m.Name, Description: m.Description, Grouping: m.Grouping, Ordering: m.Ordering,
	}
	if m.Ruleset != nil {
		ruleset := *m.Ruleset
		a.Ruleset = &ruleset
	}
	return a
}

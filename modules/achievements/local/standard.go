package local

import (
	"context"
	"fmt"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// The groupings of the standard set.
const (
	Skill        = "Skill & Dedication"
	Introduction = "Mod Introduction"
)

// course is the way up in one ruleset: the n-th pass wants a beatmap of n stars passed, the n-th combo one with a full combo.
type course struct {
	ruleset osu.Ruleset
	prefix  string
	game    string // as the descriptions call it
	passes  []string
	combos  []string
}

// Source of the names, pictures and conditions: osuAkatsuki/bancho.py migrations/base.sql. The descriptions are our own.
var courses = []course{
	{
		osu.Standard, "osu", "an osu! beatmap",
		[]string{
			"Rising Star", "Constellation Prize", "Building Confidence", "Insanity Approaches", "These Clarion Skies",
			"Above and Beyond", "Supremacy", "Absolution", "Event Horizon", "Phantasm",
		},
		[]string{
			"Totality", "Business As Usual", "Building Steam", "Moving Forward", "Paradigm Shift",
			"Anguish Quelled", "Never Give Up", "Aberration", "Chosen", "Unfathomable",
		},
	},
	{
		osu.Taiko, "taiko", "a taiko beatmap",
		[]string{
			"My First Don", "Katsu Katsu Katsu", "Not Even Trying", "Face Your Demons", "The Demon Within",
			"Drumbreaker", "The Godfather", "Rhythm Incarnate",
		},
		[]string{
			"Keeping Time", "To Your Own Beat", "Big Drums", "Adversity Overcome", "Demonslayer",
			"Rhythm's Call", "Time Everlasting", "The Drummer's Throne",
		},
	},
	{
		osu.Catch, "fruits", "a catch beatmap",
		[]string{
			"A Slice Of Life", "Dashing Ever Forward", "Zesty Disposition", "Hyperdash ON!", "It's Raining Fruit",
			"Fruit Ninja", "Dreamcatcher", "Lord of the Catch",
		},
		[]string{
			"Sweet And Sour", "Reaching The Core", "Clean Platter", "Between The Rain", "Addicted",
			"Quickening", "Supersonic", "Dashing Scarlet",
		},
	},
	{
		osu.Mania, "mania", "a mania beatmap",
		[]string{
			"First Steps", "No Normal Player", "Impulse Drive", "Hyperspeed", "Ever Onwards",
			"Another Surpassed", "Extra Credit", "Maniac",
		},
		[]string{
			"Keystruck", "Keying In", "Hyperflow", "Breakthrough", "Everything Extra",
			"Level Breaker", "Step Up", "Behind The Veil",
		},
	},
}

// milestones are combos in osu!. A play earns the one that it reached, not those below.
var milestones = []struct{ from, below int32 }{{500, 750}, {750, 1000}, {1000, 2000}, {2000, 1 << 30}}

// introductions are mods to play with once. One that is alone wants no other mod beside it.
var introductions = []struct {
	file, name, mod string
	any             []mods.Acronym
	alone           bool
}{
	{"suddendeath", "Finality", "Sudden Death and nothing else", []mods.Acronym{mods.SuddenDeath}, true},
	{"hidden", "Blindsight", "Hidden", []mods.Acronym{mods.Hidden}, false},
	{"perfect", "Perfectionist", "Perfect", []mods.Acronym{mods.Perfect}, false},
	{"hardrock", "Rock Around The Clock", "Hard Rock", []mods.Acronym{mods.HardRock}, false},
	// Stable's Nightcore is a Double Time as well.
	{"doubletime", "Time And A Half", "Double Time", []mods.Acronym{mods.DoubleTime, mods.Nightcore}, false},
	{"flashlight", "Are You Afraid Of The Dark?", "Flashlight", []mods.Acronym{mods.Flashlight}, false},
	{"easy", "Dial It Right Back", "Easy", []mods.Acronym{mods.Easy}, false},
	{"nofail", "Risk Averse", "No Fail", []mods.Acronym{mods.NoFail}, false},
	{"nightcore", "Sweet Rave Party", "Nightcore", []mods.Acronym{mods.Nightcore}, false},
	{"halftime", "Slowboat", "Half Time", []mods.Acronym{mods.HalfTime}, false},
	{"spunout", "Burned Out", "Spun Out", []mods.Acronym{mods.SpunOut}, false},
}

// Standard returns the medals that every server of the game has, in a fixed order.
func Standard() []Medal {
	var medals []Medal
	for _, c := range courses {
		for i, name := range c.passes {
			medals = append(medals, c.pass(i+1, name))
		}
		for i, name := range c.combos {
			medals = append(medals, c.fullCombo(i+1, name))
		}
	}
	for i, m := range milestones {
		medals = append(medals, Medal{
			File: fmt.Sprintf("osu-combo-%d", m.from), Name: fmt.Sprintf("%d Combo", m.from),
			Description: fmt.Sprintf("Reach a combo of %d in osu!.", m.from),
			Grouping:    Skill, Ruleset: new(osu.Standard), Ordering: int32(300 + i),
			Earned: func(_ context.Context, play Play) (bool, error) {
				return play.Score.MaxCombo >= m.from && play.Score.MaxCombo < m.below, nil
			},
		})
	}
	for i, intro := range introductions {
		medals = append(medals, Medal{
			File: "all-intro-" + intro.file, Name: intro.name, Description: "Pass a beatmap with " + intro.mod + ".",
			Grouping: Introduction, Ordering: int32(i),
			Earned: func(_ context.Context, play Play) (bool, error) {
				// Classic tells the client, not what the player chose.
				set := play.Score.Mods.Without(mods.Classic)
				return set.HasAny(intro.any...) && (!intro.alone || len(set) == 1), nil
			},
		})
	}
	return medals
}

func (c course) pass(stars int, name string) Medal {
	return Medal{
		File: fmt.Sprintf("%s-skill-pass-%d", c.prefix, stars), Name: name,
		Description: fmt.Sprintf("Pass %s of %s without No Fail.", c.game, plural(stars)),
		Grouping:    Skill, Ruleset: new(c.ruleset), Ordering: int32(100 + stars),
		Earned: func(_ context.Context, play Play) (bool, error) {
			return hasStars(play, stars) && !play.Score.Mods.Has(mods.NoFail), nil
		},
	}
}

func (c course) fullCombo(stars int, name string) Medal {
	return Medal{
		File: fmt.Sprintf("%s-skill-fc-%d", c.prefix, stars), Name: name,
		Description: fmt.Sprintf("Keep the combo through all of %s of %s.", c.game, plural(stars)),
		Grouping:    Skill, Ruleset: new(c.ruleset), Ordering: int32(200 + stars),
		Earned: func(_ context.Context, play Play) (bool, error) {
			return hasStars(play, stars) && play.Score.FullCombo, nil
		},
	}
}

// hasStars reports whether the beatmap is n stars hard, but not n+1.
func hasStars(play Play, n int) bool {
	return play.Stars >= float64(n) && play.Stars < float64(n+1)
}

func plural(stars int) string {
	if stars == 1 {
		return "1 star"
	}
	return fmt.Sprintf("%d stars", stars)
}

// Package catch is the osu!catch ruleset: what it makes of a beatmap (fruits, juice streams, banana showers, and where the
// catcher has to dash), how difficult that is, and what a play of it is worth.
package catch

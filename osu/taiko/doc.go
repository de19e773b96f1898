// Package taiko is the osu!taiko ruleset: what it makes of a beatmap (one of its own or of osu!), how difficult that is, what a
// play on it is worth, and stable's total score of a perfect play.
//
// [New] makes the playable beatmap, [Difficulty] rates it, [Attributes.Performance] values plays from the rating alone.
// Everything equals what the official code of the given [Version] calculates.
package taiko

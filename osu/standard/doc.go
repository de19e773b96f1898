// Package standard is the osu! ruleset: what it makes of a beatmap, how difficult that is, and how many performance points a
// play of it is worth. Every result equals that of the official client.
package standard

// Package mods holds every mod of the official lazer client with its settings: reading and writing them as JSON, as acronyms
// and as stable's bits, which go together, which are ranked, what they do to a beatmap's difficulty settings and to the clock,
// and by how much they multiply a score.
//
// What a mod does to a ruleset's hit objects lives with the ruleset: standard, taiko, catch and mania.
package mods

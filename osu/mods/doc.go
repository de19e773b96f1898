// Package mods holds every mod of the official lazer client with its settings: reading and writing them as JSON, as acronyms
// and as stable's bits, which go together, which are ranked, what they do to a beatmap's difficulty settings and to the clock,
// and by how much they multiply a score.
//
// What a mod does to a ruleset's hit objects lives with the ruleset: standard, taiko, catch and mania.
//
// # Sets
//
// A [Set] is a list of mods with those settings that were chosen. [Parse], JSON and [FromLegacy] make one. Reading knows no
// ruleset and refuses only what is malformed or too large, because the mods of a score are often read before its ruleset is
// known, and because an old server must be able to hold what a new client sent. What a set means depends on the ruleset:
//
//   - [Validate] says, in words for a player, what is wrong with it: unknown mods and settings, values of the wrong type,
//     duplicates, mods that do not go together;
//   - [Resolve] validates it and returns it as the game takes it: numbers in range and on their steps, defaults left out;
//   - [Known] never complains and drops what does not exist, as the official client does.
//
// The questions that difficulty and scores ask ([Set.Has], [Mod.Float], [Set.Rate], [Set.Adjust], [Set.ScoreMultiplier], …) answer
// for any set as the game would, resolved or not.
//
// # Tables
//
// [Lookup] and [All] describe the mods of a ruleset: name, kind, settings with type, range, step and default, whether it is
// ranked, who may choose it where, and what it does not go with. The facts are those of ppy/osu e9451fe (August 2026).
//
// # Difficulty
//
// [Set.DifficultyKey] names all sets that have the same difficulty by one string, under which a server stores attributes: NoFail
// or SuddenDeath do not change it, Nightcore is DoubleTime, and what only changes what is seen is left out.
package mods

// Package osu holds the vocabulary of the game that every client and every part of a server shares: rulesets, mods, grades,
// what a player is doing, countries, names and client versions.
//
// It is pure: values and functions on them, no input or output, no configuration, nothing but the standard library (replay
// alone needs another's compression). Its subpackages build on it: packets speaks the stable client's binary protocol, beatmap
// and replay read and write the game's files, mods and score hold the rules of the game, difficulty rates beatmaps and plays.
// Rules of a server (who may play what, which score counts) do not live here.
//
// Numbers of types in this package are those of the stable client's protocol and may be stored.
package osu

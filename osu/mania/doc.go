// Package mania is the osu!mania ruleset: its objects, the conversion of osu! beatmaps with stable's random patterns, what mods
// do to columns and holds, hit windows, star rating and pp. Results equal those of the official lazer client.
//
// [New] makes the playable beatmap, which everything else starts from.
package mania

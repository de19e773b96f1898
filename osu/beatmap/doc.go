// Package beatmap reads and writes .osu files, formats 3 to 14 and 128, with the leniency and the quirks of the official
// decoder: what comes out equals, field for field, what ppy/osu's LegacyBeatmapDecoder makes of the same bytes.
//
// Times are those of the file, as in the official decoder for difficulty calculation; [Beatmap.Offset] tells what the client
// adds when it plays beatmaps of old formats.
//
// It knows what a file says, and the figures that follow from it alone (lengths, bpm, counts). What a ruleset makes of it
// (stacking, nested objects, conversion, mods) lives in standard, taiko, catch and mania; curves live in slider.
package beatmap

// Package slider is the geometry and the timeline of sliders: control points, the path they describe, and the ticks, repeats
// and ends along it, computed exactly as the official client does (single precision where it uses single precision).
//
// It knows no file format (see beatmap) and no ruleset's objects (see standard, taiko, catch and mania).
package slider

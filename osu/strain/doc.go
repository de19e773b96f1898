// Package strain is the machinery that the difficulty calculators of all rulesets share: skills that turn the strain of each
// object into one value (peaks of sections, harmonic sums), and the curves that they are shaped with.
//
// What makes an object hard lives with its ruleset: standard, taiko, catch and mania.
package strain

// Package score holds the arithmetic of a play that needs no beatmap file: hit results, statistics, accuracy, grades, lazer's
// standardised and classic totals, and the conversion between them and stable's.
//
// The simulations of stable's total score, which need hit objects, live with the rulesets; pp lives there as well.
//
// Accuracies are fractions between 0 and 1 throughout. An unknown ruleset counts as osu!.
package score

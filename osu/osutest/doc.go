// Package osutest reads the tables of official values that the tests of the game library compare with: those of the
// synthetic maps, which the repository carries, and the far larger tables of real maps, in the folder that PEACE_TEST_PP names,
// when it is set. What differs is said by functions that begin with Diff, with the tolerance of the tables.
//
// A package that osutest itself imports can use it in its external tests only.
package osutest

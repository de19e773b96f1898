// Package osutest reads the tables of official values that the tests of the game library compare with: those of the
// synthetic maps, which the repository carries, and the far larger tables of real maps, in the folder that PEACE_TEST_PP names,
// when it is set.
package osutest

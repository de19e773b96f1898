// Package random holds the pseudo-random generators that the game's rules depend on, so that a seed gives the same objects as
// in the official client: stable's own generator, and .NET's seeded one.
package random

package osu

import "strings"

// SafeName returns the form of a user name by which names are equal: lower case, with an underscore for each space. It is
// also how a name is written where a space cannot be, as on IRC.
func SafeName(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "_")
}

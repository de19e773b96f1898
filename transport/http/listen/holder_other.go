//go:build !linux

package listen

// holderOf returns "": only Linux lets an ordinary process see who has a port without running another program.
func holderOf(string) string { return "" }

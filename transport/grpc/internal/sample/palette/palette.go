// Package palette is a contract whose messages another one uses, for the tests of protoc-gen-peace.
package palette

// Color is a colour.
type Color struct {
	Red, Green, Blue uint8
}

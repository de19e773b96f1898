//go:build !unix

package http

import "math"

// descriptors returns how many files and sockets the system lets this process have open: as many as memory has room for.
func descriptors() int { return math.MaxInt }

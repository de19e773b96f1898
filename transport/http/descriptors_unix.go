//go:build unix

package http

import (
	"math"
	"syscall"
)

// descriptors returns how many files and sockets the system lets this process have open.
func descriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(limit.Cur), math.MaxInt)) //nolint:unconvert // signed on some systems
}

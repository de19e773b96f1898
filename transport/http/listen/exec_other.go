//go:build !unix

package listen

import (
	"net"
	"os"
)

// Exec returns ErrUnsupported: this system cannot replace a running program.
func (l *Listeners) Exec(path string, args, env []string) error { return ErrUnsupported }

func duplicate(net.Listener) (*os.File, error) { return nil, ErrUnsupported }

func adopt(int, string) (*os.File, error) { return nil, ErrUnsupported }

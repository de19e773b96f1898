//go:build !unix

package cli

import "os"

// notify does nothing: this system has neither signal.
func notify(_, _ chan<- os.Signal) {}

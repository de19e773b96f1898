//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// notify sends SIGHUP to hangup and SIGUSR2 to upgrade.
func notify(hangup, upgrade chan<- os.Signal) {
	signal.Notify(hangup, syscall.SIGHUP)
	signal.Notify(upgrade, syscall.SIGUSR2)
}

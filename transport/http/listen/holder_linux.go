package listen

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// holderOf names the process that listens on address's port, or returns "" when that cannot be seen: other users'
// processes are invisible without privileges.
func holderOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ""
	}
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		listeningInodes(table, fmt.Sprintf(":%04X", number), sockets)
	}
	if len(sockets) == 0 {
		return ""
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && sockets[target] {
			pid := strings.Split(link, "/")[2]
			name, _ := os.ReadFile(filepath.Join("/proc", pid, "comm"))
			return fmt.Sprintf("process %s (%s)", pid, bytes.TrimSpace(name))
		}
	}
	return ""
}

// listeningInodes adds to found, as "socket:[INODE]", the sockets of a /proc/net table that listen on the port suffix.
func listeningInodes(table, suffix string, found map[string]bool) {
	const listening = "0A" // TCP_LISTEN
	data, err := os.ReadFile(table)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(data)) {
		// sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
		if f := strings.Fields(line); len(f) > 9 && f[3] == listening && strings.HasSuffix(f[1], suffix) {
			found["socket:["+f[9]+"]"] = true
		}
	}
}

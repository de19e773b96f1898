package listen

import (
	"os"
	"strconv"
	"testing"
)

// What a predecessor or a service manager announces is refused as a whole or names sockets beyond the standard three, once.
func FuzzAnnounced(f *testing.F) {
	f.Add("http=3,https=4", "", "")
	f.Add("http=3,http=4", "", "")
	f.Add("=3", "", "")
	f.Add("http=99999999999999999999", "", "")
	f.Add("", "2", "http:https")
	f.Add("", "2", "http:http")
	f.Add("", "-1", "")
	f.Add("", "65", ":::")
	f.Fuzz(func(t *testing.T, own, count, names string) {
		fds, err := announced(func(key string) string {
			return map[string]string{
				Env: own, "LISTEN_FDS": count, "LISTEN_FDNAMES": names, "LISTEN_PID": strconv.Itoa(os.Getpid()),
			}[key]
		})
		if err != nil && fds != nil {
			t.Errorf("refused, and yet %v", fds)
		}
		for name, d := range fds {
			if name == "" || d.number < 3 {
				t.Errorf("%q has the descriptor %d", name, d.number)
			}
		}
	})
}

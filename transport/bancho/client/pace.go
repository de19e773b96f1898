package client

import "time"

// The cadence of polling. Source: Lekuruu/osu.py osu/bancho.
const (
	minPause = time.Second
	maxPause = 2500 * time.Millisecond
)

// pace decides when the game would poll next.
type pace struct {
	activeAt time.Time // of the last real packet
	pings    int       // one after the other
	at       bool      // something interesting came: poll again at once
}

func (p *pace) active() { p.activeAt, p.pings = time.Now(), 0 }
func (p *pace) pinged() { p.pings++ }
func (p *pace) soon()   { p.at = true }

// Pause returns how long the game would wait before its next poll: nothing when it has something to send or has just been
// told something, otherwise one second and, the longer nothing happens, up to two and a half.
func (c *Client) Pause() time.Duration {
	p := &c.pace
	if p.at || c.queue != nil {
		p.at = false
		return 0
	}
	idle := time.Since(p.activeAt).Seconds()
	pause := time.Duration((1 + idle/10) * float64(max(p.pings, 1)) * float64(time.Second))
	return min(max(pause, minPause), maxPause)
}

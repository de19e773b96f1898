package local

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
)

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*Config){
		"return":  func(c *Config) { c.Return = time.Second },
		"score":   func(c *Config) { c.Score = time.Hour },
		"pending": func(c *Config) { c.Pending = 0 },
		"patrol":  func(c *Config) { c.Patrol = -1 },
		"workers": func(c *Config) { c.Workers = 0 },
		"jobs":    func(c *Config) { c.Jobs = 1 << 30 },
	} {
		c := DefaultConfig()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := New(t.Context(), c, Deps{}); err == nil {
			t.Errorf("%s: a service with it", key)
		}
	}
}

// TestOddMods plays with mods that cannot be written down.
func TestOddMods(t *testing.T) {
	play := spectator.Play{Player: spectator.Player{UserID: 1, Client: "c"}, Format: spectator.Lazer}
	for name, set := range map[string]mods.Set{
		"no name": {{Acronym: ""}},
		"long":    {{Acronym: mods.Acronym(strings.Repeat("D", maxMods))}},
	} {
		play.Mods = set
		if err := checkPlay(&play); !errors.Is(err, spectator.ErrBadPlay) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestActionOf(t *testing.T) {
	frames := packets.SpectateFrames{Action: packets.ReplayFail, Frames: make([]packets.ReplayFrame, 3), Score: &packets.ScoreFrame{}}
	payload := frames.Append(nil)[7:]
	if action, ok := actionOf(payload); !ok || action != packets.ReplayFail {
		t.Errorf("%v, %v", action, ok)
	}
	for n := range 6 + 3*14 {
		if action, ok := actionOf(payload[:n]); ok {
			t.Errorf("%d bytes say %v", n, action)
		}
	}
}

// TestAssemble puts replays together of bundles in disorder, sent twice, damaged and odd.
func TestAssemble(t *testing.T) {
	var all [][]byte
	for n := range 5 {
		all = append(all, bundle(n).Data)
	}
	disorder := [][]byte{all[3], []byte("no bundle"), all[0], all[1], all[4], all[1], nil, all[2]}
	damaged := 0
	data, err := assemble(disorder, func(error) { damaged++ })
	if err != nil || damaged != 2 {
		t.Errorf("%v, %d are damaged", err, damaged)
	}
	wantFrames(t, data, 5)

	odd := hubs.FrameDataBundle{Frames: []hubs.LegacyReplayFrame{
		{Time: math.NaN()}, {Time: math.Inf(1)}, {Time: 1e300}, {Time: 12.5, MouseX: hubs.Some(float32(math.NaN()))}, {Time: 13.5},
	}}
	data, err = assemble([][]byte{odd.AppendMsg(nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := data.Recording(osu.Standard)
	if err != nil || len(rec.Frames) != 2 || rec.Frames[0].Time != 12 || rec.Frames[0].X != 0 || rec.Frames[1].Time != 14 {
		t.Errorf("%+v, %v", rec.Frames, err)
	}
	empty := hubs.FrameDataBundle{}
	if data, err := assemble([][]byte{empty.AppendMsg(nil)}, nil); err != nil || data != nil {
		t.Errorf("%v, %v", data, err)
	}
}

// TestRoster holds rosters to their bounds, whatever begins.
func TestRoster(t *testing.T) {
	var r roster
	ended := 0
	for n := range 100 {
		p := spectator.Player{UserID: 1, Client: "c" + decimal(int32(n%20))}
		if n%3 == 0 {
			p.Token = int64(n + 1)
		}
		ended += len(r.begin(&entry{Play: spectator.Play{Player: p}, Known: n%2 == 0}))
		tokens, without, shown := 0, 0, 0
		for _, e := range r.Plays {
			if e.Play.Player.Token != 0 {
				tokens++
			} else {
				without++
			}
			if e.Shown {
				shown++
			}
		}
		if tokens > spectator.MaxTokens || without > maxClients || shown > 1 || (shown == 1) != (n%2 == 0) {
			t.Fatalf("%d with a token, %d without, %d shown", tokens, without, shown)
		}
		if last := r.Plays[len(r.Plays)-1].Play.Player; last != p {
			t.Fatalf("the last one is %+v, not %+v", last, p)
		}
	}
	if ended != 34-spectator.MaxTokens {
		t.Errorf("%d had to end", ended)
	}
}

func FuzzUnspill(f *testing.F) {
	f.Add([]byte{1, 7, 0, 2, 8, 9})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := unspill(data)
		if err == nil && len(slices.Concat(items...)) > len(data) || errors.Is(err, errSpilled) && len(data) == 0 {
			t.Errorf("%v, %v", items, err)
		}
	})
}

func FuzzAssemble(f *testing.F) {
	f.Add(bundle(1).Data, bundle(0).Data)
	f.Add([]byte{0x92, 0xc0, 0x90}, []byte{0xc0})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		data, err := assemble([][]byte{a, b, a}, func(error) {})
		if err != nil {
			t.Fatal(err)
		}
		if len(data) == 0 {
			return
		}
		again, err := assemble([][]byte{b, a}, func(error) {})
		if err != nil {
			t.Fatal(err)
		}
		first, err := data.Recording(osu.Mania)
		if err != nil {
			t.Fatal(err)
		}
		if len(first.Frames) == 0 || len(again) == 0 && !bytes.Equal(a, b) {
			t.Errorf("%d frames", len(first.Frames))
		}
	})
}

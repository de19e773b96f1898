package local

import (
	"strings"

	"github.com/pure-peace/peace/modules/scores"
)

// The kinds of what is found here. Those of doubts are named where they are raised.
const (
	kindReplayMissing    = "replay_missing"
	kindReplayUnreadable = "replay_unreadable"
	kindReplayHeader     = "replay_header"   // says something else than the score
	kindReplayPresses    = "replay_presses"  // too few for what was hit
	kindReplayShort      = "replay_short"    // ends before the beatmap does
	kindReplayFrames     = "replay_frames"   // too few
	kindReplayCopied     = "replay_copied"   // equals another player's
	kindReplayRepeated   = "replay_repeated" // equals another one of the same player
	kindReplaySimilar    = "replay_similar"
	kindCounts           = "impossible_counts"
	kindCombo            = "impossible_combo"
	kindTotal            = "impossible_total"
	kindPlayTime         = "play_time" // shorter than the beatmap
	kindHardware         = "shared_hardware"
)

// weights are what kinds weigh, from 1, a weak hint that honest players give as well, to 100, for which there is no other
// explanation than a manipulated client. A kind that is not listed weighs unknownWeight.
var weights = map[string]int32{
	// What stable's submissions are checked for: see package osu/submission and the edge that uses it.
	"checksum":         80,
	"client_build":     20,
	"client_hashes":    50,
	"unique_ids":       50,
	"beatmap_changed":  30,
	"client_flags":     40,
	"flashlight_image": 60,
	"token":            20,
	"mods":             50,

	kindReplayMissing:    60,
	kindReplayUnreadable: 70,
	kindReplayHeader:     90,
	kindReplayPresses:    80,
	kindReplayShort:      60,
	kindReplayFrames:     50,
	kindReplayCopied:     95,
	kindReplayRepeated:   80,
	kindReplaySimilar:    60,
	kindCounts:           90,
	kindCombo:            90,
	kindTotal:            90,
	kindPlayTime:         40,
}

const unknownWeight = 20

// flagWeights are what the single flags of a client weigh, by the names that osu/submission gives them.
var flagWeights = map[string]int32{
	"flashlight_key": 90, "speed": 60, "several_clients": 10, "checksum": 80, "flashlight_checksum": 70, "executable": 80,
	"missing_processes": 20, "flashlight_image": 60, "spinner": 70, "transparent_window": 30, "fast_press": 50,
	"raw_mouse": 30, "raw_keyboard": 30,
}

func weightOf(kind string) int32 {
	if w, ok := weights[kind]; ok {
		return w
	}
	return unknownWeight
}

// weightOfDoubt is what a doubt weighs; flags of the client as much as the heaviest of them.
func weightOfDoubt(d scores.Doubt) int32 {
	if d.Kind != "client_flags" {
		return weightOf(d.Kind)
	}
	var heaviest int32
	for name := range strings.SplitSeq(d.Detail, ",") {
		heaviest = max(heaviest, flagWeights[name])
	}
	if heaviest == 0 {
		return weightOf(d.Kind)
	}
	return heaviest
}

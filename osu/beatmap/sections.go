package beatmap

import "github.com/pure-peace/peace/osu"

// General is what [General] says.
type General struct {
	Mode          osu.Ruleset
	StackLeniency float32 // 0 to 1, nominally
	SpecialStyle  bool    // mania's 7+1
}

// Editor is what [Editor] says.
type Editor struct{}

// Metadata is what [Metadata] says.
type Metadata struct{}

// Events is what [Events] says.
type Events struct {
	Breaks []Break
}

// Break is a rest in which nothing is to be hit.
type Break struct{ Start, End float64 } // milliseconds

// Colours is what [Colours] says.
type Colours struct{}

// Bank is a set of hit sounds.
type Bank uint8

// Sample is what a hit object says of the sounds it plays.
type Sample struct{}

package replay_test

import (
	"bytes"
	"fmt"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/replay"
)

// A server that has the frames as a client uploaded them builds the file around them when somebody asks for it.
func Example() {
	uploaded, err := replay.Compress(&replay.Recording{
		Frames: []replay.Frame{{Time: 0, X: 256, Y: 192}, {Time: 17, X: 260, Y: 190, Keys: replay.Left1}},
		Seed:   4711, Seeded: true,
	})
	if err != nil {
		fmt.Println(err)
	}
	r := &replay.Replay{
		Ruleset: osu.Standard, Version: 20260821, Beatmap: "900150983cd24fb0d6963f7d28e17f72", Player: "peppy",
		Count300: 2, TotalScore: 600, MaxCombo: 2, FullCombo: true, Frames: uploaded,
	}
	r.Checksum = r.WebChecksum(osu.GradeX)
	var file bytes.Buffer
	if err := r.Encode(&file); err != nil {
		fmt.Println(err)
	}

	read, err := replay.Decode(&file)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(read.Player, read.Verify(), read.Counts().Grade(read.Ruleset, read.Mods))
	for frame, err := range read.Frames.All(read.Ruleset) {
		fmt.Println(frame.Time, frame.X, frame.Y, frame.Keys, err)
	}
	// Output:
	// peppy web X
	// 0 256 192 0 <nil>
	// 17 260 190 1 <nil>
}

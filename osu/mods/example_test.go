package mods_test

import (
	"encoding/json"
	"fmt"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

func Example() {
	var s mods.Set
	if err := json.Unmarshal([]byte(`[{"acronym":"HR"},{"acronym":"DT","settings":{"speed_change":1.304}}]`), &s); err != nil {
		fmt.Println(err)
		return
	}
	s, err := mods.Resolve(osu.Standard, s)
	if err != nil {
		fmt.Println(err)
		return
	}
	adjusted := s.Adjust(osu.Standard, beatmap.Difficulty{CircleSize: 4, ApproachRate: 7})
	fmt.Println(s, s.Rate(), adjusted.CircleSize, s.Ranked(osu.Standard), s.Legacy(osu.Standard))

	// Output: HR,DT:speed_change=1.3 1.3 5.2 false HRDT
}

func ExampleValidate() {
	s, err := mods.Parse("HDEZHR")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mods.Validate(osu.Standard, s))
	fmt.Println(mods.Validate(osu.Taiko, mods.Of(mods.SpunOut)))
	// Output:
	// mods EZ and HR do not go together
	// mod SO does not exist in osu!taiko
}

func ExampleSet_DifficultyKey() {
	for _, text := range []string{"HDNC", "DT:adjust_pitch=true,SD,HD", "NF"} {
		s, err := mods.Parse(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q\n", s.DifficultyKey(osu.Standard))
	}
	// Output:
	// "DT,HD"
	// "DT,HD"
	// ""
}

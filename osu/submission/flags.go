package submission

import (
	"fmt"
	"math/bits"
	"strings"
)

// Flags are what a client noticed about itself. It hides them in the number of spaces behind its version.
type Flags uint32

// The flags. Source: osuAkatsuki/bancho.py app/constants/clientflags.py.
const (
	FlagFlashlightKey      Flags = 1 << iota // a key is bound that removes Flashlight
	FlagSpeed                                // the game ran at another speed than the clock
	FlagMods                                 // mods changed; set by honest clients too
	FlagSeveralClients                       // more than one game runs
	FlagChecksum                             // its own memory was changed
	FlagFlashlightChecksum                   // the picture of Flashlight was changed
	FlagExecutable                           // osu!.exe was changed
	FlagMissingProcesses                     // the list of processes lacks some
	FlagFlashlightImage                      // something is drawn over Flashlight
	FlagSpinner                              // spinners are spun by a program
	FlagTransparentWindow                    // something lies over the game
	FlagFastPress                            // notes of mania are pressed too quickly
	FlagRawMouse                             // the mouse moved otherwise than the hardware
	FlagRawKeyboard                          // keys were pressed otherwise than on the hardware
)

var flagNames = [...]string{
	"flashlight_key", "speed", "mods", "several_clients", "checksum", "flashlight_checksum", "executable", "missing_processes",
	"flashlight_image", "spinner", "transparent_window", "fast_press", "raw_mouse", "raw_keyboard",
}

// Suspicious returns the flags that honest clients do not set.
func (f Flags) Suspicious() Flags { return f &^ FlagMods }

// String returns the names of the flags with commas between them.
func (f Flags) String() string {
	var names []string
	for rest := f; rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros32(uint32(rest)); i < len(flagNames) {
			names = append(names, flagNames[i])
		} else {
			names = append(names, fmt.Sprintf("bit_%d", i))
		}
	}
	return strings.Join(names, ",")
}

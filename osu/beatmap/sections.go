package beatmap

import "github.com/pure-peace/peace/osu"

// General is what [General] says.
type General struct {
	Audio            string // file name
	AudioLeadIn      int32  // milliseconds before the audio begins
	Preview          int32  // milliseconds into the audio; -1 when the file names no time
	Countdown        Countdown
	CountdownOffset  int32 // beats by which the countdown begins earlier
	SampleBank       Bank  // of timing points that name none
	SampleVolume     int32 // percent, likewise
	StackLeniency    float32
	Mode             osu.Ruleset
	LetterboxBreaks  bool
	SpecialStyle     bool // mania's 7+1
	Widescreen       bool // of the storyboard
	EpilepsyWarning  bool
	SamplesMatchRate bool // samples play faster when the music does
	SkinSprites      bool // the storyboard uses the player's skin
}

// Countdown is the speed of the countdown before the first object.
type Countdown int32

// The countdowns. A file may hold other numbers.
const (
	CountdownNone Countdown = iota
	CountdownNormal
	CountdownHalf
	CountdownDouble
)

// Editor is what [Editor] says.
type Editor struct {
	Bookmarks       []int32   // milliseconds
	VelocityPresets []float64 // slider velocities
	DistanceSpacing float64
	BeatDivisor     int32 // 1 to 64
	GridSize        int32
	TimelineZoom    float64
}

// Metadata is what [Metadata] says.
type Metadata struct {
	Title, TitleUnicode   string
	Artist, ArtistUnicode string
	Creator               string
	Name                  string // of the difficulty, which the file calls Version
	Source                string
	Tags                  string
	ID                    int32 // of the beatmap; -1 when the file has none
	SetID                 int32 // likewise
}

// Events is what [Events] says.
type Events struct {
	Background       string     // file name
	BackgroundOffset [2]float32 // osu! pixels right and down
	Videos           []Video
	Breaks           []Break // ordered by start, then end
	Storyboard       string  // the lines of everything else, in the file's order, each with a line feed
	Variables        string  // the lines of [Variables], likewise
}

// Video is a video that plays behind the beatmap.
type Video struct {
	Start    int32  // milliseconds
	File     string // name
	Commands string // the indented lines that follow, each with a line feed: how a storyboard fades or moves it
}

// Break is a rest in which nothing is to be hit.
type Break struct{ Start, End float64 } // milliseconds

// Colours is what [Colours] says.
type Colours struct {
	Combo  []Colour // in the file's order
	Custom []NamedColour
}

// Colour is an opaque colour.
type Colour struct{ Red, Green, Blue uint8 }

// NamedColour is a colour of the skin, for example SliderBorder or SliderTrackOverride.
type NamedColour struct {
	Name string
	Colour
}

// Bank is a set of hit sounds. A timing point may hold other numbers than the constants; no sounds belong to them.
type Bank int32

// The banks.
const (
	BankNone Bank = iota // the timing point's; normal in a timing point
	BankNormal
	BankSoft
	BankDrum
)

// Sample is what a hit object says of the sounds it plays.
type Sample struct {
	Bank      Bank   // of the normal sound
	Additions Bank   // of the other sounds; BankNone is that of the normal sound
	Index     int32  // of custom samples; 0 is the timing point's
	Volume    int32  // percent; 0 is the timing point's
	File      string // name of a file that is played in place of the normal sound
}

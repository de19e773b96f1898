package mods

// The mods. Their order is that of the official mod select: what makes a play easier, harder, something else, automatic, fun,
// and what only the game itself sets.
const (
	Easy             Acronym = "EZ"
	NoFail           Acronym = "NF"
	HalfTime         Acronym = "HT"
	Daycore          Acronym = "DC"
	SimplifiedRhythm Acronym = "SR"
	NoRelease        Acronym = "NR"

	HardRock          Acronym = "HR"
	SuddenDeath       Acronym = "SD"
	Perfect           Acronym = "PF"
	DoubleTime        Acronym = "DT"
	Nightcore         Acronym = "NC"
	FadeIn            Acronym = "FI"
	Hidden            Acronym = "HD"
	Cover             Acronym = "CO"
	Traceable         Acronym = "TC"
	Flashlight        Acronym = "FL"
	Blinds            Acronym = "BL"
	StrictTracking    Acronym = "ST"
	AccuracyChallenge Acronym = "AC"

	TargetPractice   Acronym = "TP"
	DifficultyAdjust Acronym = "DA"
	Classic          Acronym = "CL"
	Random           Acronym = "RD"
	Mirror           Acronym = "MR"
	Alternate        Acronym = "AL"
	SingleTap        Acronym = "SG"
	Swap             Acronym = "SW"
	ConstantSpeed    Acronym = "CS"
	DualStages       Acronym = "DS"
	Invert           Acronym = "IN"
	HoldOff          Acronym = "HO"
	Key1             Acronym = "1K"
	Key2             Acronym = "2K"
	Key3             Acronym = "3K"
	Key4             Acronym = "4K"
	Key5             Acronym = "5K"
	Key6             Acronym = "6K"
	Key7             Acronym = "7K"
	Key8             Acronym = "8K"
	Key9             Acronym = "9K"
	Key10            Acronym = "10K"

	Autoplay  Acronym = "AT"
	Cinema    Acronym = "CN"
	Relax     Acronym = "RX"
	Autopilot Acronym = "AP"
	SpunOut   Acronym = "SO"

	Transform         Acronym = "TR"
	Wiggle            Acronym = "WG"
	SpinIn            Acronym = "SI"
	Grow              Acronym = "GR"
	Deflate           Acronym = "DF"
	WindUp            Acronym = "WU"
	WindDown          Acronym = "WD"
	BarrelRoll        Acronym = "BR"
	ApproachDifferent Acronym = "AD"
	FloatingFruits    Acronym = "FF"
	Muted             Acronym = "MU"
	NoScope           Acronym = "NS"
	MovingFast        Acronym = "MF"
	Magnetised        Acronym = "MG"
	Repel             Acronym = "RP"
	AdaptiveSpeed     Acronym = "AS"
	FreezeFrame       Acronym = "FR"
	Bubbles           Acronym = "BU"
	Synesthesia       Acronym = "SY"
	Depth             Acronym = "DP"
	Bloom             Acronym = "BM"

	TouchDevice Acronym = "TD"
	ScoreV2     Acronym = "SV2"
)

// Keys returns the number of columns that a key mod asks for, 1 to 10, and 0 for any other mod.
func (a Acronym) Keys() int {
	switch {
	case a == Key10:
		return 10
	case len(a) == 2 && a[1] == 'K' && '1' <= a[0] && a[0] <= '9':
		return int(a[0] - '0')
	}
	return 0
}

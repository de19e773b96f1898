package osu

import "fmt"

// Variant tells plays apart that do not compare: those in which the game aims or taps for the player have boards of their own.
// Its numbers are stored.
type Variant uint8

// The variants.
const (
	Vanilla Variant = iota
	Relax
	Autopilot

	// Variants is their number: valid values are below it.
	Variants
)

var variantNames = [Variants]string{"vanilla", "relax", "autopilot"}

// Valid reports whether v is one of the variants.
func (v Variant) Valid() bool { return v < Variants }

// In reports whether the variant exists in a ruleset: there is no relax in mania, and autopilot in osu! alone.
func (v Variant) In(r Ruleset) bool {
	return r.Valid() && (v == Vanilla || v == Relax && r != Mania || v == Autopilot && r == Standard)
}

// String returns vanilla, relax or autopilot.
func (v Variant) String() string {
	if !v.Valid() {
		return fmt.Sprintf("variant(%d)", uint8(v))
	}
	return variantNames[v]
}

// ParseVariant reads what String writes, and the short forms rx and ap.
func ParseVariant(s string) (Variant, error) {
	for v, name := range variantNames {
		if s == name {
			return Variant(v), nil
		}
	}
	switch s {
	case "rx":
		return Relax, nil
	case "ap":
		return Autopilot, nil
	}
	return 0, fmt.Errorf("osu: no variant is called %.32q", s)
}

// Variant returns the variant that mods of stable put a play of ruleset r into. Bits that mean nothing in the ruleset are
// ignored, as the client's are.
func (m Mods) Variant(r Ruleset) Variant {
	switch {
	case m.Has(ModAutopilot) && Autopilot.In(r):
		return Autopilot
	case m.Has(ModRelax) && Relax.In(r):
		return Relax
	}
	return Vanilla
}

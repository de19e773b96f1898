package osu

import "strings"

// Country is an upper-case two-character country code: ISO 3166-1 alpha-2, and the few codes outside it that location
// databases and the client know (EU, OC, A1 anonymous proxy, A2 satellite provider, O1 other). The zero value is [Unknown].
type Country string

// The codes that code, not data, refers to.
const (
	Unknown           Country = ""
	AnonymousProxy    Country = "A1"
	SatelliteProvider Country = "A2" // shown for the bot, so that no country claims it
)

type countryRow struct {
	code Country
	name string
}

var (
	countryIDs   = indexCountryIDs()
	countryNames = indexCountryNames()
)

func indexCountryIDs() map[Country]uint8 {
	ids := make(map[Country]uint8, len(countries))
	for id, row := range countries {
		ids[row.code] = uint8(id)
	}
	return ids
}

func indexCountryNames() map[Country]string {
	names := make(map[Country]string, len(countries)+len(unlisted))
	for _, row := range countries {
		names[row.code] = row.name
	}
	for _, row := range unlisted {
		names[row.code] = row.name
	}
	return names
}

// ParseCountry returns the country with the given code in either case, and [Unknown] when there is none.
func ParseCountry(code string) Country {
	c := Country(strings.ToUpper(code))
	if _, ok := countryNames[c]; !ok {
		return Unknown
	}
	return c
}

// CountryByID returns the country that the stable client knows by id, and [Unknown] for an id without a row.
func CountryByID(id uint8) Country {
	if int(id) >= len(countries) {
		return Unknown
	}
	return countries[id].code
}

// ID returns the number of c in the stable client's own table, 0 (shown as unknown) when it has no row for c.
func (c Country) ID() uint8 { return countryIDs[c] }

// Name returns the English name of c, "Unknown" when there is none.
func (c Country) Name() string {
	if name, ok := countryNames[c]; ok {
		return name
	}
	return countryNames[Unknown]
}

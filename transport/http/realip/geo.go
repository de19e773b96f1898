package realip

import (
	"net/http"
	"strconv"
)

// Geo is where a listed proxy says the client is.
type Geo struct {
	Country     string  // two upper-case letters of ISO 3166, or "" when unknown
	Latitude    float64 // degrees, -90 to 90
	Longitude   float64 // degrees, -180 to 180
	HasPosition bool    // Latitude and Longitude are known
}

// GeoOf reads the headers CF-IPCountry, CF-IPLatitude and CF-IPLongitude, or X-Country-Code, X-Latitude and X-Longitude.
// It returns the zero Geo unless the request came through a listed proxy.
func GeoOf(r *http.Request) Geo {
	if !Trusted(r.Context()) {
		return Geo{}
	}
	for _, names := range [...][3]string{
		{"Cf-Ipcountry", "Cf-Iplatitude", "Cf-Iplongitude"},
		{"X-Country-Code", "X-Latitude", "X-Longitude"},
	} {
		country := r.Header.Get(names[0])
		if !isCountry(country) {
			continue
		}
		geo := Geo{Country: country}
		latitude, okLat := degrees(r.Header.Get(names[1]), 90)
		longitude, okLong := degrees(r.Header.Get(names[2]), 180)
		if okLat && okLong {
			geo.Latitude, geo.Longitude, geo.HasPosition = latitude, longitude, true
		}
		return geo
	}
	return Geo{}
}

// isCountry reports whether code looks like a country. XX is how Cloudflare says unknown; its T1 (Tor) is no letter pair.
func isCountry(code string) bool {
	return len(code) == 2 && 'A' <= code[0] && code[0] <= 'Z' && 'A' <= code[1] && code[1] <= 'Z' && code != "XX"
}

// degrees parses a coordinate within ±limit; NaN fails both comparisons.
func degrees(text string, limit float64) (float64, bool) {
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil && value >= -limit && value <= limit
}

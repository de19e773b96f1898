// Package geoip is the contract of the module that tells where in the world an address is.
//
// The answer is a hint for flags and the world map, never a proof: an address that cannot be placed has the zero Location,
// which is an answer and no error. The country table of the stable client's protocol is in package osu.
package geoip

import (
	"context"
	"net/netip"

	"github.com/pure-peace/peace/modules/fault"
)

// ErrBadAddress says that the address is not valid.
var ErrBadAddress = fault.New(fault.Invalid, "geoip", "bad_address", "not a valid address")

// Service places addresses. It is safe for concurrent use.
type Service interface {
	// Locate returns where the address is. Private, loopback and unknown addresses have the zero Location.
	// ErrBadAddress for the zero Addr.
	Locate(ctx context.Context, address netip.Addr) (Location, error)
}

// Location is a place on the map.
type Location struct {
	Country   string  // ISO 3166-1 alpha-2 in upper case; "" when unknown
	Latitude  float32 // degrees north, -90 to 90
	Longitude float32 // degrees east, -180 to 180
}

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/pure-peace/peace/modules/geoip"
)

var errDamaged = errors.New("the file is damaged")

// mmdb is an open database.
type mmdb struct {
	reader     *maxminddb.Reader
	info       fs.FileInfo // of the file as it was opened
	complained atomic.Bool // whether its damage was logged
}

// openFile opens a database and makes sure that it places addresses.
func openFile(path string) (*mmdb, error) {
	// Before it is opened: should the file change in between, it is opened again, not missed.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a file", path)
	}
	db, err := check(func() (*maxminddb.Reader, error) { return maxminddb.Open(path) })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	db.info = info
	return db, nil
}

// check opens a database and asks it a few questions, so that most damage shows before it is used.
func check(open func() (*maxminddb.Reader, error)) (db *mmdb, err error) {
	defer caught(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	reader, err := open()
	if err != nil {
		return nil, err
	}
	meta := reader.Metadata
	kind := strings.ToLower(meta.DatabaseType)
	switch {
	case meta.BinaryFormatMajorVersion != 2:
		return nil, fmt.Errorf("format version %d is not supported", meta.BinaryFormatMajorVersion)
	case !strings.Contains(kind, "city") && !strings.Contains(kind, "country") && !strings.Contains(kind, "enterprise"):
		return nil, fmt.Errorf("a database of type %.50q does not say in which country an address is", meta.DatabaseType)
	}
	db = &mmdb{reader: reader}
	for _, probe := range []netip.Addr{
		netip.AddrFrom4([4]byte{1, 1, 1, 1}), netip.AddrFrom4([4]byte{128, 0, 0, 1}), netip.AddrFrom4([4]byte{223, 255, 255, 1}),
	} {
		if _, err := db.locate(probe); err != nil {
			return nil, err
		}
	}
	return db, nil
}

// record is the part of an entry that is read.
type record struct {
	Country struct {
		ISOCode string `maxminddb:"iso_code"`
	} `maxminddb:"country"`
	Registered struct {
		ISOCode string `maxminddb:"iso_code"`
	} `maxminddb:"registered_country"`
	Location struct {
		Latitude  float64 `maxminddb:"latitude"`
		Longitude float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

// locate looks an address up. An unknown one has the zero Location. Whatever the file contains, it returns: a mapped file that
// is cut short under our hands would otherwise end the process.
func (db *mmdb) locate(address netip.Addr) (location geoip.Location, err error) {
	defer caught(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if address.Is6() && db.reader.Metadata.IPVersion == 4 {
		return geoip.Location{}, nil
	}
	var r record
	if err := db.reader.Lookup(address).Decode(&r); err != nil {
		return geoip.Location{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	location.Country = r.Country.ISOCode
	if location.Country == "" {
		location.Country = r.Registered.ISOCode // where the network belongs, for want of better
	}
	if !isCountry(location.Country) {
		location.Country = ""
	}
	if lat, lon := r.Location.Latitude, r.Location.Longitude; math.Abs(lat) <= 90 && math.Abs(lon) <= 180 { // no NaN is
		location.Latitude, location.Longitude = float32(lat), float32(lon)
	}
	return location, nil
}

// caught turns a panic into an error.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errDamaged, p)
	}
}

// isCountry reports whether code looks like ISO 3166-1 alpha-2 in upper case.
func isCountry(code string) bool {
	return len(code) == 2 && 'A' <= code[0] && code[0] <= 'Z' && 'A' <= code[1] && code[1] <= 'Z'
}

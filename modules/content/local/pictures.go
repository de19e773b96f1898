package local

import (
	"errors"
	"fmt"
	"time"

	"github.com/pure-peace/peace/modules/content"
)

const (
	maxBackgrounds = 200
	maxBanners     = 50
)

// season is what backgrounds.toml says.
type season struct {
	begins time.Time
	content.Backgrounds
}

// readBackgrounds reads backgrounds.toml.
func readBackgrounds(file string) (season, error) {
	var f struct {
		Begins     any `toml:"begins"`
		Ends       any `toml:"ends"`
		Background []struct {
			URL  string `toml:"url"`
			User int32  `toml:"user"`
		} `toml:"background"`
	}
	if err := decode(file, &f); err != nil {
		return season{}, err
	}
	var s season
	var err error
	if s.begins, err = perhaps(f.Begins); err != nil {
		return season{}, fmt.Errorf("begins: %w", err)
	}
	if s.EndsAt, err = moment(f.Ends); err != nil {
		return season{}, fmt.Errorf("ends: %w", err)
	}
	if len(f.Background) > maxBackgrounds {
		return season{}, fmt.Errorf("it has more than %d backgrounds", maxBackgrounds)
	}
	for i, b := range f.Background {
		if !isLink(b.URL) || b.User < 0 {
			return season{}, fmt.Errorf("background %d needs a url, https://…", i+1)
		}
		s.Images = append(s.Images, content.Background{URL: b.URL, UserID: b.User})
	}
	return s, nil
}

// readMenu reads menu.toml.
func readMenu(file string) ([]content.Banner, error) {
	var f struct {
		Banner []struct {
			Image  string `toml:"image"`
			URL    string `toml:"url"`
			Begins any    `toml:"begins"`
			Ends   any    `toml:"ends"`
		} `toml:"banner"`
	}
	if err := decode(file, &f); err != nil {
		return nil, err
	}
	if len(f.Banner) > maxBanners {
		return nil, fmt.Errorf("it has more than %d banners", maxBanners)
	}
	var banners []content.Banner
	for i, b := range f.Banner {
		if !isLink(b.Image) || !isLink(b.URL) {
			return nil, fmt.Errorf("banner %d needs an image and a url, https://…", i+1)
		}
		begins, err1 := perhaps(b.Begins)
		ends, err2 := perhaps(b.Ends)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("banner %d: %w", i+1, err)
		}
		banners = append(banners, content.Banner{Image: b.Image, URL: b.URL, Begins: begins, Ends: ends})
	}
	return banners, nil
}

// perhaps is moment for a date that may be missing.
func perhaps(date any) (time.Time, error) {
	if date == nil {
		return time.Time{}, nil
	}
	return moment(date)
}

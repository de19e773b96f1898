package local

import (
	"slices"
	"testing"
	"time"
)

func TestChronicle(t *testing.T) {
	var c chronicle
	check := func(day int32, days int, want ...int32) {
		t.Helper()
		if got := c.last(day, days); !slices.Equal(got, want) {
			t.Errorf("%d days up to %d: %v, want %v", days, day, got, want)
		}
	}
	check(100, 3, 0, 0, 0)
	c.write(100, 7, 3)
	check(100, 3, 0, 0, 7)
	c.write(100, 6, 3) // later on the same day
	check(100, 3, 0, 0, 6)
	c.write(101, 5, 3)
	c.write(103, 4, 3) // on a day he was on no board
	check(103, 3, 5, 0, 4)
	check(103, 5, 0, 0, 5, 0, 4)
	check(102, 2, 5, 0)
	check(104, 2, 4, 0)
	check(200, 3, 0, 0, 0)
	if len(c.Ranks) != 12 {
		t.Errorf("%d bytes", len(c.Ranks))
	}
	c.write(200, 1, 4) // more days are kept from now on
	check(200, 4, 0, 0, 0, 1)
	c.write(201, 2, 1)
	check(201, 2, 0, 2)
}

// TestReach has the cases of ppy/osu-queue-score-statistics PerformanceProcessorTests.cs: nothing known, a worse and a better rank.
func TestReach(t *testing.T) {
	at := time.Now()
	for _, c := range []struct {
		before, rank, after int32
	}{{0, 799, 799}, {850, 799, 799}, {150, 799, 150}, {150, 0, 150}, {0, 0, 0}} {
		row := chronicle{Highest: c.before}
		if row.reach(c.rank, at) != (c.before != c.after) || row.Highest != c.after || row.HighestAt.Equal(at) != (c.before != c.after) {
			t.Errorf("%d after %d: %d at %v, want %d", c.rank, c.before, row.Highest, row.HighestAt, c.after)
		}
	}
}

func TestMonths(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2026, 1, 1, 0, 30, 0, 0, time.FixedZone("CET", 3600)),
	} {
		utc := at.UTC()
		if got, want := startOf(monthOf(at)), time.Date(utc.Year(), utc.Month(), 1, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("the month of %v begins %v, want %v", at, got, want)
		}
	}
}

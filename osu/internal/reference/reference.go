// Package reference is osutest under its former name.
package reference

import (
	"io/fs"
	"testing"

	"github.com/pure-peace/peace/osu/osutest"
)

type (
	Source = osutest.Source
	Number = osutest.Number
	State  = osutest.State
	Row    = osutest.Row
)

func Sources(tb testing.TB) []Source                  { return osutest.Sources(tb) }
func Official(tb testing.TB) fs.FS                    { return osutest.Official(tb) }
func OfficialMap(tb testing.TB, md5 string) []byte    { return osutest.OfficialMap(tb, md5) }
func Diff(got, want float64) string                   { return osutest.Diff(got, want) }
func DiffFields(v any, want map[string]Number) string { return osutest.DiffFields(v, want) }

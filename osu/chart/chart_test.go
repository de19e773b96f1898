package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu/chart"
	"github.com/pure-peace/peace/osu/strain"
)

func TestSVGIsWellFormed(t *testing.T) {
	for name, graphs := range map[string][]strain.Graph{
		"none":  nil,
		"empty": {{Skill: "Aim"}},
		"usual": {
			{Skill: "Aim", Times: []float64{0, 500, 90_000}, Objects: []float64{1, 3, 2}},
			{Skill: `<script>"&`, Times: []float64{0}, Objects: []float64{0}},
		},
		"hostile": {{Skill: "Aim", Times: []float64{math.NaN(), math.Inf(1), -1e300, 1e300}, Objects: []float64{1, 2, math.NaN(), math.Inf(1)}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := chart.SVG(&b, "A & B <map>", graphs); err != nil {
				t.Fatal(err)
			}
			d := xml.NewDecoder(strings.NewReader(b.String()))
			texts := ""
			for {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%v in\n%s", err, b.String())
				}
				if c, ok := token.(xml.CharData); ok {
					texts += string(c)
				}
			}
			if !strings.Contains(texts, "A & B <map>") {
				t.Errorf("the title is not shown as it is: %q", texts)
			}
			for _, g := range graphs {
				if !strings.Contains(texts, g.Skill) {
					t.Errorf("%s has no panel", g.Skill)
				}
			}
			if strings.Contains(b.String(), "NaN") {
				t.Error("a coordinate is NaN")
			}
		})
	}
}

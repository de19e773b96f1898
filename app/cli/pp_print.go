package cli

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/pure-peace/peace/osu/score"
)

// title names the beatmap and what was calculated of it.
func (a *answer) title() string {
	s := fmt.Sprintf("%s - %s [%s] (%s)", a.Artist, a.Title, a.Version, a.Creator)
	if len(a.Mods) > 0 {
		s += " +" + a.Mods.String()
	}
	return s
}

// print writes the whole answer for people.
func (a *answer) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n%s, algorithm %d\n\n", a.title(), a.Ruleset.Name(), a.Algorithm)
	for _, v := range a.Difficulty {
		if !v.Null {
			fmt.Fprintf(w, "%s\t%s\n", v.Name, figure(v.Float))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return a.printPlays(out)
}

// printPlays writes a column for each play.
func (a *answer) printPlays(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, cell func(ratedPlay) string) {
		fmt.Fprintf(w, "%s\t", name)
		for _, play := range a.Plays {
			fmt.Fprintf(w, "%s\t", cell(play))
		}
		fmt.Fprintln(w)
	}
	line("play", func(p ratedPlay) string { return p.Name })
	line("accuracy", func(p ratedPlay) string { return fmt.Sprintf("%.2f%%", p.Accuracy*100) })
	line("combo", func(p ratedPlay) string { return fmt.Sprintf("%dx", p.MaxCombo) })
	line("misses", func(p ratedPlay) string { return fmt.Sprint(p.Statistics[score.Miss]) })
	line("pp", func(p ratedPlay) string { return fmt.Sprintf("%.2f", p.pp()) })
	for i, v := range a.Plays[0].Values {
		if v.Name == "pp" {
			continue
		}
		line(v.Name, func(p ratedPlay) string {
			if p.Values[i].Null {
				return "-"
			}
			return figure(p.Values[i].Float)
		})
	}
	return w.Flush()
}

// row writes the answer as a line among many.
func (a *answer) row(w io.Writer) {
	fmt.Fprintf(w, "%.2f★\t%dx\t", a.attributes.Stars(), a.attributes.MaxCombo())
	for _, play := range a.Plays {
		fmt.Fprintf(w, "%.0fpp\t", play.pp())
	}
	fmt.Fprintf(w, "  %s: %s\n", a.Ruleset, a.title())
}

// figure writes a number for people: whole ones whole, others with a few digits.
func figure(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.4f", f)
}

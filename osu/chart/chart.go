// Package chart draws strain graphs as SVG, for pages and for the command line. It draws nothing else.
package chart

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

const (
	width   = 1000 // of the plot, in the units of the drawing
	panel   = 110  // height of one skill's plot
	gap     = 44   // between panels, with the skill's name
	margin  = 24
	heading = 48
)

// palette has colours that can be told apart on white and on black, also by people who do not see all colours.
var palette = [...]string{"#3987e5", "#d95926", "#199e70", "#c98500", "#9085e9", "#d55181"}

// SVG writes a drawing with a panel for each graph under a common time axis. Graphs without objects have empty panels.
func SVG(out io.Writer, title string, graphs []strain.Graph) error {
	w := bufio.NewWriter(out)
	first, last := span(graphs)
	height := heading + len(graphs)*(panel+gap) + margin
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		width+2*margin, height)
	fmt.Fprintf(w, `<style>text{fill:#52514e}.t{font-size:17px;font-weight:600}.g{stroke:#e1e0d9}.b{fill:#fcfcfb}`+
		`@media(prefers-color-scheme:dark){text{fill:#c3c2b7}.g{stroke:#2c2c2a}.b{fill:#1a1a19}}</style>`+"\n")
	fmt.Fprintf(w, `<rect class="b" width="100%%" height="100%%"/>`+"\n")
	fmt.Fprintf(w, `<text class="t" x="%d" y="32">%s</text>`+"\n", margin, html.EscapeString(title))
	for i, g := range graphs {
		draw(w, g, heading+i*(panel+gap)+gap/2, first, last, palette[i%len(palette)])
	}
	axis(w, height-margin/3, len(graphs), first, last)
	fmt.Fprintln(w, "</svg>")
	return w.Flush()
}

// draw writes one panel whose plot begins at y.
func draw(w io.Writer, g strain.Graph, y int, first, last float64, colour string) {
	columns, top := columns(g, first, last)
	fmt.Fprintf(w, `<text x="%d" y="%d">%s <tspan fill-opacity=".7">up to %.4g</tspan></text>`+"\n",
		margin, y-6, html.EscapeString(g.Skill), top)
	bottom := y + panel
	fmt.Fprintf(w, `<path class="g" d="M%d %dh%d"/>`+"\n", margin, bottom, width)
	fmt.Fprintf(w, `<path fill="%s" fill-opacity=".8" d="M%d %d`, colour, margin, bottom)
	for x, value := range columns {
		level := 0.0
		if top > 0 {
			level = value / top * panel
		}
		fmt.Fprintf(w, "L%d %.1fh1", margin+x, float64(bottom)-level)
	}
	fmt.Fprintf(w, `V%dz"/>`+"\n", bottom)
}

// rest is how long, in milliseconds, an object's strain is drawn on when no other follows.
const rest = 1000

// columns returns the highest strain in each unit of the plot's width, and the highest of all. A strain lasts until the next
// object or a rest begins. Those that are not finite count as 0.
func columns(g strain.Graph, first, last float64) (columns [width]float64, top float64) {
	for i, value := range g.Objects {
		if i >= len(g.Times) || math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		until := g.Times[i] + rest
		if i+1 < len(g.Times) {
			until = min(until, g.Times[i+1])
		}
		begin := column(g.Times[i], first, last)
		for x := begin; x <= max(begin, column(until, first, last)-1); x++ {
			columns[x] = max(columns[x], value)
		}
		top = max(top, value)
	}
	return columns, top
}

// column returns where time t is in the plot's width.
func column(t, first, last float64) int {
	if !(t > first) || last <= first {
		return 0
	}
	return int(min((t-first)/(last-first), 1) * (width - 1))
}

// axis writes the times below and thin lines through all panels.
func axis(w io.Writer, y, panels int, first, last float64) {
	const marks = 6
	for i := range marks + 1 {
		x := margin + width*i/marks
		at := max(0, int(first+(last-first)*float64(i)/marks)/1000)
		anchor := "middle"
		switch i {
		case 0:
			anchor = "start"
		case marks:
			anchor = "end"
		}
		fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="%s" font-size="11">%d:%02d</text>`+"\n", x, y, anchor, at/60, at%60)
		for p := range panels {
			top := heading + p*(panel+gap) + gap/2
			fmt.Fprintf(w, `<path class="g" stroke-opacity=".5" d="M%d %dv%d"/>`+"\n", x, top, panel)
		}
	}
}

// span returns the time of the first and the last object in milliseconds.
func span(graphs []strain.Graph) (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, g := range graphs {
		for _, t := range g.Times {
			if !math.IsNaN(t) && !math.IsInf(t, 0) {
				first, last = min(first, t), max(last, t)
			}
		}
	}
	if first > last {
		return 0, 0
	}
	return first, last
}

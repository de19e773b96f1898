package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osz"
)

// many answers for the beatmaps of folders and archives, in their order.
func (c pp) many(ctx context.Context, p *program, q question) error {
	paths, err := c.find(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	if !c.JSON {
		fmt.Fprint(w, "stars\tcombo\t")
		if q.play != nil {
			fmt.Fprint(w, "this play\t")
			if q.passed == 0 {
				fmt.Fprint(w, "if FC\t")
			}
		}
		for _, a := range q.accuracies {
			fmt.Fprintf(w, "%.4g%%\t", a*100)
		}
		fmt.Fprintln(w, "  beatmap")
	}
	encoder := json.NewEncoder(p.stdout)
	failed, done, shown := 0, 0, time.Time{}
	files := 0
	for answers := range inOrder(ctx, c.Jobs, paths, func(path string) []outcome { return q.answers(ctx, path) }) {
		files++
		for _, o := range answers {
			done++
			switch {
			case o.err != nil:
				failed++
				fmt.Fprintf(p.stderr, "\r%s: %v\n", o.path, o.err)
			case c.JSON:
				if err := encoder.Encode(o.answer); err != nil {
					return err
				}
			default:
				o.row(w)
			}
		}
		if now := time.Now(); now.Sub(shown) > time.Second/4 || files == len(paths) {
			shown = now
			fmt.Fprintf(p.stderr, "\r%d of %d files, %d beatmaps ", files, len(paths), done)
		}
	}
	fmt.Fprintln(p.stderr)
	if err := w.Flush(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return errors.New("interrupted")
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d beatmaps could not be calculated", failed, done)
	}
	return nil
}

// outcome is an answer, or why there is none.
type outcome struct {
	*answer
	path string
	err  error
}

// answers answers for a file or for every beatmap of an archive.
func (q question) answers(ctx context.Context, path string) []outcome {
	if !isArchive(path) {
		m, err := readBeatmap(path)
		if err != nil {
			return []outcome{{path: path, err: errors.Unwrap(err)}}
		}
		return []outcome{q.try(ctx, path, m)}
	}
	var out []outcome
	err := readArchive(path, func(f osz.File, err error) {
		name := path + "/" + f.Name
		var m *beatmap.Beatmap
		if err == nil {
			m, err = beatmap.Parse(f.Data)
		}
		if err != nil {
			out = append(out, outcome{path: name, err: err})
			return
		}
		out = append(out, q.try(ctx, name, m))
	})
	if err != nil {
		out = append(out, outcome{path: path, err: err})
	}
	return out
}

func (q question) try(ctx context.Context, path string, m *beatmap.Beatmap) outcome {
	a, err := q.answer(ctx, path, m)
	return outcome{a, path, err}
}

func readArchive(path string, each func(osz.File, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	r, err := osz.NewReader(f, size)
	if err != nil {
		return err
	}
	for file, err := range r.Beatmaps() {
		each(file, err)
	}
	return nil
}

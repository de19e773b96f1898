package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

const (
	maxLine      = 16 << 20 // bytes of one request
	keptBeatmaps = 64       // decoded ones, since tools ask about one beatmap many times in a row
)

// request is a line of --batch.
type request struct {
	ID      json.RawMessage `json:"id"`
	Map     string          `json:"map"`
	Ruleset *osu.Ruleset    `json:"ruleset"` // the beatmap's own when absent
	Mods    json.RawMessage `json:"mods"`    // text, or the API's list
	Scores  []requestScore  `json:"scores"`
}

type requestScore struct {
	Counts      score.Statistics `json:"counts"`
	MaxCombo    *int             `json:"max_combo"` // full when absent
	Accuracy    *float64         `json:"accuracy"`  // calculated when absent
	LegacyTotal *int64           `json:"legacy_total_score"`
}

// response is the line that answers it.
type response struct {
	ID          json.RawMessage     `json:"id,omitempty"`
	Difficulty  difficulty.Values   `json:"difficulty,omitempty"`
	Max         *score.Statistics   `json:"max,omitempty"`
	Performance []difficulty.Values `json:"performance,omitempty"`
	Error       string              `json:"error,omitempty"`
}

// batch answers each line of the input with a line, in the same order.
func (c pp) batch(ctx context.Context, p *program) error {
	in := p.stdin
	if c.Batch != "-" {
		f, err := os.Open(c.Batch)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	maps, err := lru.New[string, *beatmap.Beatmap](keptBeatmaps)
	if err != nil {
		return err
	}
	lines := &lineReader{Scanner: bufio.NewScanner(in)}
	lines.Buffer(nil, maxLine)
	out := bufio.NewWriter(p.stdout)
	for answer := range inOrderOf(ctx, c.Jobs, lines.all(), func(line []byte) []byte { return respond(ctx, line, maps) }) {
		if _, err := out.Write(answer); err != nil {
			return err
		}
		// Whoever waits for each answer before the next question gets it at once.
		if err := out.Flush(); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("a line is longer than %d bytes", maxLine)
	}
	return errors.Join(lines.Err(), ctx.Err())
}

// lineReader yields the lines of an input that are not empty.
type lineReader struct{ *bufio.Scanner }

func (l *lineReader) all() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for l.Scan() {
			if line := bytes.TrimSpace(l.Bytes()); len(line) > 0 && !yield(bytes.Clone(line)) {
				return
			}
		}
	}
}

// respond returns the whole line that answers line.
func respond(ctx context.Context, line []byte, maps *lru.Cache[string, *beatmap.Beatmap]) []byte {
	var r request
	var out response
	err := json.Unmarshal(line, &r)
	if err == nil {
		out, err = r.respond(ctx, maps)
	}
	if err != nil {
		out = response{Error: err.Error()}
	}
	out.ID = r.ID
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		text.Reset()
		_ = encoder.Encode(response{ID: r.ID, Error: err.Error()})
	}
	return text.Bytes()
}

func (r request) respond(ctx context.Context, maps *lru.Cache[string, *beatmap.Beatmap]) (response, error) {
	set, err := r.mods()
	if err != nil {
		return response{}, err
	}
	m, known := maps.Get(r.Map)
	if !known {
		if m, err = readBeatmap(r.Map); err != nil {
			return response{}, err
		}
		maps.Add(r.Map, m)
	}
	ruleset := m.Mode
	if r.Ruleset != nil {
		ruleset = *r.Ruleset
	}
	if err := mods.Exist(ruleset, set); err != nil {
		return response{}, err
	}
	a, err := difficulty.Calculate(ctx, m, ruleset, set)
	if err != nil {
		return response{}, err
	}
	out := response{Difficulty: a.Values(), Max: &a.Max, Performance: make([]difficulty.Values, len(r.Scores))}
	for i, s := range r.Scores {
		play := score.Play{Mods: set, Statistics: s.Counts, MaxCombo: a.MaxCombo(), LegacyTotal: s.LegacyTotal}
		if s.MaxCombo != nil {
			play.MaxCombo = *s.MaxCombo
		}
		if s.Accuracy != nil {
			play.Accuracy = *s.Accuracy
		} else {
			play.Accuracy = a.Accuracy(&play)
		}
		out.Performance[i] = a.Performance(play)
	}
	return out, nil
}

// mods reads the mods in either form.
func (r request) mods() (mods.Set, error) {
	switch {
	case len(r.Mods) == 0 || string(r.Mods) == "null":
		return nil, nil
	case r.Mods[0] == '"':
		var text string
		if err := json.Unmarshal(r.Mods, &text); err != nil {
			return nil, err
		}
		return mods.Parse(text)
	default:
		var set mods.Set
		err := json.Unmarshal(r.Mods, &set)
		return set, err
	}
}

// inOrder is inOrderOf over a slice.
func inOrder[Q, A any](ctx context.Context, workers int, questions []Q, work func(Q) A) iter.Seq[A] {
	return inOrderOf(ctx, workers, func(yield func(Q) bool) {
		for _, q := range questions {
			if !yield(q) {
				return
			}
		}
	}, work)
}

// inOrderOf answers questions on several goroutines and yields the answers in the order of the questions. It is at most four
// times as many questions ahead of the answers that were taken as there are workers, and takes no more once ctx ends.
func inOrderOf[Q, A any](ctx context.Context, workers int, questions iter.Seq[Q], work func(Q) A) iter.Seq[A] {
	return func(yield func(A) bool) {
		ctx, cancel := context.WithCancel(ctx)
		pending := make(chan chan A, 4*workers)
		free := make(chan struct{}, workers)
		go func() {
			defer close(pending)
			for q := range questions {
				answer := make(chan A, 1)
				select {
				case pending <- answer:
				case <-ctx.Done():
					return
				}
				free <- struct{}{}
				go func() {
					answer <- work(q)
					<-free
				}()
			}
		}()
		defer cancel()
		for answer := range pending {
			if !yield(<-answer) {
				return
			}
		}
	}
}

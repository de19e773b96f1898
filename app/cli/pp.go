package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/chart"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// pp calculates difficulty and performance points, without a server.
type pp struct {
	Path []string `arg:"" optional:"" type:"path" help:"Beatmaps: .osu files, .osz archives and folders of both."`

	Ruleset     string         `short:"r" placeholder:"RULESET" help:"Convert to osu, taiko, catch or mania. By default each beatmap's own."`
	Mods        string         `short:"m" placeholder:"MODS" help:"Mods, for example HDDT or HD,DT:speed_change=1.3. CL for a score of stable."`
	Accuracy    []float64      `short:"a" placeholder:"PERCENT" help:"Accuracies to calculate pp for, by default 95, 98, 99 and 100."`
	Misses      int            `placeholder:"N" help:"Misses of those plays."`
	Combo       int            `placeholder:"N" help:"Combo of those plays, by default full."`
	Count       map[string]int `placeholder:"RESULT=N" mapsep:"," help:"The judgements of one play, for example great=500,ok=3,miss=1."`
	Passed      int            `placeholder:"N" help:"The play of --count or --replay stopped after that many objects."`
	Algorithm   string         `enum:"official,relax" default:"official" help:"official, or relax: what private servers make of plays with Relax and Autopilot."`
	LegacyTotal int64          `placeholder:"N" help:"Total score of that play, of stable."`
	Replay      string         `placeholder:"FILE" type:"existingfile" help:"A replay (.osr), whose mods, ruleset and judgements are taken."`

	JSON    bool   `name:"json" help:"Print JSON, one object a beatmap."`
	Strains string `placeholder:"FILE" type:"path" help:"Draw what makes the beatmap hard over its time, as SVG."`
	Batch   string `placeholder:"FILE" help:"Answer requests: a JSON object a line, from FILE or, with -, from standard input."`
	Jobs    int    `short:"j" placeholder:"N" help:"Beatmaps to work on at once, by default one a processor."`
}

// Bounds of the command line's own making.
const (
	maxReplay = 64 << 20 // bytes
	maxFolder = 1_000_000
)

func (c pp) Run(ctx context.Context, p *program) error {
	if c.Jobs < 1 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	if c.Batch != "" {
		return c.batch(ctx, p)
	}
	question, err := c.question()
	if err != nil {
		return err
	}
	if len(c.Path) == 0 {
		return errors.New("name a beatmap, an archive or a folder (or --batch; see peace pp --help)")
	}
	single, err := c.single()
	if err != nil {
		return err
	}
	if single {
		return c.one(ctx, p, question)
	}
	if c.Strains != "" {
		return errors.New("--strains draws one beatmap: name a single .osu file")
	}
	return c.many(ctx, p, question)
}

// single reports whether the paths are one .osu file.
func (c pp) single() (bool, error) {
	info, err := os.Stat(c.Path[0])
	if err != nil {
		return false, err
	}
	return len(c.Path) == 1 && !info.IsDir() && !isArchive(c.Path[0]), nil
}

// question is what is asked of each beatmap.
type question struct {
	ruleset    *osu.Ruleset // nil for the beatmap's own
	mods       mods.Set
	accuracies []float64 // 0 to 1; of plays with the misses and the combo
	misses     int
	combo      int // 0 for full
	passed     int // objects; 0 for all
	relax      bool
	play       *score.Play // its accuracy and combo are -1 when they are to be found out
	playedOn   string      // MD5 of the beatmap of a replay
}

// question reads what the flags ask.
func (c pp) question() (question, error) {
	q := question{misses: c.Misses, combo: c.Combo, passed: c.Passed, relax: c.Algorithm == "relax"}
	var err error
	if q.mods, err = mods.Parse(c.Mods); err != nil {
		return q, err
	}
	if c.Ruleset != "" {
		r, err := osu.ParseRuleset(c.Ruleset)
		if err != nil {
			return q, err
		}
		q.ruleset = &r
	}
	if c.Misses < 0 || c.Combo < 0 || c.Passed < 0 {
		return q, errors.New("misses, combo and passed objects cannot be negative")
	}
	if c.Passed > 0 {
		if c.Replay == "" && len(c.Count) == 0 || len(c.Accuracy) > 0 {
			return q, errors.New("--passed needs the judgements of the play, by --count or --replay, and goes with no --accuracy")
		}
	} else if len(c.Accuracy) == 0 {
		c.Accuracy = []float64{95, 98, 99, 100}
	}
	for _, a := range c.Accuracy {
		if !(a >= 0 && a <= 100) {
			return q, fmt.Errorf("an accuracy is 0 to 100 percent, not %v", a)
		}
		q.accuracies = append(q.accuracies, a/100)
	}
	switch {
	case c.Replay != "":
		return c.replayed(q)
	case len(c.Count) > 0:
		q.play = &score.Play{MaxCombo: cmp.Or(c.Combo, -1), Accuracy: -1}
		for name, n := range c.Count {
			result, err := score.ParseResult(name)
			if err != nil {
				return q, err
			}
			if n < 0 {
				return q, fmt.Errorf("%s: cannot be negative", name)
			}
			q.play.Statistics[result] = int32(min(n, 1<<30))
		}
	}
	if c.LegacyTotal != 0 && q.play != nil {
		q.play.LegacyTotal = &c.LegacyTotal
	}
	return q, nil
}

// replayed takes the play of a replay.
func (c pp) replayed(q question) (question, error) {
	f, err := os.Open(c.Replay)
	if err != nil {
		return q, err
	}
	defer func() { _ = f.Close() }()
	r, err := replay.Decode(f)
	if err != nil {
		return q, fmt.Errorf("%s: %w", c.Replay, err)
	}
	if q.ruleset == nil {
		q.ruleset = &r.Ruleset
	}
	play, err := r.Play()
	if err != nil {
		return q, fmt.Errorf("%s: %w", c.Replay, err)
	}
	if c.Mods == "" {
		q.mods = play.Mods
	}
	play.Accuracy = -1
	q.play, q.playedOn = &play, r.Beatmap
	return q, nil
}

// answer is all there is to say about one beatmap.
type answer struct {
	Path       string            `json:"path"`
	MD5        string            `json:"md5"`
	Artist     string            `json:"artist"`
	Title      string            `json:"title"`
	Creator    string            `json:"creator"`
	Version    string            `json:"version"`
	Ruleset    osu.Ruleset       `json:"ruleset"`
	Mods       mods.Set          `json:"mods"`
	Algorithm  int               `json:"algorithm"`
	Difficulty difficulty.Values `json:"difficulty"`
	Max        score.Statistics  `json:"max"`
	Plays      []ratedPlay       `json:"plays"`

	attributes *difficulty.Attributes
}

// ratedPlay is a play and what it is worth.
type ratedPlay struct {
	Name       string            `json:"name"`
	Accuracy   float64           `json:"accuracy"`
	MaxCombo   int               `json:"max_combo"`
	Statistics score.Statistics  `json:"statistics"`
	Values     difficulty.Values `json:"performance"`
}

func (r ratedPlay) pp() float64 {
	v, _ := r.Values.Get("pp")
	return v
}

// answer calculates.
func (q question) answer(ctx context.Context, path string, m *beatmap.Beatmap) (*answer, error) {
	ruleset := m.Mode
	if q.ruleset != nil {
		ruleset = *q.ruleset
	}
	if err := mods.Exist(ruleset, q.mods); err != nil {
		return nil, err
	}
	a, err := q.calculate(ctx, m, ruleset)
	if err != nil {
		return nil, err
	}
	out := &answer{
		Path: path, MD5: m.MD5, Artist: m.Artist, Title: m.Title, Creator: m.Creator, Version: m.Name,
		Ruleset: ruleset, Mods: q.mods, Algorithm: difficulty.Version(ruleset), Difficulty: a.Values(), Max: a.Max, attributes: a,
	}
	if q.play != nil {
		play := *q.play
		play.Mods = q.mods
		if play.Accuracy < 0 {
			play.Accuracy = a.Accuracy(&play)
		}
		if play.MaxCombo < 0 {
			play.MaxCombo = max(0, a.MaxCombo()-int(play.Statistics[score.Miss]))
		}
		out.add(q, "this play", play)
		if q.passed > 0 {
			return out, nil
		}
		full := play
		full.Statistics = play.Statistics.FullCombo(ruleset, &a.Max)
		full.MaxCombo, full.LegacyTotal = a.MaxCombo(), nil
		full.Accuracy = a.Accuracy(&full)
		out.add(q, "if FC", full)
	}
	for _, accuracy := range q.accuracies {
		play := a.Reach(q.mods, accuracy, q.misses)
		if q.combo > 0 {
			play.MaxCombo = q.combo
		}
		out.add(q, fmt.Sprintf("%.4g%%", accuracy*100), play)
	}
	return out, nil
}

func (q question) calculate(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset) (*difficulty.Attributes, error) {
	set := q.mods
	if q.relax {
		set = difficulty.WithoutRelax(set)
	}
	if q.passed > 0 {
		return difficulty.Passed(ctx, m, r, set, q.passed)
	}
	return difficulty.Calculate(ctx, m, r, set)
}

func (a *answer) add(q question, name string, play score.Play) {
	rated := ratedPlay{Name: name, Accuracy: play.Accuracy, MaxCombo: play.MaxCombo, Statistics: play.Statistics}
	if q.relax {
		rated.Values = a.attributes.PerformanceRelax(play)
	} else {
		rated.Values = a.attributes.Performance(play)
	}
	a.Plays = append(a.Plays, rated)
}

// one answers for a single file, with everything.
func (c pp) one(ctx context.Context, p *program, q question) error {
	m, err := readBeatmap(c.Path[0])
	if err != nil {
		return err
	}
	if q.playedOn != "" && !strings.EqualFold(q.playedOn, m.MD5) {
		fmt.Fprintf(p.stderr, "The replay was played on another beatmap (or another version of this one): %s\n", q.playedOn)
	}
	a, err := q.answer(ctx, c.Path[0], m)
	if err != nil {
		return err
	}
	if c.Strains != "" {
		if err := drawStrains(ctx, c.Strains, m, a); err != nil {
			return err
		}
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(a)
	}
	return a.print(p.stdout)
}

func drawStrains(ctx context.Context, path string, m *beatmap.Beatmap, a *answer) error {
	graphs, err := difficulty.Strains(ctx, m, a.Ruleset, a.Mods)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(chart.SVG(f, a.title(), graphs), f.Close())
}

func readBeatmap(path string) (*beatmap.Beatmap, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	m, err := beatmap.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// find lists the beatmaps and archives below the paths.
func (c pp) find(ctx context.Context) ([]string, error) {
	var found []string
	for _, path := range c.Path {
		err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case !d.IsDir() && (isBeatmap(path) || isArchive(path)):
				found = append(found, path)
			}
			if len(found) > maxFolder {
				return fmt.Errorf("%s has more than %d beatmaps", path, maxFolder)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no beatmap in %s", list(c.Path))
	}
	return found, nil
}

func isBeatmap(path string) bool { return strings.EqualFold(filepath.Ext(path), ".osu") }
func isArchive(path string) bool { return strings.EqualFold(filepath.Ext(path), ".osz") }

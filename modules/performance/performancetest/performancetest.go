// Package performancetest is the conformance suite of the performance contract: whatever passes it may take the module's
// place. The values it expects are those of the official client.
package performancetest

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Known is a beatmap with official values to compare with.
type Known struct {
	File     []byte
	Native   osu.Ruleset // that the beatmap was made for
	Ruleset  osu.Ruleset
	Mods     string // text form
	Stars    float64
	MaxCombo int32
	Max      map[string]int32
	Plays    []KnownPlay
}

// KnownPlay is a play with its official pp.
type KnownPlay struct {
	Play performance.Play
	PP   float64
}

// Subject is what the suite runs against.
type Subject struct {
	Service performance.Service
	Known   []Known // at least one a ruleset
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	t.Run("official values", s.official)
	t.Run("unknown beatmap", s.unknown)
	t.Run("bad requests", s.refusals)
	t.Run("algorithms", s.algorithms)
	t.Run("plays that stop early", s.passed)
	t.Run("strains", s.strains)
	t.Run("recalculate", s.recalculate)
	t.Run("at once", s.atOnce)
}

func (s Subject) target(t *testing.T, k Known) performance.Target {
	t.Helper()
	md5, err := s.Service.Learn(t.Context(), k.File)
	if err != nil {
		t.Fatal(err)
	}
	set, err := mods.Parse(k.Mods)
	if err != nil {
		t.Fatal(err)
	}
	return performance.Target{Beatmap: md5, Ruleset: k.Ruleset, Mods: set}
}

func (s Subject) official(t *testing.T) {
	for _, k := range s.Known {
		target := s.target(t, k)
		for _, when := range []string{"calculated", "remembered"} {
			d, err := s.Service.Difficulty(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if !near(d.Stars, k.Stars) || d.MaxCombo != k.MaxCombo || !near(d.Values["star_rating"], k.Stars) {
				t.Errorf("%s, %s, %s: %v stars and a combo of %d, want %v and %d", k.Ruleset, k.Mods, when, d.Stars, d.MaxCombo, k.Stars, k.MaxCombo)
			}
			if diff := cmp.Diff(k.Max, d.Max); diff != "" {
				t.Errorf("%s, %s: perfect play (-want +got)\n%s", k.Ruleset, k.Mods, diff)
			}
		}
		plays := make([]performance.Play, len(k.Plays))
		for i, p := range k.Plays {
			plays[i] = p.Play
		}
		got, err := s.Service.Performance(t.Context(), target, plays)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range k.Plays {
			if !near(got[i].PP, p.PP) || !near(got[i].Values["pp"], p.PP) {
				t.Errorf("%s, %s, play %d: %vpp, want %v", k.Ruleset, k.Mods, i, got[i].PP, p.PP)
			}
		}
	}
}

func (s Subject) unknown(t *testing.T) {
	for _, md5 := range []string{"", "nonsense", "../../../../etc/passwd", strings.Repeat("0", 32)} {
		_, err := s.Service.Difficulty(t.Context(), performance.Target{Beatmap: md5})
		if !errors.Is(err, performance.ErrUnknownBeatmap) {
			t.Errorf("beatmap %q: %v", md5, err)
		}
	}
}

func (s Subject) refusals(t *testing.T) {
	if _, err := s.Service.Learn(t.Context(), []byte("this is no beatmap")); !errors.Is(err, performance.ErrBadBeatmap) {
		t.Errorf("no beatmap: %v", err)
	}
	if _, err := s.Service.Learn(t.Context(), make([]byte, performance.MaxFile+1)); !errors.Is(err, performance.ErrTooLarge) {
		t.Errorf("a large file: %v", err)
	}
	good := s.target(t, s.Known[0])
	for _, c := range []struct {
		change func(*performance.Target)
		want   error
	}{
		{func(t *performance.Target) { t.Ruleset = 9 }, performance.ErrBadRuleset},
		{func(t *performance.Target) { t.Mods = mods.Of(mods.DualStages) }, performance.ErrBadMods},
		{func(t *performance.Target) { t.Algorithm = "guess" }, performance.ErrUnknownAlgorithm},
	} {
		target := good
		c.change(&target)
		if _, err := s.Service.Difficulty(t.Context(), target); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", target, err, c.want)
		}
	}
	for _, k := range s.Known {
		if k.Native != osu.Mania {
			continue
		}
		target := s.target(t, k)
		target.Ruleset, target.Mods = osu.Standard, nil
		if _, err := s.Service.Difficulty(t.Context(), target); !errors.Is(err, performance.ErrBadRuleset) {
			t.Errorf("a mania beatmap in osu!: %v", err)
		}
	}
	bad := 1.5
	for _, p := range []performance.Play{
		{MaxCombo: -1}, {Statistics: map[string]int32{"great": -1}}, {Statistics: map[string]int32{"superb": 1}}, {Accuracy: &bad},
	} {
		if _, err := s.Service.Performance(t.Context(), good, []performance.Play{p}); !errors.Is(err, performance.ErrBadPlay) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := s.Service.Performance(t.Context(), good, make([]performance.Play, performance.MaxPlays+1)); !errors.Is(err, performance.ErrTooLarge) {
		t.Errorf("too many plays: %v", err)
	}
}

func (s Subject) algorithms(t *testing.T) {
	list, err := s.Service.Algorithms(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	target := s.target(t, s.Known[0])
	for i, a := range list {
		if len(a.Versions) != int(osu.Rulesets) {
			t.Errorf("%s has versions %v", a.Name, a.Versions)
		}
		target.Algorithm = a.Name
		d, err := s.Service.Difficulty(t.Context(), target)
		if err != nil || d.Algorithm != a.Name || d.Version != a.Versions[target.Ruleset] {
			t.Errorf("%s: %s version %d, %v", a.Name, d.Algorithm, d.Version, err)
		}
		if i == 0 {
			target.Algorithm = ""
			if d, err := s.Service.Difficulty(t.Context(), target); err != nil || d.Algorithm != a.Name {
				t.Errorf("%s counts, not %s (%v)", d.Algorithm, a.Name, err)
			}
		}
	}
}

func (s Subject) passed(t *testing.T) {
	for _, k := range s.Known {
		target := s.target(t, k)
		before := 0.0
		for _, passed := range []int32{1, 50, 1 << 30} {
			target.Passed = passed
			d, err := s.Service.Difficulty(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if d.Stars < before || d.MaxCombo > k.MaxCombo {
				t.Errorf("%s: %v stars and a combo of %d after %d objects", k.Ruleset, d.Stars, d.MaxCombo, passed)
			}
			if passed == 1<<30 && !near(d.Stars, k.Stars) {
				t.Errorf("%s: %v stars after all objects, want %v", k.Ruleset, d.Stars, k.Stars)
			}
			if !math.IsNaN(d.Stars) {
				before = d.Stars
			}
		}
		target.Passed = 0
		if d, err := s.Service.Difficulty(t.Context(), target); err != nil || !near(d.Stars, k.Stars) {
			t.Errorf("%s: whole again: %v stars, %v", k.Ruleset, d.Stars, err)
		}
	}
}

func (s Subject) strains(t *testing.T) {
	for _, k := range s.Known {
		strains, err := s.Service.Strains(t.Context(), s.target(t, k))
		if err != nil || len(strains) == 0 {
			t.Fatalf("%s: %d skills, %v", k.Ruleset, len(strains), err)
		}
		for _, g := range strains {
			if g.Skill == "" || len(g.Objects) == 0 || len(g.Objects) != len(g.Times) {
				t.Errorf("%s: skill %q has %d values at %d times", k.Ruleset, g.Skill, len(g.Objects), len(g.Times))
			}
		}
	}
}

func (s Subject) recalculate(t *testing.T) {
	var jobs []performance.Job
	for i, k := range s.Known {
		job := performance.Job{ID: int64(i), Target: s.target(t, k)}
		for _, p := range k.Plays {
			job.Plays = append(job.Plays, p.Play)
		}
		jobs = append(jobs, job)
	}
	lost := performance.Job{ID: -7, Target: performance.Target{Beatmap: strings.Repeat("0", 32)}}
	jobs = append(jobs, lost)
	seen := map[int64]bool{}
	for o, err := range s.Service.Recalculate(t.Context(), jobs) {
		if err != nil {
			t.Fatal(err)
		}
		seen[o.ID] = true
		if o.ID == lost.ID {
			if o.Reason != performance.ErrUnknownBeatmap.Reason || o.Message == "" {
				t.Errorf("a lost beatmap: %+v", o)
			}
			continue
		}
		k := s.Known[o.ID]
		if o.Reason != "" || !near(o.Difficulty.Stars, k.Stars) || len(o.Performance) != len(k.Plays) {
			t.Errorf("job %d: %s %s, %v stars, %d plays", o.ID, o.Reason, o.Message, o.Difficulty.Stars, len(o.Performance))
			continue
		}
		for i, p := range k.Plays {
			if !near(o.Performance[i].PP, p.PP) {
				t.Errorf("job %d, play %d: %vpp, want %v", o.ID, i, o.Performance[i].PP, p.PP)
			}
		}
	}
	if len(seen) != len(jobs) {
		t.Errorf("%d of %d jobs have an outcome", len(seen), len(jobs))
	}
	for _, err := range s.Service.Recalculate(t.Context(), jobs) {
		if err != nil {
			t.Error(err)
		}
		break // whoever has seen enough may leave
	}
	for _, err := range s.Service.Recalculate(t.Context(), make([]performance.Job, performance.MaxJobs+1)) {
		if !errors.Is(err, performance.ErrTooLarge) {
			t.Errorf("too many jobs: %v", err)
		}
	}
}

func (s Subject) atOnce(t *testing.T) {
	target := s.target(t, s.Known[0])
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			d, err := s.Service.Difficulty(t.Context(), target)
			if err != nil || !near(d.Stars, s.Known[0].Stars) {
				t.Errorf("%v stars, %v", d.Stars, err)
			}
		})
	}
	group.Wait()
}

// near is the agreement that is asked of official values: 1e-9.
func near(got, want float64) bool {
	return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want))
}

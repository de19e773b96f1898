package local

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// play is what a submission and a stored score have in common: what the player did.
type play struct {
	client     scores.Client
	md5        string // of the beatmap as it was played
	ruleset    osu.Ruleset
	mods       mods.Set
	got        score.Statistics
	maximum    *score.Statistics // as a lazer client tells
	statistics map[string]int32
	maxCombo   int32
	total      int64 // as the client tells: stable's own, or lazer's standardised one
	passed     bool
}

// worth is what a play comes to on its beatmap: everything about it that a recalculation may change.
type worth struct {
	total, classic int64
	ranked         bool
	pp             *float64
	ratedBy        string
	ratedVersion   int32
}

// accuracy and grade are those that the client of the play shows.
func (p *play) accuracy() float64 {
	if p.client == scores.Stable {
		return p.got.Counts(p.ruleset).Accuracy(p.ruleset, p.mods.Legacy(p.ruleset))
	}
	perfect := p.perfect(0)
	if !p.passed {
		perfect = p.got.Perfect(p.ruleset, 0) // of what was played
	}
	return math.Min(score.Accuracy(p.ruleset, &p.got, &perfect), 1)
}

func (p *play) grade() osu.Grade {
	switch {
	case !p.passed:
		return osu.GradeF
	case p.client == scores.Stable:
		return p.got.Counts(p.ruleset).Grade(p.ruleset, p.mods.Legacy(p.ruleset))
	default:
		return score.Grade(p.ruleset, p.accuracy(), &p.got, score.Silver(p.mods))
	}
}

// perfect returns the judgements of a perfect play; those of a play of stable are padded to the beatmap's greatest combo.
func (p *play) perfect(maxCombo int32) score.Statistics {
	if p.maximum != nil {
		return *p.maximum
	}
	if p.client != scores.Stable {
		maxCombo = 0
	}
	return p.got.Perfect(p.ruleset, int(maxCombo))
}

func (p *play) target() performance.Target {
	return performance.Target{Beatmap: p.md5, Ruleset: p.ruleset, Mods: p.mods}
}

// performance returns the play as the performance module asks for it.
func (p *play) performance() performance.Play {
	out := performance.Play{Statistics: p.statistics, MaxCombo: p.maxCombo}
	if p.client == scores.Stable {
		total := p.total
		out.LegacyTotal = &total
	} else {
		// Judgements do not tell how many ends of sliders there were to hit: the maximum does.
		accuracy := p.accuracy()
		out.Accuracy = &accuracy
	}
	return out
}

// ranked reports whether the play takes part on the beatmap. One of an earlier version of it does not.
func (p *play) ranked(b *beatmaps.Beatmap) bool {
	return p.passed && p.md5 == b.MD5 && b.Status.HasLeaderboard() && rankable(p.client, p.ruleset, p.mods, b.Ruleset != p.ruleset)
}

// fits reports whether the beatmap can be played in the play's ruleset.
func (p *play) fits(b *beatmaps.Beatmap) bool {
	return b.Ruleset == osu.Standard || b.Ruleset == p.ruleset
}

// value puts together what the play is worth. difficulty and pp are nil where the performance module has none to give.
func (p *play) value(b *beatmaps.Beatmap, difficulty *performance.Difficulty, pp *performance.Performance) worth {
	w := worth{ranked: p.ranked(b)}
	w.total, w.classic = p.totals(b, difficulty)
	if difficulty != nil {
		w.ratedBy, w.ratedVersion = difficulty.Algorithm, difficulty.Version
	}
	if w.ranked && b.Status.GivesPerformance() && pp != nil {
		value := pp.PP
		w.pp = &value
	}
	return w
}

// totals returns the standardised total and the one on stable's scale. What cannot be converted is 0.
func (p *play) totals(b *beatmaps.Beatmap, difficulty *performance.Difficulty) (total, classic int64) {
	if p.client == scores.Lazer {
		objects := p.got.Objects()
		if p.maximum != nil {
			objects = p.maximum.Objects()
		}
		return p.total, score.Classic(p.ruleset, p.total, objects)
	}
	if difficulty == nil {
		return 0, p.total
	}
	stable := score.Stable{
		Ruleset: p.ruleset, Mods: p.mods, Statistics: p.got, Perfect: p.perfect(difficulty.MaxCombo),
		MaxCombo: int(p.maxCombo), Total: p.total,
		LegacyMultiplier: legacyMultiplier(p.ruleset, p.mods, b), Multiplier: p.mods.ScoreMultiplier(p.ruleset, mods.Terms{}),
	}
	legacy := difficulty.Legacy
	out, err := stable.Standardise(score.Legacy{
		AccuracyScore: legacy.AccuracyScore, ComboScore: legacy.ComboScore, BonusScore: legacy.BonusScore,
		BonusScoreRatio: legacy.BonusScoreRatio, MaxCombo: int(legacy.MaxCombo),
	})
	if err != nil {
		return 0, p.total
	}
	return out.Total, p.total
}

// legacyMultiplier returns what the mods multiply stable's total by. In mania that depends on how many columns a converted beatmap
// has, for which its metadata are enough.
func legacyMultiplier(r osu.Ruleset, set mods.Set, b *beatmaps.Beatmap) float64 {
	if r != osu.Mania || b.Ruleset == osu.Mania {
		return set.LegacyMultiplier(r)
	}
	m := &beatmap.Beatmap{}
	m.Mode, m.CircleSize, m.OverallDifficulty = b.Ruleset, float32(b.CircleSize), float32(b.Overall)
	objects := min(max(0, int(b.Circles)+int(b.Sliders)+int(b.Spinners)), 100_000)
	m.HitObjects = make([]beatmap.HitObject, objects)
	for i := range m.HitObjects {
		m.HitObjects[i].Kind = beatmap.Circle
		if i >= int(b.Circles) {
			m.HitObjects[i].Kind = beatmap.Slider
		}
	}
	return mania.LegacyMultiplier(m, set)
}

// errUnknown says that the beatmap of a submission is not known.
var errUnknown = errors.New("the beatmap is not known")

// weighed is a submission with everything about it that other modules know.
type weighed struct {
	row     scoreRow // without an id
	beatmap beatmaps.Beatmap
	player  playerRow
}

// weigh asks the other modules about a submission. The error is errUnknown, ErrBadSubmission for one that can never be a score, or
// one that a later attempt may not meet.
func (s *Service) weigh(ctx context.Context, sub *scores.Submission) (*weighed, error) {
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{MD5: sub.BeatmapMD5}})
	if err != nil {
		return nil, fmt.Errorf("beatmap: %w", err)
	}
	if len(found) == 0 {
		return nil, errUnknown
	}
	b := found[0].Beatmap
	p := playOf(sub)
	if !p.fits(&b) {
		return nil, impossible("the beatmap cannot be played in %s", p.ruleset.Name())
	}
	if err := s.begun(ctx, sub, &found[0].Set); err != nil {
		return nil, err
	}
	player, err := s.player(ctx, sub.UserID)
	if err != nil {
		return nil, err
	}
	difficulty, pp, err := s.rate(ctx, p, &b)
	if err != nil {
		return nil, fmt.Errorf("performance: %w", err)
	}
	w := p.value(&b, difficulty, pp)
	doubts := append(sub.Doubts[:len(sub.Doubts):len(sub.Doubts)], p.doubts(sub, difficulty)...)
	return &weighed{beatmap: b, player: player, row: scoreRow{
		Key: sub.Key, UserID: sub.UserID, BeatmapID: b.ID, BeatmapMD5: sub.BeatmapMD5,
		Ruleset: int16(sub.Ruleset), Variant: int16(sub.Mods.Variant(sub.Ruleset)), Client: int16(sub.Client),
		ClientVersion: sub.ClientVersion, Mods: sub.Mods.String(), ModsKey: modsKey(sub.Ruleset, sub.Mods),
		Statistics: *text(nonNil(sub.Statistics), 1), Maximum: text(sub.Maximum, len(sub.Maximum)),
		WithoutMods: sub.TotalWithoutMods, Geki: sub.Geki, Katu: sub.Katu, MaxCombo: sub.MaxCombo, Total: w.total, Classic: w.classic,
		Accuracy: p.accuracy(), Grade: int16(p.grade()), PP: w.pp, RatedBy: w.ratedBy, RatedVersion: w.ratedVersion,
		FullCombo: sub.FullCombo, Passed: sub.Passed, Exited: sub.Exited, Ranked: w.ranked,
		PlayTime: sub.PlayTime.Milliseconds(), EndedAt: sub.EndedAt, Replay: sub.Replay,
		Pauses: text(sub.Pauses, len(sub.Pauses)), Doubts: text(doubts, len(doubts)),
	}}, nil
}

// nonNil returns an empty map for none, which is stored as one.
func nonNil(m map[string]int32) map[string]int32 {
	if m == nil {
		return map[string]int32{}
	}
	return m
}

// playOf returns the play of a submission that was checked.
func playOf(sub *scores.Submission) *play {
	p := &play{
		client: sub.Client, md5: sub.BeatmapMD5, ruleset: sub.Ruleset, mods: sub.Mods, statistics: sub.Statistics, maxCombo: sub.MaxCombo,
		total: sub.Total, passed: sub.Passed,
	}
	p.got, _ = statistics(sub.Statistics)
	if len(sub.Maximum) > 0 {
		maximum, _ := statistics(sub.Maximum)
		p.maximum = &maximum
	}
	return p
}

// doubts returns what does not fit together: whatever an honest client cannot send, but a wrong calculation of ours could make it
// seem to.
func (p *play) doubts(sub *scores.Submission, difficulty *performance.Difficulty) []scores.Doubt {
	var out []scores.Doubt
	if sub.Passed && sub.Grade != osu.GradeNone && sub.Grade != p.grade() {
		out = append(out, scores.Doubt{Kind: "grade_differs", Detail: fmt.Sprintf("%v, should be %v", sub.Grade, p.grade())})
	}
	if p.client == scores.Lazer && sub.Passed {
		out = append(out, p.lazerDoubts(sub)...)
	}
	if difficulty == nil || !sub.Passed {
		return out
	}
	if most := difficulty.MaxCombo; most > 0 && sub.MaxCombo > most {
		out = append(out, scores.Doubt{Kind: "combo_impossible", Detail: fmt.Sprintf("%d of %d", sub.MaxCombo, most)})
	}
	if most, err := statistics(difficulty.Max); err == nil && most.Objects() > 0 && !p.judged(&most) {
		out = append(out, scores.Doubt{
			Kind: "judgements_impossible", Detail: fmt.Sprintf("%d of %d", p.got.Objects(), most.Objects()),
		})
	}
	return out
}

// judged reports whether a play that was passed has as many judgements as a perfect one. Stable judges a hold of mania once, and
// only with ScoreV2 by its head and tail.
func (p *play) judged(most *score.Statistics) bool {
	got, want := p.got.Objects(), most.Objects()
	if p.client == scores.Stable && p.ruleset == osu.Mania {
		return got <= want && got >= want-int(most[score.IgnoreHit])/2
	}
	return got == want
}

// rate asks how hard the beatmap is and, when the play would earn any, for its pp. Both are nil when there is no answer and a later
// attempt would not bring one: the score is kept without, and a recalculation adds what is missing.
func (s *Service) rate(
	ctx context.Context, p *play, b *beatmaps.Beatmap,
) (*performance.Difficulty, *performance.Performance, error) {
	if s.deps.Performance == nil {
		return nil, nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	target := p.target()
	difficulty, err := s.deps.Performance.Difficulty(ctx, target)
	if err != nil {
		return nil, nil, lasting(err)
	}
	if !p.ranked(b) || !b.Status.GivesPerformance() {
		return &difficulty, nil, nil
	}
	pp, err := s.deps.Performance.Performance(ctx, target, []performance.Play{p.performance()})
	if err != nil || len(pp) != 1 {
		return &difficulty, nil, lasting(err)
	}
	return &difficulty, &pp[0], nil
}

// lasting returns nil for the errors of the performance module that will be the same at the next attempt.
func lasting(err error) error {
	if errors.Is(err, performance.ErrTooHard) {
		return nil
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid, fault.Unsupported:
		return nil
	}
	return err
}

// player returns what is known of a player, and asks the users module about a new one.
func (s *Service) player(ctx context.Context, id int32) (playerRow, error) {
	var known []playerRow
	if err := s.db.Reader.NewSelect().Model(&known).Where("user_id = ?", id).Scan(ctx); err != nil {
		return playerRow{}, err
	}
	if len(known) > 0 {
		return known[0], nil
	}
	found, err := s.deps.Users.Get(ctx, []int32{id})
	switch {
	case err != nil:
		return playerRow{}, fmt.Errorf("player: %w", err)
	case len(found) == 0:
		return playerRow{}, impossible("there is no user %d", id)
	}
	return playerRow{UserID: id, Country: found[0].Country, Hidden: found[0].Restricted}, nil
}

// postponed is how long a submission waits after so many attempts.
func postponed(attempts int32, first, last time.Duration) time.Duration {
	return min(first<<min(attempts, 20), last)
}

package local

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// question is what a player wants to know of a beatmap.
type question struct {
	accuracy *float64 // 0 to 1; nil for the usual ones
	misses   int32
	combo    *int32    // nil for the greatest
	mods     *osu.Mods // nil for those of /np
}

// usual are the accuracies that are told when none is asked for.
var usual = []float64{0.90, 0.95, 0.98, 0.99, 1}

// maxNumber bounds misses and combos that are asked for.
const maxNumber = 1_000_000

// ask reads the words of a question in any order: "98%", "3m" or "3miss", "500x", and mods as "+HDDT" or "hddt". Of two words
// that end with an x the smaller is the misses.
func ask(words []string) (question, bool) {
	var q question
	var exes []int32
	missed := false
	for _, word := range words {
		word = strings.ToLower(word)
		digits := strings.TrimRight(word, "abcdefghijklmnopqrstuvwxyz%")
		unit := word[len(digits):]
		switch {
		case digits != "" && (unit == "%" || unit == ""):
			percent, err := strconv.ParseFloat(strings.Replace(digits, ",", ".", 1), 64)
			if err != nil || math.IsNaN(percent) || percent < 0 || percent > 100 || q.accuracy != nil {
				return question{}, false
			}
			percent /= 100
			q.accuracy = &percent
		case digits != "" && (unit == "m" || unit == "miss" || unit == "misses" || unit == "x"):
			n, err := strconv.ParseInt(digits, 10, 32)
			if err != nil || n < 0 || n > maxNumber || unit != "x" && missed {
				return question{}, false
			}
			if unit == "x" {
				exes = append(exes, int32(n))
			} else {
				q.misses, missed = int32(n), true
			}
		default:
			m, err := osu.ParseMods(word)
			if err != nil || q.mods != nil {
				return question{}, false
			}
			q.mods = &m
		}
	}
	switch {
	case len(exes) == 1:
		q.combo = &exes[0]
	case len(exes) == 2 && !missed:
		least, most := min(exes[0], exes[1]), max(exes[0], exes[1])
		q.misses, q.combo = least, &most
	case len(exes) > 1:
		return question{}, false
	}
	return q, true
}

// with answers questions about the beatmap of the last /np.
func (s *Service) with(ctx context.Context, call Call) (bot.Reply, error) {
	q, ok := ask(call.Args)
	if !ok {
		return bot.Reply{}, bot.ErrUsage
	}
	at, err := s.focusOf(ctx, call.User.ID)
	if err != nil {
		return bot.Reply{}, err
	}
	if q.mods != nil {
		at.Mods = *q.mods
		if err := s.focusOn(ctx, call.User.ID, at); err != nil { // the next question is about the same
			return bot.Reply{}, err
		}
	}
	return s.appraise(ctx, at, q)
}

// appraise says what plays of a beatmap are worth.
func (s *Service) appraise(ctx context.Context, at focus, q question) (bot.Reply, error) {
	found, err := s.beatmap(ctx, at.BeatmapID)
	if err != nil {
		return bot.Reply{}, err
	}
	target := performance.Target{Beatmap: found.Beatmap.MD5, Ruleset: found.Beatmap.Ruleset}
	if at.Ruleset != nil && found.Beatmap.Ruleset == osu.Standard { // no others can be converted
		target.Ruleset = *at.Ruleset
	}
	target.Mods = append(mods.FromLegacy(at.Mods, target.Ruleset), mods.Mod{Acronym: mods.Classic})
	difficulty, err := s.deps.Performance.Difficulty(ctx, target)
	if errors.Is(err, performance.ErrUnknownBeatmap) {
		return bot.Reply{}, errNoBeatmap
	}
	if err != nil {
		return bot.Reply{}, err
	}
	perfect, err := score.FromMap(difficulty.Max)
	if err != nil {
		return bot.Reply{}, err
	}
	accuracies := usual
	if q.accuracy != nil {
		accuracies = []float64{*q.accuracy}
	}
	combo := max(0, difficulty.MaxCombo-q.misses)
	if q.combo != nil {
		combo = min(*q.combo, difficulty.MaxCombo)
	}
	var plays []performance.Play
	for _, accuracy := range accuracies {
		likely := score.Reach(target.Ruleset, &perfect, score.Target{Accuracy: accuracy, Misses: int(q.misses), Classic: true})
		plays = append(plays, performance.Play{Statistics: likely.Map(), MaxCombo: combo})
	}
	worth, err := s.deps.Performance.Performance(ctx, target, plays)
	if err != nil {
		return bot.Reply{}, err
	}
	var parts []string
	for i := range min(len(accuracies), len(worth)) {
		parts = append(parts, fmt.Sprintf("%s%%: %.2fpp", percent(accuracies[i]), worth[i].PP))
	}
	line := strings.Join(parts, " | ")
	if q != (question{}) { // say what was understood
		line = fmt.Sprintf("%s%s %.2f stars, %dx/%dx, %d miss | %s", s.link(&found), modSuffix(at.Mods),
			difficulty.Stars, combo, difficulty.MaxCombo, q.misses, line)
	}
	return say(line)
}

// percent writes an accuracy with as many decimals as it needs, two at most.
func percent(accuracy float64) string {
	return strconv.FormatFloat(math.Round(accuracy*1e4)/100, 'f', -1, 64)
}

// modSuffix writes mods as they follow a title, nothing for none.
func modSuffix(m osu.Mods) string {
	if m == 0 {
		return ""
	}
	return " +" + m.String()
}

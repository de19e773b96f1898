package local

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// topScores is how many scores !top lists.
const topScores = 5

// playCommands are those about beatmaps and scores, as far as the modules that they need are on.
func (s *Service) playCommands() []Command {
	var list []Command
	if s.deps.Beatmaps != nil {
		list = append(list, Command{
			Name: "map", Aliases: []string{"maplink", "beatmap"}, Args: "[id]", Summary: "Shows a beatmap, or that of your last /np.", Do: s.mapInfo,
		})
	}
	if s.deps.Beatmaps != nil && s.deps.Performance != nil {
		list = append(list, Command{
			Name: "with", Aliases: []string{"pp"}, Args: "[accuracy%] [misses m] [combo x] [+mods]",
			Summary: "Tells what a play of the beatmap of your last /np is worth.", Do: s.with,
		})
	}
	if s.deps.Beatmaps != nil && s.deps.Scores != nil {
		list = append(list,
			Command{
				Name: "last", Aliases: []string{"recent", "rs", "r"}, Args: "[user] [ruleset] [rx|ap]",
				Summary: "Shows the latest play of a player.", Do: s.last,
			},
			Command{
				Name: "top", Aliases: []string{"best"}, Args: "[user] [ruleset] [rx|ap]",
				Summary: "Lists the best scores of a player.", Do: s.top,
			})
	}
	return list
}

// mapInfo shows a beatmap.
func (s *Service) mapInfo(ctx context.Context, call Call) (bot.Reply, error) {
	at := focus{}
	if word := call.Arg(0); word != "" {
		id, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 32)
		if err != nil || id <= 0 {
			return bot.Reply{}, bot.ErrUsage
		}
		at.BeatmapID = int32(id)
	} else {
		var err error
		if at, err = s.focusOf(ctx, call.User.ID); err != nil {
			return bot.Reply{}, err
		}
	}
	found, err := s.beatmap(ctx, at.BeatmapID)
	if err != nil {
		return bot.Reply{}, err
	}
	if err := s.focusOn(ctx, call.User.ID, at); err != nil { // so that !with is about it
		return bot.Reply{}, err
	}
	b := &found.Beatmap
	length := b.Length.Round(time.Second)
	line := fmt.Sprintf("%s by %s (%s, %s) | %.2f stars | %d:%02d | %s BPM | CS %s AR %s OD %s HP %s", s.link(&found), found.Set.Creator,
		b.Ruleset.Name(), b.Status, b.Stars, int(length.Minutes()), int(length.Seconds())%60, short(b.BPM), short(b.CircleSize),
		short(b.Approach), short(b.Overall), short(b.HealthDrain))
	if b.MaxCombo > 0 {
		line += fmt.Sprintf(" | %dx", b.MaxCombo)
	}
	return say(line)
}

// short writes a number with one decimal when it needs one.
func short(f float64) string { return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0") }

// subject is whose scores a command is about, and which of them.
type subject struct {
	user  users.User
	board rankings.Board
}

// subjectOf reads the arguments of a command: a name, a ruleset and a variant, each of which may be missing.
func (s *Service) subjectOf(ctx context.Context, call Call) (subject, error) {
	words := call.Args
	var ruleset *osu.Ruleset
	var variant *osu.Variant
	for len(words) > 0 {
		word := strings.ToLower(words[len(words)-1])
		if r, err := osu.ParseRuleset(word); err == nil && ruleset == nil {
			ruleset = &r
		} else if v, err := osu.ParseVariant(word); err == nil && variant == nil {
			variant = &v
		} else {
			break
		}
		words = words[:len(words)-1]
	}
	target := call.User
	if len(words) > 0 {
		var err error
		if target, err = s.visibleTo(ctx, call.User, strings.Join(words, " ")); err != nil {
			return subject{}, err
		}
	}
	board, err := s.boardOf(ctx, target)
	if err != nil {
		return subject{}, err
	}
	if ruleset != nil && *ruleset != board.Ruleset {
		board = rankings.Board{Ruleset: *ruleset}
	}
	if variant != nil {
		board.Variant = *variant
	}
	if !board.Variant.In(board.Ruleset) {
		return subject{}, bot.ErrUsage
	}
	return subject{target, board}, nil
}

// boardOf returns what a player plays now, or what he plays usually.
func (s *Service) boardOf(ctx context.Context, user users.User) (rankings.Board, error) {
	online, err := s.deps.Sessions.Of(ctx, []int32{user.ID})
	if err != nil {
		return rankings.Board{}, err
	}
	for _, session := range online {
		if session.Kind == sessions.Stable || session.Kind == sessions.Lazer {
			status := session.Status
			return rankings.Board{Ruleset: status.Ruleset, Variant: status.Mods.Variant(status.Ruleset)}, nil
		}
	}
	return rankings.Board{Ruleset: user.Ruleset}, nil
}

// title names whose scores they are.
func (s subject) title() string {
	text := s.user.Name + " in " + s.board.Ruleset.Name()
	if s.board.Variant != osu.Vanilla {
		text += " (" + s.board.Variant.String() + ")"
	}
	return text
}

func (s *Service) last(ctx context.Context, call Call) (bot.Reply, error) {
	of, err := s.subjectOf(ctx, call)
	if err != nil {
		return bot.Reply{}, err
	}
	lines, _, err := s.list(ctx, of, scores.List{Kind: scores.Recent, Failed: true, Limit: 1}, call.At)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(lines) == 0 {
		return say("There are no plays of " + of.title() + ".")
	}
	return say(lines...)
}

func (s *Service) top(ctx context.Context, call Call) (bot.Reply, error) {
	of, err := s.subjectOf(ctx, call)
	if err != nil {
		return bot.Reply{}, err
	}
	lines, total, err := s.list(ctx, of, scores.List{Kind: scores.Best, Limit: topScores}, call.At)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(lines) == 0 {
		return say("There are no ranked scores of " + of.title() + ".")
	}
	reply := bot.Reply{Lines: []string{fmt.Sprintf("Best of %d scores of %s:", total, of.title())}}
	for i, line := range lines {
		reply.Lines = append(reply.Lines, fmt.Sprintf("%d. %s", i+1, line))
	}
	return reply, nil
}

// list writes a line for each score of a list.
func (s *Service) list(ctx context.Context, of subject, list scores.List, now time.Time) (lines []string, total int, err error) {
	list.UserID, list.Ruleset, list.Variant = of.user.ID, of.board.Ruleset, of.board.Variant
	listing, err := s.deps.Scores.Of(ctx, list)
	if err != nil || len(listing.Scores) == 0 {
		return nil, 0, err
	}
	keys := make([]beatmaps.Key, len(listing.Scores))
	for i := range listing.Scores {
		keys[i].ID = listing.Scores[i].BeatmapID
	}
	found, err := s.deps.Beatmaps.Beatmaps(ctx, keys)
	if err != nil {
		return nil, 0, err
	}
	known := make(map[int32]*beatmaps.Found, len(found))
	for i := range found {
		known[found[i].Key.ID] = &found[i]
	}
	for i := range listing.Scores {
		lines = append(lines, s.describe(&listing.Scores[i], known[listing.Scores[i].BeatmapID], now))
	}
	return lines, listing.Total, nil
}

// describe writes a score in one line.
func (s *Service) describe(play *scores.Score, found *beatmaps.Found, now time.Time) string {
	var b strings.Builder
	if found != nil {
		b.WriteString(s.link(found))
	} else {
		fmt.Fprintf(&b, "[%s%d a beatmap]", s.beatmapURL(), play.BeatmapID)
	}
	fmt.Fprintf(&b, "%s %s %.2f%% %s", modSuffix(play.Mods.Legacy(play.Ruleset)), play.Grade, 100*play.Accuracy, thousands(play.Classic))
	fmt.Fprintf(&b, " %dx", play.MaxCombo)
	if found != nil && found.Beatmap.MaxCombo > 0 && found.Beatmap.Ruleset == play.Ruleset {
		fmt.Fprintf(&b, "/%dx", found.Beatmap.MaxCombo)
	}
	if misses := play.Statistics["miss"]; misses > 0 {
		fmt.Fprintf(&b, " %d miss", misses)
	}
	if play.PP != nil {
		fmt.Fprintf(&b, " | %.2fpp", *play.PP)
	}
	b.WriteString(" | " + ago(now.Sub(play.EndedAt)))
	return b.String()
}

// ago writes how long something is past, in its greatest unit.
func ago(d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		switch n := d / unit.size; {
		case n == 1:
			return "1 " + unit.name + " ago"
		case n > 1:
			return fmt.Sprintf("%d %ss ago", n, unit.name)
		}
	}
	return "just now"
}

// link writes a beatmap as a link that the client shows by its title.
func (s *Service) link(found *beatmaps.Found) string {
	return fmt.Sprintf("[%s%d %s - %s [%s]]", s.beatmapURL(), found.Beatmap.ID, found.Set.Artist, found.Set.Title, found.Beatmap.Name)
}

// beatmapURL is the address of beatmaps' pages, to which the id is added.
func (s *Service) beatmapURL() string {
	switch {
	case s.config.BeatmapURL != "":
		return s.config.BeatmapURL
	case s.deps.Domain != "":
		return "https://osu." + s.deps.Domain + "/b/"
	}
	return "https://osu.ppy.sh/b/"
}

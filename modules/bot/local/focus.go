package local

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/nowplaying"
)

// focusSpace is the state space of the beatmaps that players talk about, by user: the next command may come to another process.
const focusSpace = "bot.focus"

// focusTime is how long a beatmap is talked about. Source: osuAkatsuki/bancho.py app/api/domains/cho.py.
const focusTime = 5 * time.Minute

// focus is the beatmap that a player talks about.
type focus struct {
	BeatmapID int32        `json:"beatmap"`
	Ruleset   *osu.Ruleset `json:"ruleset,omitempty"` // nil for the beatmap's own
	Mods      osu.Mods     `json:"mods,omitempty"`
}

// errNoFocus and errNoBeatmap are shown to players.
var (
	errNoFocus   = fault.New(fault.Precondition, "bot", "no_focus", "Type /np first, so that I know which beatmap you mean.")
	errNoBeatmap = fault.New(fault.NotFound, "bot", "no_beatmap", "Sorry, I do not know that beatmap. If it is new here, ask again in a minute.")
)

// notice takes what a player says with /np, and answers it in private with what the beatmap is worth.
func (s *Service) notice(ctx context.Context, userID int32, channel, text string) (bot.Reply, error) {
	playing, ok := nowplaying.Parse(text)
	if !ok || s.deps.Beatmaps == nil {
		return bot.Reply{}, nil
	}
	at := focus{BeatmapID: playing.BeatmapID, Mods: playing.Mods}
	if playing.Told {
		at.Ruleset = &playing.Ruleset
	}
	if err := s.focusOn(ctx, userID, at); err != nil {
		return bot.Reply{}, err
	}
	if channel != "" || s.deps.Performance == nil {
		return bot.Reply{}, nil
	}
	return s.appraise(ctx, at, question{})
}

// focusOn remembers what a player talks about.
func (s *Service) focusOn(ctx context.Context, userID int32, at focus) error {
	value, err := json.Marshal(at)
	if err != nil {
		return err
	}
	_, err = s.deps.State.Apply(ctx, []state.Change{{Put: &state.Put{
		Space: focusSpace, Key: strconv.Itoa(int(userID)), Value: value, TTL: focusTime,
	}}})
	return err
}

// focusOf returns what a player talks about. errNoFocus.
func (s *Service) focusOf(ctx context.Context, userID int32) (focus, error) {
	found, err := s.deps.State.Get(ctx, focusSpace, []string{strconv.Itoa(int(userID))})
	if err != nil {
		return focus{}, err
	}
	var at focus
	if len(found) == 0 || json.Unmarshal(found[0].Value, &at) != nil {
		return focus{}, errNoFocus
	}
	return at, nil
}

// beatmap looks a beatmap up. errNoBeatmap.
func (s *Service) beatmap(ctx context.Context, id int32) (beatmaps.Found, error) {
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: id}})
	if err != nil {
		return beatmaps.Found{}, err
	}
	if len(found) == 0 {
		return beatmaps.Found{}, errNoBeatmap
	}
	return found[0], nil
}

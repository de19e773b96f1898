package local

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Bounds of what a client says.
const (
	maxMods    = 16 << 10 // bytes of the mods of a play as they are stored
	maxMaximum = 64
	maxClients = 8 // clients of a user that play without a token
)

// client reports whether a client has a name that can be a key.
func client(name string) bool {
	return name != "" && len(name) <= spectator.MaxClient && utf8.ValidString(name)
}

func checkPlay(p *spectator.Play) error {
	stored, err := json.Marshal(p.Mods)
	if err == nil {
		err = json.Unmarshal(stored, new(mods.Set)) // what cannot be read again would make the player's record unreadable
	}
	switch {
	case p.Player.UserID <= 0, !client(p.Player.Client), p.Player.Token < 0,
		p.Format != spectator.Stable && p.Format != spectator.Lazer, p.State < spectator.Idle || p.State > spectator.Quit,
		len(p.BeatmapMD5) > 32 || !utf8.ValidString(p.BeatmapMD5), err != nil, len(stored) > maxMods, len(p.Maximum) > maxMaximum:
		return spectator.ErrBadPlay
	}
	for name := range p.Maximum {
		if len(name) > maxMaximum || !utf8.ValidString(name) {
			return spectator.ErrBadPlay
		}
	}
	return nil
}

// find returns the index of a player's play, -1 when there is none. A play with a token is known by it, whichever client says so.
func (r *roster) find(p spectator.Player) int {
	return slices.IndexFunc(r.Plays, func(e *entry) bool {
		return e.Play.Player.Token == p.Token && (p.Token != 0 || e.Play.Player.Client == p.Client)
	})
}

// shown returns the play that watchers see, nil when there is none.
func (r *roster) shown() *entry {
	if i := slices.IndexFunc(r.Plays, func(e *entry) bool { return e.Shown }); i >= 0 {
		return r.Plays[i]
	}
	return nil
}

// begin puts a play at the end, in the place of what it takes up again or of what its client played without a token, and returns the
// plays with a token that had to make room. It is the one that is shown, if it may be.
func (r *roster) begin(e *entry) (ended []*entry) {
	if i := r.find(e.Play.Player); i >= 0 {
		if e.Play.Player.Token != 0 {
			e.Play.BeganAt, e.Kept = r.Plays[i].Play.BeganAt, r.Plays[i].Kept
		}
		r.Plays = slices.Delete(r.Plays, i, i+1)
	}
	for _, other := range r.Plays {
		other.Shown = false
	}
	e.Shown = e.Known
	r.Plays = append(r.Plays, e)
	ended = r.evict(func(e *entry) bool { return e.Play.Player.Token != 0 }, spectator.MaxTokens)
	r.evict(func(e *entry) bool { return e.Play.Player.Token == 0 }, maxClients)
	return ended
}

// evict takes the oldest of those plays out that are more than most.
func (r *roster) evict(of func(*entry) bool, most int) (gone []*entry) {
	count := 0
	for _, e := range r.Plays {
		if of(e) {
			count++
		}
	}
	r.Plays = slices.DeleteFunc(r.Plays, func(e *entry) bool {
		if count <= most || !of(e) {
			return false
		}
		count--
		gone = append(gone, e)
		return true
	})
	return gone
}

// Begin implements spectator.Service.
func (s *Service) Begin(ctx context.Context, play spectator.Play) error {
	ended, err := s.begin(ctx, play)
	if err != nil {
		return err
	}
	s.live.forget(play.Player)
	for _, old := range ended {
		s.live.forget(old.Play.Player)
		s.jobs.rouse()
	}
	return nil
}

// begin begins a play, and returns those that had to end for it.
func (s *Service) begin(ctx context.Context, play spectator.Play) (ended []*entry, err error) {
	if err := checkPlay(&play); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	play.BeganAt, play.State = now, spectator.Playing
	known, err := s.identify(ctx, &play)
	if err != nil {
		return nil, err
	}
	kept := play.Player.Token != 0 && s.deps.Scores != nil && s.deps.Files != nil
	if kept {
		spent, _, err := read[job](ctx, s, jobKey(play.Player.UserID, play.Player.Token))
		if err != nil {
			return nil, err
		}
		kept = spent == nil // of a play that has ended already, watchers may see more, but its replay is done
	}
	if known && play.Format == spectator.Lazer {
		s.showStatus(ctx, &play)
	}
	return ended, s.change(ctx, play.Player.UserID, func(r *roster) ([]state.Change, error) {
		e := &entry{Play: play, Known: known, Kept: kept, SeenAt: now}
		ended = r.begin(e)
		var also []state.Change
		for _, old := range ended {
			also = append(also, s.ended(old, now)...)
		}
		if known {
			also = append(also, tellWatchers(&e.Play, spectatorpb.FromBegan(spectator.Began{Play: e.Play}))...)
		}
		return also, nil
	})
}

// identify finds out what is played, and reports whether watchers may see it: when the beatmap and the ruleset are known here and
// the player is not restricted. What a token says counts more than what the client does.
func (s *Service) identify(ctx context.Context, play *spectator.Play) (known bool, err error) {
	if play.Player.Token != 0 && s.deps.Scores != nil {
		token, err := s.deps.Scores.Token(ctx, play.Player.Token)
		switch {
		case errors.Is(err, scores.ErrNoToken), err == nil && token.UserID != play.Player.UserID:
			return false, spectator.ErrBadToken
		case err != nil:
			// An error would cost the player his replay. Whose the token is, its score will tell.
			s.log.LogAttrs(ctx, slog.LevelWarn, "a score token is not checked", slog.Int64("token", play.Player.Token), slog.Any("error", err))
		default:
			play.BeatmapID, play.BeatmapMD5, play.Ruleset = token.BeatmapID, token.BeatmapMD5, token.Ruleset
		}
	}
	if play.BeatmapMD5 == "" && play.BeatmapID > 0 {
		found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: play.BeatmapID}})
		if err != nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "a beatmap that is played is not looked up", slog.Any("error", err))
		}
		if len(found) > 0 {
			play.BeatmapMD5 = found[0].Beatmap.MD5
		}
	}
	if play.BeatmapMD5 == "" || !play.Ruleset.Valid() {
		return false, nil
	}
	accounts, err := s.deps.Users.Get(ctx, []int32{play.Player.UserID})
	return len(accounts) == 1 && !accounts[0].Restricted, err
}

// showStatus writes what a lazer player plays into the status of his session, so that other clients, and stable watchers most of
// all, know the beatmap and the mods. His client has said before in its own words what he does. A play goes on without it.
func (s *Service) showStatus(ctx context.Context, play *spectator.Play) {
	list, err := s.deps.Sessions.Of(ctx, []int32{play.Player.UserID})
	for i := range list {
		if list[i].Kind != sessions.Lazer || list[i].Instance != play.Player.Client {
			continue
		}
		status := list[i].Status
		if status.Action != osu.ActionMultiplaying {
			status.Action = osu.ActionPlaying
		}
		status.BeatmapMD5, status.BeatmapID = play.BeatmapMD5, max(0, play.BeatmapID)
		status.Mods, status.Ruleset = play.Mods.Legacy(play.Ruleset), play.Ruleset
		_, err = s.deps.Sessions.Update(ctx, list[i].ID, sessions.Update{Status: &status})
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelDebug, "the status of a player is not what he plays", slog.Any("error", err))
	}
}

// End implements spectator.Service.
func (s *Service) End(ctx context.Context, player spectator.Player, final spectator.State) error {
	if final < spectator.Idle || final > spectator.Quit || player.Token < 0 {
		return spectator.ErrBadPlay
	}
	defer s.live.forget(player)
	return s.end(ctx, player, final, s.live.next(player), nil)
}

// end ends a play, unless still says otherwise of it (nil: never).
func (s *Service) end(
	ctx context.Context, player spectator.Player, final spectator.State, sequence int32, still func(*entry) bool,
) error {
	if final == spectator.Playing {
		final = spectator.Quit
	}
	closed, err := s.closeChunks(ctx, player)
	if err != nil {
		return err
	}
	err = s.change(ctx, player.UserID, func(r *roster) ([]state.Change, error) {
		i := r.find(player)
		if i < 0 {
			return nil, spectator.ErrNotPlaying
		}
		e := r.Plays[i]
		if still != nil && still(e) {
			return nil, errUnchanged
		}
		r.Plays = slices.Delete(r.Plays, i, i+1)
		e.Play.State = final
		also := slices.Concat(closed, s.ended(e, time.Now().UTC()))
		if e.Shown {
			finished := spectator.Finished{Play: e.Play, Sequence: sequence}
			also = append(also, tellWatchers(&e.Play, spectatorpb.FromFinished(finished))...)
		}
		return also, nil
	})
	if err == nil && player.Token != 0 {
		s.jobs.rouse()
	}
	return err
}

// ended returns the changes that make a job of a play whose frames are kept. The item in its mailbox is there to be durable, and with it what
// was written before.
func (s *Service) ended(e *entry, now time.Time) []state.Change {
	p := e.Play.Player
	if !e.Kept {
		return nil
	}
	key := jobKey(p.UserID, p.Token)
	return []state.Change{
		{Put: &state.Put{Space: Space, Key: key, Value: encode(job{Play: e.Play, EndedAt: now}), AddTags: []string{jobTag}}},
		{Append: &state.Append{Space: Space, Keys: []string{key}, Item: []byte{1}, Durable: true}},
	}
}

// Drop implements spectator.Service.
func (s *Service) Drop(ctx context.Context, userID int32, name string) error {
	if !client(name) {
		return nil
	}
	var gone []spectator.Player
	err := s.change(ctx, userID, func(r *roster) ([]state.Change, error) {
		gone = gone[:0]
		var also []state.Change
		now := time.Now().UTC()
		r.Plays = slices.DeleteFunc(r.Plays, func(e *entry) bool {
			if e.Play.Player.Client != name || !e.DroppedAt.IsZero() {
				return false
			}
			gone = append(gone, e.Play.Player)
			if e.Shown {
				told := e.Play
				told.State = spectator.Quit
				finished := spectator.Finished{Play: told, Sequence: s.live.next(told.Player)}
				also = append(also, tellWatchers(&told, spectatorpb.FromFinished(finished))...)
			}
			e.Shown, e.DroppedAt = false, now
			return e.Play.Player.Token == 0
		})
		if len(gone) == 0 {
			return nil, errUnchanged
		}
		return also, nil
	})
	if err != nil {
		return err
	}
	for _, p := range gone {
		s.live.forget(p)
	}
	return s.unwatchAll(ctx, userID, name)
}

// Playing implements spectator.Service.
func (s *Service) Playing(ctx context.Context, userIDs []int32) ([]spectator.Play, error) {
	if len(userIDs) > state.MaxPage {
		return nil, spectator.ErrTooLarge
	}
	if len(userIDs) == 0 {
		return nil, nil
	}
	keys := make([]string, len(userIDs))
	for i, id := range userIDs {
		keys[i] = rosterKey(id)
	}
	records, err := s.deps.State.Get(ctx, Space, keys)
	if err != nil {
		return nil, err
	}
	var plays []spectator.Play
	for _, record := range records {
		r, err := decode[roster](record)
		if err != nil {
			return nil, err
		}
		if e := r.shown(); e != nil {
			plays = append(plays, e.Play)
		}
	}
	return plays, nil
}

// tellWatchers returns the changes that tell of a play. Stable watchers see for themselves what a stable player does: it is in his
// frames.
func tellWatchers(play *spectator.Play, event proto.Message) []state.Change {
	item := wire.Pack(event)
	changes := []state.Change{{Publish: &state.Publish{Topic: spectator.TopicOf(play.Player.UserID), Payload: item}}}
	if play.Format == spectator.Lazer {
		changes = append(changes, toOutboxes(play.Player.UserID, item))
	}
	return changes
}

// toOutboxes is the change that puts an event into the outboxes of a player's stable watchers.
func toOutboxes(userID int32, item []byte) state.Change {
	return state.Change{Append: &state.Append{Space: sessions.Space, Tags: []string{spectator.WatchTag(userID)}, Item: item}}
}

package local

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/relay"
)

// maxFellows bounds those who watch with a player of whom he is told at once, which is more than his screen shows.
const maxFellows = 500

// startSpectating begins to watch a player in the place of those whom the client watches. Naming the same one again says that his
// beatmap has been downloaded. Tournament clients have nobody to watch now and then, and say so with -1.
func (s *Service) startSpectating(ctx context.Context, a *answer, p packets.StartSpectating) error {
	target := int32(p)
	if s.spectator == nil || target <= 0 || target == users.BotID || target == a.session.User.ID {
		return errIgnored
	}
	if s.watches.take(a.session.ID, 1, watchRate, watchBurst, time.Now()) == 0 {
		return errFlood
	}
	watched, err := s.watched(ctx, a)
	if err != nil {
		return err
	}
	again := false
	for _, id := range watched {
		if again = again || id == target; id != target {
			if err := s.spectator.Unwatch(ctx, a.session.User.ID, a.session.ID, id); err != nil {
				return err
			}
		}
	}
	play, err := s.spectator.Watch(ctx, spectator.Watcher{
		UserID: a.session.User.ID, Name: a.session.User.Name, Client: a.session.ID, Format: spectator.Stable,
	}, target)
	switch {
	case errors.Is(err, spectator.ErrNobody), errors.Is(err, spectator.ErrTooMany):
		return errIgnored
	case errors.Is(err, spectator.ErrRestricted):
		a.notify(restrictedText)
		return nil
	case err != nil:
		return err
	}
	if !again {
		if err := s.tellFellows(ctx, a, target); err != nil {
			return err
		}
	}
	if play == nil || play.Format != spectator.Lazer {
		return nil // a stable player's frames say what he plays
	}
	return s.showPlay(ctx, a, play)
}

// tellFellows tells who watches the same player.
func (s *Service) tellFellows(ctx context.Context, a *answer, target int32) error {
	fellows, err := s.spectator.Watchers(ctx, target)
	if err != nil {
		return err
	}
	for _, w := range fellows[:min(len(fellows), maxFellows)] {
		if w.UserID != a.session.User.ID && !a.full() {
			a.send(packets.FellowSpectatorJoined(w.UserID))
		}
	}
	return nil
}

// showPlay tells what a lazer player plays, so that the client loads its beatmap.
func (s *Service) showPlay(ctx context.Context, a *answer, play *spectator.Play) error {
	found, err := s.sessions.Presences(ctx, []int32{play.Player.UserID})
	if err != nil || len(found) == 0 {
		return err
	}
	status := found[0].Status
	status.Action, status.BeatmapID, status.BeatmapMD5 = osu.ActionPlaying, max(0, play.BeatmapID), play.BeatmapMD5
	status.Mods, status.Ruleset = play.Mods.Legacy(play.Ruleset), play.Ruleset
	a.send(statsPacket(play.Player.UserID, status, found[0].Stats))
	a.send(packets.SpectatorFrames(relay.Begin()))
	return nil
}

// stopSpectating watches nobody any more.
func (s *Service) stopSpectating(ctx context.Context, a *answer) error {
	if s.spectator == nil {
		return errIgnored
	}
	watched, err := s.watched(ctx, a)
	for _, id := range watched {
		if err := s.spectator.Unwatch(ctx, a.session.User.ID, a.session.ID, id); err != nil {
			return err
		}
	}
	return err
}

// watched returns the players whom a session watches, as its tags say.
func (s *Service) watched(ctx context.Context, a *answer) ([]int32, error) {
	records, err := s.records.Get(ctx, sessions.Space, []string{a.session.ID})
	if err != nil || len(records) == 0 {
		return nil, err
	}
	prefix := strings.TrimSuffix(spectator.WatchTag(0), "0")
	var ids []int32
	for _, tag := range records[0].Tags {
		if digits, ok := strings.CutPrefix(tag, prefix); ok {
			if id, err := strconv.ParseInt(digits, 10, 32); err == nil {
				ids = append(ids, int32(id))
			}
		}
	}
	return ids, nil
}

// spectateFrames relays what the client plays, as it came. It is read only to spare other clients what they could not read.
func (s *Service) spectateFrames(ctx context.Context, a *answer, p packets.Raw) error {
	if s.spectator == nil {
		return errIgnored
	}
	var frames packets.SpectateFrames
	if err := frames.Decode(p.Payload); err != nil {
		return err
	}
	player := spectator.Player{UserID: a.session.User.ID, Client: a.session.ID}
	err := s.spectator.Send(ctx, player, spectator.Bundle{Format: spectator.Stable, Data: p.Payload})
	if errors.Is(err, spectator.ErrTooLarge) || errors.Is(err, spectator.ErrNotPlaying) {
		return errIgnored
	}
	return err
}

// cannotSpectate says that the client has not got the beatmap of those whom it watches.
func (s *Service) cannotSpectate(ctx context.Context, a *answer) error {
	if s.spectator == nil {
		return errIgnored
	}
	if s.watches.take(a.session.ID, 1, watchRate, watchBurst, time.Now()) == 0 {
		return errFlood
	}
	watched, err := s.watched(ctx, a)
	for _, id := range watched {
		if err := s.spectator.Missing(ctx, a.session.User.ID, id); err != nil {
			return err
		}
	}
	return err
}

// encodeWatching appends the packets of an event of the spectator module. They are the same for all who get it.
func encodeWatching(b []byte, event any) ([]byte, fate, error) {
	switch m := event.(type) {
	case *spectatorpb.Joined:
		if m.GetFellow() {
			return packets.FellowSpectatorJoined(m.GetWatcher().GetUserId()).Append(b), shared, nil
		}
		return packets.SpectatorJoined(m.GetWatcher().GetUserId()).Append(b), shared, nil
	case *spectatorpb.Left:
		if m.GetFellow() {
			return packets.FellowSpectatorLeft(m.GetUserId()).Append(b), shared, nil
		}
		return packets.SpectatorLeft(m.GetUserId()).Append(b), shared, nil
	case *spectatorpb.CannotWatch:
		return packets.SpectatorCantSpectate(m.GetUserId()).Append(b), shared, nil
	case *spectatorpb.Sent:
		return encodeFrames(b, m)
	case *spectatorpb.Began:
		if m.GetPlay().GetFormat() == spectatorpb.Format_FORMAT_LAZER { // its status was told just before
			return packets.SpectatorFrames(relay.Begin()).Append(b), shared, nil
		}
		return b, skipped, nil
	case *spectatorpb.Finished:
		if m.GetPlay().GetFormat() == spectatorpb.Format_FORMAT_LAZER {
			end := relay.End(hubs.SpectatedUserState(m.GetPlay().GetState()), uint16(m.GetSequence()))
			return packets.SpectatorFrames(end).Append(b), shared, nil
		}
		return b, skipped, nil
	case *spectatorpb.Processed:
		return b, skipped, nil
	}
	return b, skipped, errors.New("an event of another module")
}

// encodeFrames appends frames: those of stable as they came, those of lazer translated.
func encodeFrames(b []byte, m *spectatorpb.Sent) ([]byte, fate, error) {
	data := m.GetBundle().GetData()
	if m.GetBundle().GetFormat() == spectatorpb.Format_FORMAT_STABLE {
		return packets.Raw{ID: packets.IDSpectatorFrames, Payload: data}.Append(b), shared, nil
	}
	var bundle hubs.FrameDataBundle
	if _, err := bundle.ReadMsg(data); err != nil {
		return b, skipped, err
	}
	frames := relay.Stable(&bundle, osu.Ruleset(m.GetRuleset()), int(m.GetObjects()), uint16(m.GetSequence()))
	return packets.SpectatorFrames(frames).Append(b), shared, nil
}

// Package osr puts a score and the frames that were kept of it into a file that both games open. What is in the file beside a
// score's own data is package osu/replay's business; where frames are kept, that of modules/scores and modules/files.
package osr

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// unknownBuild is the version in files of scores whose client is not known. Source: ppy/osu-web
// app/Libraries/Replay (the default there).
const unknownBuild = 20151228

// File puts a header around the frames of a score. Files of scores of stable are what the official website writes, those of lazer what
// its server for spectators does; each has the checksum of its writer. The id of a lazer score is in lazer's block alone: the game
// takes the other one for that of a score of stable.
// Source: ppy/osu osu.Game/Scoring/Legacy/LegacyScoreEncoder.cs.
func File(play *scores.Score, player string, frames []byte) ([]byte, error) {
	file := replay.Replay{
		Ruleset: play.Ruleset, Version: unknownBuild, Beatmap: play.BeatmapMD5, Player: player,
		TotalScore: int32(min(play.Classic, 1<<31-1)), MaxCombo: uint16(min(play.MaxCombo, 1<<16-1)), FullCombo: play.FullCombo,
		Mods: play.Mods.Legacy(play.Ruleset).WithImplied(), Date: replay.TicksOf(play.EndedAt), Frames: frames, OnlineID: play.ID,
	}
	file.SetCounts(Counts(play))
	if v, err := osu.ParseVersion(play.ClientVersion); err == nil && v.Date > unknownBuild {
		file.Version = int32(v.Date)
	}
	if play.Client != scores.Lazer {
		file.Checksum = file.WebChecksum(play.Grade)
		return file.Append(nil), nil
	}
	file.Version, file.TotalScore, file.OnlineID = replay.Latest, int32(min(play.Total, 1<<31-1)), -1
	if err := setInfo(&file, play); err != nil {
		return nil, fmt.Errorf("osr: score %d: %w", play.ID, err)
	}
	file.Checksum = file.LazerChecksum(time.UTC)
	return file.Append(nil), nil
}

// setInfo writes what lazer's files hold beyond stable's header.
func setInfo(file *replay.Replay, play *scores.Score) error {
	statistics, err := score.FromMap(play.Statistics)
	if err != nil {
		return err
	}
	maximum, err := score.FromMap(play.Maximum)
	if err != nil {
		return err
	}
	return file.SetInfo(&replay.Info{
		OnlineID: play.ID, Mods: play.Mods, Statistics: statistics, Maximum: maximum, ClientVersion: play.ClientVersion,
		Rank: play.Grade, UserID: play.UserID, TotalWithoutMods: play.TotalWithoutMods, Pauses: play.Pauses,
	})
}

// Counts returns the judgements of a score as stable counts them.
func Counts(play *scores.Score) score.Counts {
	statistics, err := score.FromMap(play.Statistics)
	if err != nil {
		return score.Counts{}
	}
	counts := statistics.Counts(play.Ruleset)
	if play.Ruleset == osu.Standard {
		counts.CountGeki, counts.CountKatu = play.Geki, play.Katu
	}
	return counts
}

// Name names a file as the game does: {player} - {artist} - {title} [{version}] ({date}).osr. known is the score's beatmap, if it
// is known.
func Name(play *scores.Score, player string, known []beatmaps.Found) string {
	title := play.BeatmapMD5
	if len(known) > 0 {
		title = fmt.Sprintf("%s - %s [%s]", known[0].Set.Artist, known[0].Set.Title, known[0].Beatmap.Name)
	}
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*`, r) || !unicode.IsPrint(r) { // what some system does not allow in names
			return -1
		}
		return r
	}, title)
	if runes := []rune(title); len(runes) > 180 { // systems allow 255 bytes, and this leaves room for the rest
		title = string(runes[:180])
	}
	return fmt.Sprintf("%s - %s (%s).osr", player, title, play.EndedAt.UTC().Format("2006-01-02"))
}

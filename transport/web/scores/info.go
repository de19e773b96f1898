package scores

import (
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

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
		Rank: play.Grade, UserID: play.UserID, Pauses: play.Pauses,
	})
}

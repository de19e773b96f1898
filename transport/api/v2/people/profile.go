package people

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// questions is how many modules are asked for parts of one profile at a time.
const questions = 4

// aside does what an answer can do without. A player logs in by his profile: what some module does not know at the moment must
// not keep him out.
func (a *Area) aside(ctx context.Context, what string, ask func(ctx context.Context) error) {
	if err := ask(ctx); err != nil && ctx.Err() == nil {
		a.deps.Log.WarnContext(ctx, "a profile is shown without a part of it", slog.String("part", what), slog.Any("err", err))
	}
}

// profile collects what all modules know of a user.
func (a *Area) profile(ctx context.Context, viewer int32, account *resource.Account, ruleset osu.Ruleset) (resource.Profile, error) {
	profile := a.deps.People.Profile(account, viewer)
	profile.MaxFriends, profile.MaxBlocks = a.deps.MaxRelations, a.deps.MaxRelations
	board := rankings.Board{Ruleset: ruleset}
	id := account.ID

	var counted rankings.Statistics
	var ranked int
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(questions)
	ask := func(what string, f func(ctx context.Context) error) {
		group.Go(func() error {
			a.aside(inner, what, f)
			return inner.Err()
		})
	}
	ask("statistics", func(ctx context.Context) error {
		all, err := a.deps.Rankings.Statistics(ctx, []int32{id}, board)
		if err == nil && len(all) > 0 {
			counted = all[0]
		}
		return err
	})
	ask("players", func(ctx context.Context) error {
		page, err := a.deps.Rankings.Ranking(ctx, rankings.Listing{Board: board, By: rankings.ByPerformance, Limit: 1})
		ranked = page.Total
		return err
	})
	ask("history", func(ctx context.Context) error {
		history, err := a.deps.Rankings.History(ctx, id, board)
		if err == nil {
			profile.Follow(history, ruleset)
		}
		return err
	})
	ask("playcounts", func(ctx context.Context) (err error) {
		_, profile.BeatmapPlaycountsCount, err = a.deps.Rankings.MostPlayed(ctx, id, 0, 1)
		return err
	})
	ask("followers", func(ctx context.Context) error {
		counts, err := a.deps.Relations.Counts(ctx, []int32{id}, relations.Friend)
		if err == nil && len(counts) > 0 {
			profile.FollowerCount = int(counts[0])
		}
		return err
	})
	if viewer != 0 {
		profile.CurrentUserAttributes = new(resource.UserAttributes)
		ask("standing", func(ctx context.Context) error {
			standings, err := a.deps.Relations.Between(ctx, viewer, []int32{id})
			if err == nil && len(standings) > 0 {
				profile.CurrentUserAttributes.HasBlocked = standings[0].From == relations.Block
			}
			return err
		})
	}
	a.askAchievements(ask, id, &profile)
	a.askScores(ask, id, ruleset, &profile)
	a.askBeatmaps(ask, id, &profile)
	a.askComments(ask, viewer, id, &profile)
	a.askKudosu(ask, id, &profile)
	if err := group.Wait(); err != nil {
		return resource.Profile{}, err
	}
	profile.Statistics = resource.StatisticsOf(counted)
	if counted.GlobalRank > 0 && ranked > 0 {
		share := min(float64(counted.GlobalRank)/float64(ranked), 1)
		profile.Statistics.GlobalRankPercent = &share
	}
	profile.OldRankedCount, profile.OldPendingCount = profile.RankedBeatmapsetCount, profile.PendingBeatmapsetCount
	return profile, nil
}

// asking asks for a part of a profile, at some time.
type asking = func(what string, f func(ctx context.Context) error)

func (a *Area) askAchievements(ask asking, id int32, profile *resource.Profile) {
	if a.deps.Achievements == nil {
		return
	}
	ask("achievements", func(ctx context.Context) error {
		awards, err := a.deps.Achievements.Of(ctx, []int32{id})
		for _, award := range awards {
			profile.UserAchievements = append(profile.UserAchievements, resource.AchievementOfUser{
				AchievedAt: resource.At(award.At), AchievementID: award.AchievementID,
			})
		}
		return err
	})
}

func (a *Area) askScores(ask asking, id int32, ruleset osu.Ruleset, profile *resource.Profile) {
	if a.deps.Scores == nil {
		return
	}
	for _, list := range []struct {
		kind  scores.Kind
		count *int
	}{
		{scores.Best, &profile.ScoresBestCount}, {scores.Firsts, &profile.ScoresFirstCount}, {scores.Recent, &profile.ScoresRecentCount},
	} {
		ask("scores", func(ctx context.Context) error {
			page, err := a.deps.Scores.Of(ctx, scores.List{Kind: list.kind, UserID: id, Ruleset: ruleset, Limit: 1})
			*list.count = page.Total
			return err
		})
	}
}

func (a *Area) askBeatmaps(ask asking, id int32, profile *resource.Profile) {
	if a.deps.Beatmaps == nil {
		return
	}
	ask("favourites", func(ctx context.Context) error {
		sets, err := a.deps.Beatmaps.Favourites(ctx, id)
		profile.FavouriteBeatmapsetCount = len(sets)
		return err
	})
	for _, list := range []struct {
		query beatmaps.Query
		count *int
	}{
		{made(id, osu.StatusRanked, osu.StatusApproved), &profile.RankedBeatmapsetCount},
		{made(id, osu.StatusLoved), &profile.LovedBeatmapsetCount},
		{made(id, osu.StatusPending, osu.StatusWIP, osu.StatusQualified), &profile.PendingBeatmapsetCount},
		{made(id, osu.StatusGraveyard), &profile.GraveyardBeatmapsetCount},
		{beatmaps.Query{GuestID: id}, &profile.GuestBeatmapsetCount},
	} {
		list.query.Explicit, list.query.Limit = true, 1
		ask("beatmapsets", func(ctx context.Context) error {
			page, err := a.deps.Beatmaps.Search(ctx, list.query)
			*list.count = page.Total
			return err
		})
	}
}

// made asks for the sets of a user by their status.
func made(id int32, statuses ...osu.Status) beatmaps.Query {
	return beatmaps.Query{CreatorID: id, Statuses: statuses}
}

func (a *Area) askComments(ask asking, viewer, id int32, profile *resource.Profile) {
	if a.deps.Comments == nil {
		return
	}
	ask("comments", func(ctx context.Context) error {
		page, err := a.deps.Comments.Find(ctx, comments.Query{UserID: id, Limit: 1, ViewerID: viewer})
		profile.CommentsCount = page.Total
		return err
	})
}

func (a *Area) askKudosu(ask asking, id int32, profile *resource.Profile) {
	if a.deps.Kudosu == nil {
		return
	}
	ask("kudosu", func(ctx context.Context) error {
		totals, err := a.deps.Kudosu.Totals(ctx, []int32{id})
		if err == nil && len(totals) > 0 { // nothing can be had for it, so all of it is there
			profile.Kudosu = resource.Kudosu{Available: totals[0].Amount, Total: totals[0].Amount}
		}
		return err
	})
}

package people

import (
	"context"

	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// me answers GET me/{ruleset?}: the first thing that a client asks, and what it decides by whether it is logged in.
func (a *Area) me(ctx context.Context, r *v2.Request) (any, error) {
	found, err := a.deps.People.Accounts(ctx, r.UserID(), []int32{r.UserID()})
	if err != nil {
		return nil, err
	}
	account := found[r.UserID()]
	if account == nil {
		return nil, v2.NotFound("user")
	}
	profile, err := a.profile(ctx, r.UserID(), account, ruleset(r, account))
	if err != nil {
		return nil, err
	}
	all := map[int32]*resource.User{account.ID: {Person: profile.Person}}
	a.aside(ctx, "statistics_rulesets", func(ctx context.Context) error { return a.deps.People.MeasureAll(ctx, all) })
	profile.StatisticsRulesets = all[account.ID].StatisticsRulesets
	me := resource.Me{Profile: profile, SessionVerified: r.Token.Verified, UserPreferences: resource.DefaultPreferences()}
	if !r.Token.Verified {
		method := v2.MethodName(r.Token.Method)
		me.SessionVerificationMethod = &method
	}
	return me, nil
}

type favourites struct {
	BeatmapsetIDs []int32 `json:"beatmapset_ids"`
}

// favourites answers GET me/beatmapset-favourites.
func (a *Area) favourites(ctx context.Context, r *v2.Request) (any, error) {
	result := favourites{BeatmapsetIDs: []int32{}}
	if a.deps.Beatmaps == nil {
		return result, nil
	}
	ids, err := a.deps.Beatmaps.Favourites(ctx, r.UserID())
	result.BeatmapsetIDs = append(result.BeatmapsetIDs, ids...)
	return result, err
}

// Package people is the area of API v2 about users: oneself, profiles and look-ups, friends and blocks, and rankings. Their
// shapes and how they are loaded are in package resource; scores and beatmaps of a user belong to other areas.
package people

import (
	"context"
	"log/slog"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// Deps are what the area needs of others. From Beatmaps on they may be nil, and then nothing is told of what they know.
type Deps struct {
	People    *resource.People
	Users     Accounts
	Relations Relations
	Rankings  Rankings
	Log       *slog.Logger

	MaxRelations int // friends and blocks that a user can have

	Beatmaps     Beatmaps
	Scores       Scores
	Achievements Achievements
	Comments     Comments
	Kudosu       Kudosu
	Wiki         Wiki
}

// Accounts is the part of users.Accounts that is needed here.
type Accounts interface {
	Find(ctx context.Context, names []string) ([]users.User, error)
	Search(ctx context.Context, text string, offset, limit int) ([]users.User, int, error)
}

// Relations is the part of relations.Service that is needed here.
type Relations interface {
	Add(ctx context.Context, userID, target int32, kind relations.Kind) error
	Remove(ctx context.Context, userID, target int32, kind relations.Kind) error
	List(ctx context.Context, userID int32) ([]relations.Relation, error)
	Counts(ctx context.Context, targets []int32, kind relations.Kind) ([]int32, error)
	Between(ctx context.Context, userID int32, others []int32) ([]relations.Standing, error)
}

// Rankings is the part of rankings.Service that is needed here.
type Rankings interface {
	Statistics(ctx context.Context, userIDs []int32, board rankings.Board) ([]rankings.Statistics, error)
	Ranking(ctx context.Context, listing rankings.Listing) (rankings.Page, error)
	Countries(ctx context.Context, board rankings.Board, offset, limit int) ([]rankings.Country, error)
	RanksAgo(ctx context.Context, userIDs []int32, board rankings.Board, days int) ([]int32, error)
	History(ctx context.Context, userID int32, board rankings.Board) (rankings.History, error)
	MostPlayed(ctx context.Context, userID int32, offset, limit int) ([]rankings.Playcount, int, error)
}

// Beatmaps is the part of beatmaps.Service that is needed here.
type Beatmaps interface {
	Search(ctx context.Context, query beatmaps.Query) (beatmaps.Page, error)
	Favourites(ctx context.Context, userID int32) ([]int32, error)
}

// Scores is the part of scores.Boards that is needed here.
type Scores interface {
	Of(ctx context.Context, list scores.List) (scores.Listing, error)
}

// Achievements is the part of achievements.Service that is needed here.
type Achievements interface {
	Of(ctx context.Context, userIDs []int32) ([]achievements.Award, error)
}

// Comments is the part of comments.Service that is needed here.
type Comments interface {
	Find(ctx context.Context, query comments.Query) (comments.Page, error)
}

// Kudosu is the part of kudosu.Service that is needed here.
type Kudosu interface {
	Totals(ctx context.Context, userIDs []int32) ([]kudosu.Total, error)
}

// Wiki is the part of content.Service that is needed here.
type Wiki interface {
	Search(ctx context.Context, locale, text string, offset, limit int) ([]content.Wiki, int, error)
}

// Area has the endpoints. It is safe for concurrent use; make one with New.
type Area struct{ deps Deps }

// New returns the area.
func New(deps Deps) *Area { return &Area{deps} }

// Register adds the endpoints to an API.
func (a *Area) Register(api *v2.API) {
	api.Get("/me", v2.Identify, a.me)
	api.Get("/me/{ruleset:^(osu|taiko|fruits|mania)$}", v2.Identify, a.me)
	api.Get("/me/beatmapset-favourites", v2.Identify, a.favourites)

	api.Get("/users", v2.Public, a.list)
	api.Get("/users/lookup", v2.Public, a.lookup)
	api.Get("/users/{user}", v2.Public, a.user)
	api.Get("/users/{user}/{ruleset:^(osu|taiko|fruits|mania)$}", v2.Public, a.user)
	api.Get("/search", v2.Public, a.search)

	api.Get("/friends", v2.FriendsRead, a.friends)
	api.Post("/friends", v2.Game, a.befriend)
	api.Delete("/friends/{user}", v2.Game, a.unfriend)
	api.Get("/blocks", v2.Game, a.blocks)
	api.Post("/blocks", v2.Game, a.block)
	api.Delete("/blocks/{user}", v2.Game, a.unblock)

	api.Get("/rankings/{ruleset}/{type}", v2.Public, a.ranking)
	api.Get("/rankings/{ruleset}/{type}/{sort}", v2.Public, a.ranking)
	api.Get("/spotlights", v2.Public, a.spotlights)
}

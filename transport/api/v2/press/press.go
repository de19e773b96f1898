// Package press is the area of API v2 about what is written: news, changelog and wiki by operators, comments by players, what
// they did lately, and what they report of each other; and the pictures of lazer's menu.
//
// Everything that can be read here can be read without a token, but for what is about players.
package press

import (
	"context"
	"log/slog"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/content/markdown"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// Deps are what the area needs of others. All but People may be nil: a server without a module answers as an empty one, and
// refuses what it would be asked to keep.
type Deps struct {
	People       *resource.People
	Content      content.Service
	Comments     comments.Service
	Activity     activity.Service
	Kudosu       kudosu.Service
	Achievements Achievements
	Moderation   Moderation
	Beatmaps     Beatmaps
	Scores       Scores
	Chat         Chat
	Links        resource.Links
	Log          *slog.Logger
}

// Achievements is the part of achievements.Service that is needed here.
type Achievements interface {
	Achievements(ctx context.Context) ([]achievements.Achievement, error)
}

// Moderation is the part of moderation.Service that is needed here.
type Moderation interface {
	Complain(ctx context.Context, complaint moderation.Complaint) (moderation.Complaint, error)
}

// Beatmaps is the part of beatmaps.Library that is needed here.
type Beatmaps interface {
	Sets(ctx context.Context, ids []int32) ([]beatmaps.Set, error)
}

// Scores is the part of scores.Boards that is needed here.
type Scores interface {
	Scores(ctx context.Context, ids []int64) ([]scores.Score, error)
}

// Chat is the part of chat.Memberships that is needed here.
type Chat interface {
	Updates(ctx context.Context, userID int32, after int64, limit int) ([]chat.Message, error)
}

// Area has the endpoints. It is safe for concurrent use; make one with New.
type Area struct {
	deps     Deps
	renderer *markdown.Renderer
}

// New returns the area.
func New(deps Deps) *Area { return &Area{deps, markdown.New()} }

// Register adds the endpoints to an API.
func (a *Area) Register(api *v2.API) {
	api.Get("/news", v2.Anyone, a.news)
	api.Get("/news/{post}", v2.Anyone, a.post)
	api.Get("/changelog", v2.Anyone, a.changelog)
	api.Get("/changelog/{changelog}", v2.Anyone, a.lookupBuild)
	api.Get("/changelog/{stream}/{build}", v2.Anyone, a.build)
	api.Get("/wiki/{locale}/*", v2.Anyone, a.wiki)
	api.Get("/seasonal-backgrounds", v2.Anyone, a.backgrounds)

	api.Get("/comments", v2.Anyone, a.comments)
	api.Post("/comments", v2.Game, a.postComment)
	api.Get("/comments/{comment}", v2.Anyone, a.comment)
	api.Put("/comments/{comment}", v2.Game, a.editComment)
	api.Patch("/comments/{comment}", v2.Game, a.editComment)
	api.Delete("/comments/{comment}", v2.Game, a.deleteComment)
	api.Post("/comments/{comment}/restore", v2.Game, a.restoreComment)
	api.Post("/comments/{comment}/pin", v2.Game, a.pin(true))
	api.Delete("/comments/{comment}/pin", v2.Game, a.pin(false))
	api.Post("/comments/{comment}/vote", v2.Game, a.vote(true))
	api.Delete("/comments/{comment}/vote", v2.Game, a.vote(false))

	api.Get("/users/{user}/recent_activity", v2.Public, a.recentActivity)
	api.Get("/users/{user}/kudosu", v2.Public, a.kudosu)
	api.Get("/rankings/kudosu", v2.Public, a.kudosuRanking)
	api.Get("/events", v2.Public, a.events)

	api.Post("/reports", v2.Game, a.report)
}

// page reads which part of a list is wanted, as osu-web's profiles do: five unless more are asked for.
func page(r *v2.Request) (offset, limit int, err error) { return r.Window(5, 100) }

// player returns the id in the path when it is that of somebody whom the client may see.
func (a *Area) player(ctx context.Context, r *v2.Request) (int32, error) {
	id, err := r.ID("user")
	if err != nil {
		return 0, err
	}
	found, err := a.deps.People.Accounts(ctx, r.UserID(), []int32{id})
	if err == nil && found[id] == nil {
		err = v2.NotFound("user")
	}
	return id, err
}

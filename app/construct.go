package app

import (
	"context"

	"github.com/pure-peace/peace/modules/achievements"
	achievementsmodule "github.com/pure-peace/peace/modules/achievements/local"
	"github.com/pure-peace/peace/modules/activity"
	activitymodule "github.com/pure-peace/peace/modules/activity/local"
	"github.com/pure-peace/peace/modules/bancho"
	banchomodule "github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/beatmaps"
	beatmapsmodule "github.com/pure-peace/peace/modules/beatmaps/local"
	"github.com/pure-peace/peace/modules/bot"
	botmodule "github.com/pure-peace/peace/modules/bot/local"
	"github.com/pure-peace/peace/modules/chat"
	chatmodule "github.com/pure-peace/peace/modules/chat/local"
	"github.com/pure-peace/peace/modules/comments"
	commentsmodule "github.com/pure-peace/peace/modules/comments/local"
	"github.com/pure-peace/peace/modules/content"
	contentmodule "github.com/pure-peace/peace/modules/content/local"
	"github.com/pure-peace/peace/modules/files"
	filesmodule "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/geoip"
	geoipmodule "github.com/pure-peace/peace/modules/geoip/local"
	"github.com/pure-peace/peace/modules/kudosu"
	kudosumodule "github.com/pure-peace/peace/modules/kudosu/local"
	"github.com/pure-peace/peace/modules/mail"
	mailmodule "github.com/pure-peace/peace/modules/mail/local"
	"github.com/pure-peace/peace/modules/moderation"
	moderationmodule "github.com/pure-peace/peace/modules/moderation/local"
	"github.com/pure-peace/peace/modules/notifications"
	notificationsmodule "github.com/pure-peace/peace/modules/notifications/local"
	"github.com/pure-peace/peace/modules/oauth"
	oauthmodule "github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/performance"
	performancemodule "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/rankings"
	rankingsmodule "github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/relations"
	relationsmodule "github.com/pure-peace/peace/modules/relations/local"
	"github.com/pure-peace/peace/modules/scores"
	scoresmodule "github.com/pure-peace/peace/modules/scores/local"
	"github.com/pure-peace/peace/modules/sessions"
	sessionsmodule "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/signature"
	signaturemodule "github.com/pure-peace/peace/modules/signature/local"
	"github.com/pure-peace/peace/modules/spectator"
	spectatormodule "github.com/pure-peace/peace/modules/spectator/local"
	"github.com/pure-peace/peace/modules/state"
	statemodule "github.com/pure-peace/peace/modules/state/local"
	"github.com/pure-peace/peace/modules/users"
	usersmodule "github.com/pure-peace/peace/modules/users/local"
)

// How each module of the table is made: its dependencies by name, and nothing else.

func newState(ctx context.Context, c statemodule.Config, r *Resolver) (state.Service, error) {
	return statemodule.New(ctx, c, statemodule.Deps{Log: r.Log("state")})
}

func newGeoip(ctx context.Context, c geoipmodule.Config, r *Resolver) (geoip.Service, error) {
	return geoipmodule.New(ctx, c, geoipmodule.Deps{Log: r.Log("geoip")})
}

func newSignature(ctx context.Context, c signaturemodule.Config, r *Resolver) (signature.Service, error) {
	return signaturemodule.New(ctx, c, signaturemodule.Deps{Log: r.Log("signature")})
}

func newUsers(ctx context.Context, c usersmodule.Config, r *Resolver) (users.Service, error) {
	deps := usersmodule.Deps{DB: r.Database(ctx), Topics: Use(r, State), Log: r.Log("users")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return usersmodule.New(ctx, c, deps)
}

func newMail(ctx context.Context, c mailmodule.Config, r *Resolver) (mail.Service, error) {
	deps := mailmodule.Deps{Domain: r.config.Domain, Log: r.Log("mail")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return mailmodule.New(ctx, c, deps)
}

func newOAuth(ctx context.Context, c oauthmodule.Config, r *Resolver) (oauth.Service, error) {
	deps := oauthmodule.Deps{DB: r.Database(ctx), Users: Use(r, Users), Mail: UseIfOn(r, Mail), Topics: Use(r, State), Domain: r.config.Domain, Log: r.Log("oauth")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return oauthmodule.New(ctx, c, deps)
}

func newRelations(ctx context.Context, c relationsmodule.Config, r *Resolver) (relations.Service, error) {
	deps := relationsmodule.Deps{DB: r.Database(ctx), Topics: Use(r, State), Log: r.Log("relations")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return relationsmodule.New(ctx, c, deps)
}

func newSessions(ctx context.Context, c sessionsmodule.Config, r *Resolver) (sessions.Service, error) {
	deps := sessionsmodule.Deps{State: Use(r, State), Users: Use(r, Users), Log: r.Log("sessions")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return sessionsmodule.New(ctx, c, deps)
}

func newChat(ctx context.Context, c chatmodule.Config, r *Resolver) (chat.Service, error) {
	deps := chatmodule.Deps{
		DB: r.Database(ctx), State: Use(r, State), Users: Use(r, Users), Relations: Use(r, Relations), Sessions: Use(r, Sessions),
		Log: r.Log("chat"),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return chatmodule.New(ctx, c, deps)
}

func newFiles(ctx context.Context, c filesmodule.Config, r *Resolver) (files.Service, error) {
	return filesmodule.New(ctx, c, filesmodule.Deps{Log: r.Log("files")})
}

func newPerformance(ctx context.Context, c performancemodule.Config, r *Resolver) (performance.Service, error) {
	deps := performancemodule.Deps{DB: r.Database(ctx), Log: r.Log("performance")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return performancemodule.New(ctx, c, deps)
}

func newBeatmaps(ctx context.Context, c beatmapsmodule.Config, r *Resolver) (beatmaps.Service, error) {
	deps := beatmapsmodule.Deps{
		DB: r.Database(ctx), Files: Use(r, Files), Performance: Use(r, Performance), Topics: Use(r, State), Users: Use(r, Users),
		Log: r.Log("beatmaps"),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return beatmapsmodule.New(ctx, c, deps)
}

func newScores(ctx context.Context, c scoresmodule.Config, r *Resolver) (scores.Service, error) {
	deps := scoresmodule.Deps{
		DB: r.Database(ctx), State: Use(r, State), Users: Use(r, Users), Beatmaps: Use(r, Beatmaps), Performance: UseIfOn(r, Performance),
		Log: r.Log("scores"),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return scoresmodule.New(ctx, c, deps)
}

func newRankings(ctx context.Context, c rankingsmodule.Config, r *Resolver) (rankings.Service, error) {
	deps := rankingsmodule.Deps{
		DB: r.Database(ctx), Scores: Use(r, Scores), State: Use(r, State), Sessions: Use(r, Sessions), Log: r.Log("rankings"),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return rankingsmodule.New(ctx, c, deps)
}

func newSpectator(ctx context.Context, c spectatormodule.Config, r *Resolver) (spectator.Service, error) {
	deps := spectatormodule.Deps{State: Use(r, State), Users: Use(r, Users), Sessions: Use(r, Sessions), Beatmaps: Use(r, Beatmaps), Chat: Use(r, Chat), Scores: Use(r, Scores), Rankings: UseIfOn(r, Rankings), Files: Use(r, Files), Log: r.Log("spectator")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return spectatormodule.New(ctx, c, deps)
}

func newAchievements(ctx context.Context, c achievementsmodule.Config, r *Resolver) (achievements.Service, error) {
	deps := achievementsmodule.Deps{
		DB: r.Database(ctx), Scores: Use(r, Scores), Beatmaps: Use(r, Beatmaps), Performance: Use(r, Performance), Topics: Use(r, State),
		Log: r.Log("achievements"),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return achievementsmodule.New(ctx, c, deps)
}

func newNotifications(ctx context.Context, c notificationsmodule.Config, r *Resolver) (notifications.Service, error) {
	deps := notificationsmodule.Deps{DB: r.Database(ctx), State: Use(r, State), Scores: UseIfOn(r, Scores), Medals: UseIfOn(r, Achievements), Domain: r.config.Domain, Log: r.Log("notifications")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return notificationsmodule.New(ctx, c, deps)
}

func newActivity(ctx context.Context, c activitymodule.Config, r *Resolver) (activity.Service, error) {
	deps := activitymodule.Deps{DB: r.Database(ctx), Scores: Use(r, Scores), Beatmaps: Use(r, Beatmaps), Users: Use(r, Users), Medals: UseIfOn(r, Achievements), Topics: Use(r, State), Log: r.Log("activity")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return activitymodule.New(ctx, c, deps)
}

func newContent(ctx context.Context, c contentmodule.Config, r *Resolver) (content.Service, error) {
	deps := contentmodule.Deps{Log: r.Log("content")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return contentmodule.New(ctx, c, deps)
}

func newComments(ctx context.Context, c commentsmodule.Config, r *Resolver) (comments.Service, error) {
	deps := commentsmodule.Deps{DB: r.Database(ctx), Users: Use(r, Users), Beatmaps: Use(r, Beatmaps), Content: UseIfOn(r, Content), Log: r.Log("comments")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return commentsmodule.New(ctx, c, deps)
}

func newKudosu(ctx context.Context, _ struct{}, r *Resolver) (kudosu.Service, error) {
	deps := kudosumodule.Deps{DB: r.Database(ctx), Users: Use(r, Users), Log: r.Log("kudosu")}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return kudosumodule.New(ctx, deps)
}

func newModeration(ctx context.Context, c moderationmodule.Config, r *Resolver) (moderation.Service, error) {
	deps := moderationmodule.Deps{
		DB: r.Database(ctx), Scores: Use(r, Scores), Beatmaps: Use(r, Beatmaps), Performance: Use(r, Performance), Files: Use(r, Files),
		Users: Use(r, Users), Topics: Use(r, State), Log: r.Log("moderation"),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return moderationmodule.New(ctx, c, deps)
}

func newBot(ctx context.Context, c botmodule.Config, r *Resolver) (bot.Service, error) {
	deps := botmodule.Deps{
		State: Use(r, State), Users: Use(r, Users), Sessions: Use(r, Sessions), Chat: Use(r, Chat), Log: r.Log("bot"),
		Domain: r.config.Domain, Beatmaps: UseIfOn(r, Beatmaps), Performance: UseIfOn(r, Performance), Scores: UseIfOn(r, Scores),
		Rankings: UseIfOn(r, Rankings), Moderation: UseIfOn(r, Moderation), Kudosu: UseIfOn(r, Kudosu),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return botmodule.New(ctx, c, deps)
}

func newBancho(ctx context.Context, c banchomodule.Config, r *Resolver) (bancho.Service, error) {
	deps := banchomodule.Deps{
		State: Use(r, State), Geoip: Use(r, Geoip), Users: Use(r, Users), Relations: Use(r, Relations), Sessions: Use(r, Sessions),
		Chat: Use(r, Chat), Rankings: UseIfOn(r, Rankings), Spectator: UseIfOn(r, Spectator), Log: r.Log("bancho"), Metrics: r.Metrics(),
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return banchomodule.New(ctx, c, deps)
}

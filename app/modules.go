package app

import (
	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/achievements/achievementspb"
	achievementsmodule "github.com/pure-peace/peace/modules/achievements/local"
	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/activity/activitypb"
	activitymodule "github.com/pure-peace/peace/modules/activity/local"
	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/banchopb"
	banchomodule "github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	beatmapsmodule "github.com/pure-peace/peace/modules/beatmaps/local"
	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/bot/botpb"
	botmodule "github.com/pure-peace/peace/modules/bot/local"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	chatmodule "github.com/pure-peace/peace/modules/chat/local"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/comments/commentspb"
	commentsmodule "github.com/pure-peace/peace/modules/comments/local"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/content/contentpb"
	contentmodule "github.com/pure-peace/peace/modules/content/local"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/filespb"
	filesmodule "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/geoip/geoippb"
	geoipmodule "github.com/pure-peace/peace/modules/geoip/local"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/kudosu/kudosupb"
	"github.com/pure-peace/peace/modules/mail"
	mailmodule "github.com/pure-peace/peace/modules/mail/local"
	"github.com/pure-peace/peace/modules/mail/mailpb"
	"github.com/pure-peace/peace/modules/moderation"
	moderationmodule "github.com/pure-peace/peace/modules/moderation/local"
	"github.com/pure-peace/peace/modules/moderation/moderationpb"
	"github.com/pure-peace/peace/modules/notifications"
	notificationsmodule "github.com/pure-peace/peace/modules/notifications/local"
	"github.com/pure-peace/peace/modules/notifications/notificationspb"
	"github.com/pure-peace/peace/modules/oauth"
	oauthmodule "github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/performance"
	performancemodule "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/performance/performancepb"
	"github.com/pure-peace/peace/modules/rankings"
	rankingsmodule "github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/rankings/rankingspb"
	"github.com/pure-peace/peace/modules/relations"
	relationsmodule "github.com/pure-peace/peace/modules/relations/local"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	"github.com/pure-peace/peace/modules/scores"
	scoresmodule "github.com/pure-peace/peace/modules/scores/local"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/sessions"
	sessionsmodule "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/signature"
	signaturemodule "github.com/pure-peace/peace/modules/signature/local"
	"github.com/pure-peace/peace/modules/signature/signaturepb"
	"github.com/pure-peace/peace/modules/spectator"
	spectatormodule "github.com/pure-peace/peace/modules/spectator/local"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	statemodule "github.com/pure-peace/peace/modules/state/local"
	"github.com/pure-peace/peace/modules/state/statepb"
	"github.com/pure-peace/peace/modules/users"
	usersmodule "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/modules/users/userspb"
)

// The module table, lowest first: a module may use those above it.
var (
	// State keeps everything that must outlive logic.
	State = &Module[state.Service, statemodule.Config]{
		Name:   "state",
		Config: func(c *Config) statemodule.Config { return c.State },
		New:    newState,
		Dial:   statepb.NewClient, Serve: statepb.Register, Observe: statepb.Observe,
	}

	// Geoip places addresses on the map.
	Geoip = &Module[geoip.Service, geoipmodule.Config]{
		Name:   "geoip",
		Config: func(c *Config) geoipmodule.Config { return c.Geoip },
		New:    newGeoip,
		Dial:   geoippb.NewClient, Serve: geoippb.Register, Observe: geoippb.Observe,
	}

	// Signature signs on behalf of the server.
	Signature = &Module[signature.Service, signaturemodule.Config]{
		Name:   "signature",
		Config: func(c *Config) signaturemodule.Config { return c.Signature },
		New:    newSignature,
		Dial:   signaturepb.NewClient, Serve: signaturepb.Register, Observe: signaturepb.Observe,
	}

	// Users keeps accounts.
	Users = &Module[users.Service, usersmodule.Config]{
		Name:   "users",
		Config: func(c *Config) usersmodule.Config { return c.Users },
		New:    newUsers,
		Dial:   userspb.NewClient, Serve: userspb.Register, Observe: userspb.Observe,
	}

	// Mail sends mail to players.
	Mail = &Module[mail.Service, mailmodule.Config]{
		Name:   "mail",
		Config: func(c *Config) mailmodule.Config { return c.Mail },
		New:    newMail,
		Dial:   mailpb.NewClient, Serve: mailpb.Register, Observe: mailpb.Observe,
	}

	// OAuth hands out tokens, and asks for the second factor.
	OAuth = &Module[oauth.Service, oauthmodule.Config]{
		Name:   "oauth",
		Config: func(c *Config) oauthmodule.Config { return c.OAuth },
		New:    newOAuth,
		Dial:   oauthpb.NewClient, Serve: oauthpb.Register, Observe: oauthpb.Observe,
	}

	// Relations keeps friends and blocks.
	Relations = &Module[relations.Service, relationsmodule.Config]{
		Name:   "relations",
		Config: func(c *Config) relationsmodule.Config { return c.Relations },
		New:    newRelations,
		Dial:   relationspb.NewClient, Serve: relationspb.Register, Observe: relationspb.Observe,
	}

	// Sessions knows who is online.
	Sessions = &Module[sessions.Service, sessionsmodule.Config]{
		Name:   "sessions",
		Config: func(c *Config) sessionsmodule.Config { return c.Sessions },
		New:    newSessions,
		Dial:   sessionspb.NewClient, Serve: sessionspb.Register, Observe: sessionspb.Observe,
	}

	// Chat is where people talk.
	Chat = &Module[chat.Service, chatmodule.Config]{
		Name:   "chat",
		Config: func(c *Config) chatmodule.Config { return c.Chat },
		New:    newChat,
		Dial:   chatpb.NewClient, Serve: chatpb.Register, Observe: chatpb.Observe,
	}

	// Files keeps blobs.
	Files = &Module[files.Service, filesmodule.Config]{
		Name:   "files",
		Config: func(c *Config) filesmodule.Config { return c.Files },
		New:    newFiles,
		Dial:   filespb.NewClient, Serve: filespb.Register, Observe: filespb.Observe,
	}

	// Performance says how hard beatmaps are and how much plays are worth.
	Performance = &Module[performance.Service, performancemodule.Config]{
		Name:   "performance",
		Config: func(c *Config) performancemodule.Config { return c.Performance },
		New:    newPerformance,
		Dial:   performancepb.NewClient, Serve: performancepb.Register, Observe: performancepb.Observe,
	}

	// Beatmaps knows what can be played.
	Beatmaps = &Module[beatmaps.Service, beatmapsmodule.Config]{
		Name:   "beatmaps",
		Config: func(c *Config) beatmapsmodule.Config { return c.Beatmaps },
		New:    newBeatmaps,
		Dial:   beatmapspb.NewClient, Serve: beatmapspb.Register, Observe: beatmapspb.Observe,
	}

	// Scores keeps plays and compares them.
	Scores = &Module[scores.Service, scoresmodule.Config]{
		Name:   "scores",
		Config: func(c *Config) scoresmodule.Config { return c.Scores },
		New:    newScores,
		Dial:   scorespb.NewClient, Serve: scorespb.Register, Observe: scorespb.Observe,
	}

	// Rankings counts for players, and ranks them.
	Rankings = &Module[rankings.Service, rankingsmodule.Config]{
		Name:   "rankings",
		Config: func(c *Config) rankingsmodule.Config { return c.Rankings },
		New:    newRankings,
		Dial:   rankingspb.NewClient, Serve: rankingspb.Register, Observe: rankingspb.Observe,
	}

	// Spectator knows who plays and who watches.
	Spectator = &Module[spectator.Service, spectatormodule.Config]{
		Name:   "spectator",
		Config: func(c *Config) spectatormodule.Config { return c.Spectator },
		New:    newSpectator,
		Dial:   spectatorpb.NewClient, Serve: spectatorpb.Register, Observe: spectatorpb.Observe,
	}

	// Achievements awards medals.
	Achievements = &Module[achievements.Service, achievementsmodule.Config]{
		Name:   "achievements",
		Config: func(c *Config) achievementsmodule.Config { return c.Achievements },
		New:    newAchievements,
		Dial:   achievementspb.NewClient, Serve: achievementspb.Register, Observe: achievementspb.Observe,
	}

	// Notifications tells players what happened to them.
	Notifications = &Module[notifications.Service, notificationsmodule.Config]{
		Name:   "notifications",
		Config: func(c *Config) notificationsmodule.Config { return c.Notifications },
		New:    newNotifications,
		Dial:   notificationspb.NewClient, Serve: notificationspb.Register, Observe: notificationspb.Observe,
	}

	// Activity remembers what players did.
	Activity = &Module[activity.Service, activitymodule.Config]{
		Name:   "activity",
		Config: func(c *Config) activitymodule.Config { return c.Activity },
		New:    newActivity,
		Dial:   activitypb.NewClient, Serve: activitypb.Register, Observe: activitypb.Observe,
	}

	// Content has what operators write.
	Content = &Module[content.Service, contentmodule.Config]{
		Name:   "content",
		Config: func(c *Config) contentmodule.Config { return c.Content },
		New:    newContent,
		Dial:   contentpb.NewClient, Serve: contentpb.Register, Observe: contentpb.Observe,
	}

	// Comments keeps what people write below beatmaps and news.
	Comments = &Module[comments.Service, commentsmodule.Config]{
		Name:   "comments",
		Config: func(c *Config) commentsmodule.Config { return c.Comments },
		New:    newComments,
		Dial:   commentspb.NewClient, Serve: commentspb.Register, Observe: commentspb.Observe,
	}

	// Kudosu keeps who thanked whom.
	Kudosu = &Module[kudosu.Service, struct{}]{
		Name:   "kudosu",
		Config: func(*Config) (none struct{}) { return none },
		New:    newKudosu,
		Dial:   kudosupb.NewClient, Serve: kudosupb.Register, Observe: kudosupb.Observe,
	}

	// Moderation gathers what looks wrong about plays.
	Moderation = &Module[moderation.Service, moderationmodule.Config]{
		Name:   "moderation",
		Config: func(c *Config) moderationmodule.Config { return c.Moderation },
		New:    newModeration,
		Dial:   moderationpb.NewClient, Serve: moderationpb.Register, Observe: moderationpb.Observe,
	}

	// Bot answers commands.
	Bot = &Module[bot.Service, botmodule.Config]{
		Name:   "bot",
		Config: func(c *Config) botmodule.Config { return c.Bot },
		New:    newBot,
		Dial:   botpb.NewClient, Serve: botpb.Register, Observe: botpb.Observe,
	}

	// Bancho speaks with stable clients.
	Bancho = &Module[bancho.Service, banchomodule.Config]{
		Name:   "bancho",
		Config: func(c *Config) banchomodule.Config { return c.Bancho },
		New:    newBancho,
		Dial:   banchopb.NewClient, Serve: banchopb.Register, Observe: banchopb.Observe,
	}
)

// table is every built-in row. It is a function, because a variable would be part of the rows' initialization.
func table() []Row {
	return []Row{
		State, Geoip, Signature, Users, Mail, OAuth, Relations, Sessions, Chat, Files, Performance, Beatmaps, Scores, Rankings, Spectator,
		Achievements, Notifications, Activity, Content, Comments, Kudosu, Moderation, Bot, Bancho,
	}
}

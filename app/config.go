package app

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/pure-peace/peace/config"
	achievementsmodule "github.com/pure-peace/peace/modules/achievements/local"
	activitymodule "github.com/pure-peace/peace/modules/activity/local"
	banchomodule "github.com/pure-peace/peace/modules/bancho/local"
	beatmapsmodule "github.com/pure-peace/peace/modules/beatmaps/local"
	botmodule "github.com/pure-peace/peace/modules/bot/local"
	chatmodule "github.com/pure-peace/peace/modules/chat/local"
	commentsmodule "github.com/pure-peace/peace/modules/comments/local"
	contentmodule "github.com/pure-peace/peace/modules/content/local"
	"github.com/pure-peace/peace/modules/database"
	filesmodule "github.com/pure-peace/peace/modules/files/local"
	geoipmodule "github.com/pure-peace/peace/modules/geoip/local"
	mailmodule "github.com/pure-peace/peace/modules/mail/local"
	moderationmodule "github.com/pure-peace/peace/modules/moderation/local"
	notificationsmodule "github.com/pure-peace/peace/modules/notifications/local"
	oauthmodule "github.com/pure-peace/peace/modules/oauth/local"
	performancemodule "github.com/pure-peace/peace/modules/performance/local"
	rankingsmodule "github.com/pure-peace/peace/modules/rankings/local"
	relationsmodule "github.com/pure-peace/peace/modules/relations/local"
	scoresmodule "github.com/pure-peace/peace/modules/scores/local"
	sessionsmodule "github.com/pure-peace/peace/modules/sessions/local"
	signaturemodule "github.com/pure-peace/peace/modules/signature/local"
	spectatormodule "github.com/pure-peace/peace/modules/spectator/local"
	statemodule "github.com/pure-peace/peace/modules/state/local"
	usersmodule "github.com/pure-peace/peace/modules/users/local"
	gateway "github.com/pure-peace/peace/transport/bancho"
	peer "github.com/pure-peace/peace/transport/grpc"
	edge "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/http/admin"
	"github.com/pure-peace/peace/transport/http/certs"
	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/site"
	"github.com/pure-peace/peace/transport/web"
	"github.com/pure-peace/peace/transport/web/direct"
	"github.com/pure-peace/peace/transport/web/medals"
	webscores "github.com/pure-peace/peace/transport/web/scores"
	"github.com/pure-peace/peace/transport/web/screenshots"
	"github.com/pure-peace/peace/transport/ws"
)

// Config is the whole configuration of a process. Every module owns its section; what is here besides them belongs to the
// process itself. Its defaults are DefaultConfig, and peace.example.toml shows them all.
type Config struct {
	Domain  string   `koanf:"domain" doc:"players connect with: osu!.exe -devserver DOMAIN"`
	Aliases []string `koanf:"aliases" doc:"further domains that are served in the same way"`
	DataDir string   `koanf:"data_dir" doc:"where the server keeps what it writes; relative paths of other settings start here"`

	Administrator   string        `koanf:"administrator" doc:"name of the account that is made at the first start, with all privileges; empty makes none"`
	ShutdownTimeout time.Duration `koanf:"shutdown_timeout" doc:"how long requests may take to finish when the server stops"`

	Log         Log           `koanf:"log"`
	Database    Database      `koanf:"database"`
	edge.Config               // http and https
	TLS         certs.Config  `koanf:"tls"`
	Proxy       realip.Config `koanf:"proxy"`
	Admin       Admin         `koanf:"admin"`
	Tracing     Tracing       `koanf:"tracing"`

	Modules map[string]string          `koanf:"modules" doc:"where each module runs: \"local\", \"off\", or the name of a peer below; those that are absent run here"`
	Peer    map[string]peer.DialConfig `koanf:"peer" doc:"other processes of this server, by name"`
	Peers   Peers                      `koanf:"peers" doc:"what this process offers to others"`

	State         statemodule.Config         `koanf:"state"`
	Geoip         geoipmodule.Config         `koanf:"geoip"`
	Signature     signaturemodule.Config     `koanf:"signature"`
	Users         usersmodule.Config         `koanf:"users"`
	Mail          mailmodule.Config          `koanf:"mail"`
	OAuth         oauthmodule.Config         `koanf:"oauth"`
	Relations     relationsmodule.Config     `koanf:"relations"`
	Sessions      sessionsmodule.Config      `koanf:"sessions"`
	Chat          chatmodule.Config          `koanf:"chat"`
	Files         filesmodule.Config         `koanf:"files"`
	Performance   performancemodule.Config   `koanf:"performance"`
	Beatmaps      beatmapsmodule.Config      `koanf:"beatmaps"`
	Scores        scoresmodule.Config        `koanf:"scores"`
	Rankings      rankingsmodule.Config      `koanf:"rankings"`
	Spectator     spectatormodule.Config     `koanf:"spectator"`
	Achievements  achievementsmodule.Config  `koanf:"achievements"`
	Notifications notificationsmodule.Config `koanf:"notifications"`
	Activity      activitymodule.Config      `koanf:"activity"`
	Content       contentmodule.Config       `koanf:"content"`
	Comments      commentsmodule.Config      `koanf:"comments"`
	Moderation    moderationmodule.Config    `koanf:"moderation"`
	Bot           botmodule.Config           `koanf:"bot"`
	Bancho        banchomodule.Config        `koanf:"bancho"`
	Gateway       gateway.Config             `koanf:"gateway"`
	Web           web.Config                 `koanf:"web"`
	WebScores     webscores.Config           `koanf:"web_scores"`
	Direct        direct.Config              `koanf:"direct"`
	Screenshots   screenshots.Config         `koanf:"screenshots"`
	Medals        medals.Config              `koanf:"medals"`
	API           APIConfig                  `koanf:"api"`
	Feed          ws.Config                  `koanf:"feed"`
	Lazer         lazer.Config               `koanf:"lazer"`
	Site          site.Config                `koanf:"site"`
}

// Log is how the process tells what it does.
type Log struct {
	Level  slog.Level `koanf:"level" doc:"debug, info, warn or error; can be changed while the server runs"`
	Format string     `koanf:"format" doc:"text, json, or auto: text on a terminal and json elsewhere"`
}

// Validate reports the first setting that cannot work, by its key.
func (c Log) Validate() error {
	switch c.Format {
	case "auto", "text", "json":
		return nil
	}
	return fmt.Errorf("format: %q is none of auto, text, json", c.Format)
}

// Database is where the SQL of this process's modules goes.
type Database struct {
	database.Config
	Migrate bool `koanf:"migrate" doc:"bring the schema up to date at the start; otherwise run: peace migrate up"`
}

// Validate reports the first setting that cannot work, by its key. An empty URL is fine here: see Config.place.
func (c Database) Validate() error {
	if c.URL == "" {
		c.URL = "sqlite:peace.db"
	}
	return c.Config.Validate()
}

// Admin is the listener for operators, and the socket for commands.
type Admin struct {
	admin.Config
	Socket string `koanf:"socket" doc:"unix socket through which commands such as peace user reach the running server; empty switches it off"`
}

// Tracing sends spans to a collector.
type Tracing struct {
	Endpoint string  `koanf:"endpoint" doc:"OTLP collector to send traces to over gRPC, as http://HOST:4317 or https://HOST:4317; empty switches tracing off"`
	Sample   float64 `koanf:"sample" doc:"share of the requests that are traced, 0 to 1"`
}

// Validate reports the first setting that cannot work, by its key.
func (c Tracing) Validate() error {
	if c.Endpoint != "" && !strings.HasPrefix(c.Endpoint, "http://") && !strings.HasPrefix(c.Endpoint, "https://") {
		return errors.New("endpoint: must begin with http:// or https://")
	}
	if !(c.Sample >= 0 && c.Sample <= 1) {
		return errors.New("sample: must be from 0 to 1")
	}
	return nil
}

// Peers is what this process offers to others.
type Peers struct {
	peer.Config
	Serve []string `koanf:"serve" doc:"modules that peers may use"`
}

// Validate reports the first setting that cannot work, by its key.
func (c Peers) Validate() error {
	if c.Listen == "" {
		if len(c.Serve) > 0 {
			return errors.New("listen: must be set when there is something in peers.serve")
		}
		c.Listen = "127.0.0.1:0" // so that the rest is checked
	}
	return c.Config.Validate()
}

// DefaultConfig is a development server: everything in one process, on SQLite, for the domain localhost.
func DefaultConfig() *Config {
	return &Config{
		Domain:          "localhost",
		Aliases:         []string{},
		DataDir:         "data",
		Administrator:   "Administrator",
		ShutdownTimeout: 15 * time.Second,
		Log:             Log{Level: slog.LevelInfo, Format: "auto"},
		Database:        Database{Config: withoutURL(database.DefaultConfig()), Migrate: true},
		Config:          edge.DefaultConfig(),
		TLS:             certs.DefaultConfig(),
		Proxy:           realip.DefaultConfig(),
		Admin:           Admin{Config: admin.DefaultConfig(), Socket: "peace.sock"},
		Tracing:         Tracing{Sample: 1},
		Modules:         map[string]string{},
		Peer:            map[string]peer.DialConfig{},
		Peers:           Peers{Config: peer.DefaultConfig(), Serve: []string{}},
		State:           statemodule.DefaultConfig(),
		Geoip:           geoipmodule.DefaultConfig(),
		Signature:       signaturemodule.DefaultConfig(),
		Users:           usersmodule.DefaultConfig(),
		Mail:            mailmodule.DefaultConfig(),
		OAuth:           oauthmodule.DefaultConfig(),
		Relations:       relationsmodule.DefaultConfig(),
		Sessions:        sessionsmodule.DefaultConfig(),
		Chat:            chatmodule.DefaultConfig(),
		Files:           filesmodule.DefaultConfig(),
		Performance:     performancemodule.DefaultConfig(),
		Beatmaps:        beatmapsmodule.DefaultConfig(),
		Scores:          scoresmodule.DefaultConfig(),
		Rankings:        rankingsmodule.DefaultConfig(),
		Spectator:       spectatormodule.DefaultConfig(),
		Achievements:    achievementsmodule.DefaultConfig(),
		Notifications:   notificationsmodule.DefaultConfig(),
		Activity:        activitymodule.DefaultConfig(),
		Content:         contentmodule.DefaultConfig(),
		Comments:        commentsmodule.DefaultConfig(),
		Moderation:      moderationmodule.DefaultConfig(),
		Bot:             botmodule.DefaultConfig(),
		Bancho:          banchomodule.DefaultConfig(),
		Gateway:         gateway.DefaultConfig(),
		Web:             web.DefaultConfig(),
		WebScores:       webscores.DefaultConfig(),
		Direct:          direct.DefaultConfig(),
		Screenshots:     screenshots.DefaultConfig(),
		Medals:          medals.DefaultConfig(),
		API:             DefaultAPIConfig(),
		Feed:            ws.DefaultConfig(),
		Lazer:           lazer.DefaultConfig(),
		Site:            site.DefaultConfig(),
	}
}

// withoutURL leaves the place of the database open until the data directory is known.
func withoutURL(c database.Config) database.Config {
	c.URL = ""
	return c
}

// Validate reports what no section can see on its own.
func (c *Config) Validate() error {
	var errs []error
	if c.Domain == "" {
		errs = append(errs, errors.New("domain: must not be empty"))
	} else if _, err := hosts.New(append([]string{c.Domain}, c.Aliases...)...); err != nil {
		errs = append(errs, fmt.Errorf("domain: %w", err))
	}
	if c.DataDir == "" {
		errs = append(errs, errors.New("data_dir: must not be empty"))
	}
	if c.ShutdownTimeout < time.Second || c.ShutdownTimeout > 10*time.Minute {
		errs = append(errs, errors.New("shutdown_timeout: must be between 1s and 10m"))
	}
	if c.HTTP.Listen != "" || c.HTTPS.Listen != "" {
		errs = append(errs, c.Config.Validate())
	}
	return errors.Join(errs...)
}

// LoadConfig reads a configuration over the defaults, with the sections of the extensions, and settles its paths.
func LoadConfig(sources config.Sources, options Options) (*Config, error) {
	c := DefaultConfig()
	if err := config.Load(c, sources, options.Sections()...); err != nil {
		return nil, err
	}
	return c, c.settle()
}

// settle makes relative paths start in the data directory, and fills in what follows from other settings.
func (c *Config) settle() error {
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	c.DataDir = dir
	for _, path := range []*string{
		&c.State.Journal, &c.Geoip.File, &c.Signature.Dir, &c.Web.AvatarsDir.Dir, &c.Admin.Socket, &c.Performance.Beatmaps, &c.Files.Dir,
		&c.Files.S3.SecretFile, &c.Beatmaps.Sources.Directory, &c.Medals.Dir, &c.Content.Dir, &c.OAuth.KeyFile, &c.Mail.PasswordFile, &c.TLS.Cert, &c.TLS.Key,
	} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(c.DataDir, *path)
		}
	}
	if c.Database.URL == "" {
		c.Database.URL = database.URL("sqlite:" + filepath.Join(c.DataDir, "peace.db"))
	}
	for name, p := range c.Peer {
		if p.Token == "" {
			p.Token = c.Peers.Token
			c.Peer[name] = p
		}
	}
	return nil
}

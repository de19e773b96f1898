// Package lazer is what the realtime hubs of osu!lazer have in common: who may connect, from which builds of the game, how long a
// token holds a connection open, and how failures are told. The hubs themselves are below it, each in a package of its own
// (spectator, metadata); the protocol is in transport/signalr, the classes on the wire in osu/hubs.
package lazer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Config is the section [lazer].
type Config struct {
	Versions []string       `koanf:"versions" doc:"builds of the game that may use the hubs, each as the MD5 of its osu.Game.dll; empty lets all in"`
	Hubs     signalr.Config `koanf:"hubs"`
}

// DefaultConfig lets every build in.
func DefaultConfig() Config { return Config{Versions: []string{}, Hubs: signalr.DefaultConfig()} }

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	for i, version := range c.Versions {
		if len(version) != versionLength || strings.Trim(strings.ToLower(version), "0123456789abcdef") != "" {
			errs = append(errs, fmt.Errorf("versions[%d]: %q is not an MD5", i, version))
		}
	}
	if err := c.Hubs.Validate(); err != nil {
		for line := range strings.Lines(err.Error()) {
			errs = append(errs, errors.New("hubs."+strings.TrimSpace(line)))
		}
	}
	return errors.Join(errs...)
}

const (
	versionLength = 32 // an MD5 in hexadecimal

	// The official client proves its build in a longer form, of which a part near the end is the MD5
	// (ppy/osu-web app/Libraries/ClientCheck.php).
	proofLength = 82

	maxClient = 64 // bytes of X-Client-Session-ID, which is a GUID
)

// Headers that the game sends with negotiations and WebSockets (ppy/osu osu.Game/Online/HubClientConnector.cs).
const (
	VersionHeader = "X-Osu-Version-Hash"
	ClientHeader  = "X-Client-Session-ID"
)

// Scope is what a token must be for. Only the game gets such tokens.
const Scope = "*"

// errScope refuses tokens of other programs.
var errScope = fault.New(fault.Forbidden, "lazer", "scope", "this token is not for the game")

// errProved ends connections whose second factor was given while they came in. Their clients are told to come back, and not this.
var errProved = fault.New(fault.Precondition, "lazer", "proved", "this token was proved meanwhile")

// Tokens is the part of oauth that is used.
type Tokens interface {
	Check(ctx context.Context, accessToken string) (oauth.Token, error)
}

// Deps are what the gate needs of others.
type Deps struct {
	Tokens Tokens
	State  state.Topics
	Log    *slog.Logger
}

// Gate lets clients into the hubs. It is safe for concurrent use; make one with NewGate.
type Gate struct {
	deps     Deps
	hubs     signalr.Config
	versions atomic.Pointer[map[string]bool]
	stands   chan struct{} // closed when the end of tokens is noticed

	mu     sync.Mutex
	guards []*signalr.Hub
}

// NewGate returns a gate. It needs Run, which connections wait for.
func NewGate(config Config, deps Deps) (*Gate, error) {
	g := &Gate{deps: deps, hubs: config.Hubs, stands: make(chan struct{})}
	if err := g.Reload(config); err != nil {
		return nil, err
	}
	return g, nil
}

// Reload puts another list of builds into force, for connections that there are as well. The rest of config needs a restart.
func (g *Gate) Reload(config Config) error {
	if err := config.Validate(); err != nil {
		return err
	}
	versions := make(map[string]bool, len(config.Versions))
	for _, version := range config.Versions {
		versions[strings.ToLower(version)] = true
	}
	g.versions.Store(&versions)
	return nil
}

// Hub makes a hub of the game behind the gate: options need only what is its own (Name, Connected, Disconnected, and Admit, which is
// asked behind the gate's).
func (g *Gate) Hub(options signalr.Options, methods ...signalr.Method) (*signalr.Hub, error) {
	options.Protocol = protocol.MessagePack
	options.Authenticate = g.authenticate
	options.Explain = Explain
	options.Farewell = ServerShuttingDown()
	if options.Log == nil {
		options.Log = g.deps.Log
	}
	own := options.Admit
	options.Admit = func(ctx context.Context, c *signalr.Conn, method string) error {
		if err := g.admit(c); err != nil || own == nil {
			return err
		}
		return own(ctx, c, method)
	}
	connected := options.Connected
	options.Connected = func(ctx context.Context, c *signalr.Conn) error {
		select {
		case <-g.stands:
		case <-ctx.Done(): // better served than not
		}
		// From here on what happens to the token is noticed; it may have ended before, or been proved.
		t, err := g.deps.Tokens.Check(ctx, c.Identity().Secret)
		switch {
		case errors.Is(err, oauth.ErrNoToken):
			return err
		case err == nil && t.Verified && c.Identity().Pending:
			c.Close("", true) // to come back at once, as who he is now
			return errProved
		}
		if connected == nil {
			return nil
		}
		return connected(ctx, c)
	}
	hub, err := signalr.New(g.hubs, options, methods...)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.guards = append(g.guards, hub)
	return hub, nil
}

// authenticate asks whose token it is.
func (g *Gate) authenticate(r *http.Request, token string) (signalr.Identity, error) {
	if token == "" {
		return signalr.Identity{}, oauth.ErrNoToken
	}
	t, err := g.deps.Tokens.Check(r.Context(), token)
	if err != nil {
		return signalr.Identity{}, err
	}
	if t.UserID <= 0 || !slices.Contains(t.Scopes, Scope) {
		return signalr.Identity{}, errScope
	}
	client := r.Header.Get(ClientHeader)
	if len(client) > maxClient {
		client = client[:maxClient]
	}
	return signalr.Identity{
		UserID: t.UserID, TokenID: t.ID, Secret: token, Pending: !t.Verified,
		Client: strings.ToValidUTF8(client, ""), Version: version(r.Header.Get(VersionHeader)), Address: realip.ClientIP(r.Context()),
	}, nil
}

// version returns the MD5 in what a client says of its build; "" when there is none.
func version(said string) string {
	if len(said) >= proofLength {
		said = said[len(said)-proofLength:][:versionLength]
	}
	if len(said) != versionLength {
		return ""
	}
	return strings.ToLower(said)
}

// admit refuses calls from builds that are not on the list.
func (g *Gate) admit(c *signalr.Conn) error {
	if versions := *g.versions.Load(); len(versions) == 0 || versions[c.Identity().Version] {
		return nil
	}
	return errVersion
}

// Run ends connections whose tokens end, until ctx ends. It must be called once.
func (g *Gate) Run(ctx context.Context) error {
	stood := false
	view.Listen(ctx, g.deps.State, []string{oauth.Topic}, g.deps.Log, func(ctx context.Context) error {
		if stood { // events may have been missed
			g.checkAll(ctx)
		} else {
			close(g.stands)
		}
		stood = true
		return nil
	}, func(_ context.Context, n state.Notice) error {
		if event, err := wire.Unpack(n.Payload); err == nil {
			if changed, ok := event.(*oauthpb.Changed); ok {
				g.changed(changed)
			}
		}
		return nil
	})
	return nil
}

func (g *Gate) connections(userID int32) []*signalr.Conn {
	g.mu.Lock()
	hubs := slices.Clone(g.guards)
	g.mu.Unlock()
	var list []*signalr.Conn
	for _, hub := range hubs {
		if userID == 0 {
			list = append(list, hub.Connections()...)
		} else {
			list = append(list, hub.Of(userID)...)
		}
	}
	return list
}

// changed looks after the connections of tokens that were verified, replaced or ended. Whoever may stay comes back at once, as
// who he is now; the others do not get past the negotiation.
func (g *Gate) changed(event *oauthpb.Changed) {
	for _, c := range g.connections(event.GetUserId()) {
		switch who := c.Identity(); {
		case !slices.Contains(event.GetTokenIds(), who.TokenID):
		case event.GetVerified() && !who.Pending: // it has come since
		case event.GetSuccessor() != 0:
			c.Renew(event.GetSuccessor())
		default:
			c.Close("", true)
		}
	}
}

// checkAll ends connections whose tokens are not valid any more.
func (g *Gate) checkAll(ctx context.Context) {
	for _, c := range g.connections(0) {
		who := c.Identity()
		t, err := g.deps.Tokens.Check(ctx, who.Secret)
		if errors.Is(err, oauth.ErrNoToken) || err == nil && t.Verified == who.Pending {
			c.Close("", true)
		}
	}
}

package peer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/net/netutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

// Config is how a process offers its modules to others.
type Config struct {
	// Listen is an address such as "10.0.0.2:7000", or "unix:PATH". Without TLS it must be loopback or a unix socket.
	Listen string `koanf:"listen" doc:"address for peers, as 10.0.0.2:7000 or unix:PATH; empty switches it off. Off this machine it needs tls and token or tls.ca"`
	// TLS secures the listener; with tls.ca callers must show a certificate.
	TLS TLS `koanf:"tls"`
	// Token is the secret that callers must send; with tls.ca, a certificate or the token.
	Token string `koanf:"token" secret:"true" doc:"secret that callers must send; with tls.ca, a certificate or the token. It is also sent to peers that have none of their own"`
	// Reflection lets callers list services and messages, for tools such as grpcurl.
	Reflection bool `koanf:"reflection" doc:"let callers list services, for tools such as grpcurl"`
	// MaxMessage bounds one message in bytes, in either direction.
	MaxMessage int `koanf:"max_message" doc:"bytes of one message at most"`
	// MaxUnary bounds the time of one call that is no stream, whatever its caller allows.
	MaxUnary time.Duration `koanf:"max_unary" doc:"longest time of one call, whatever its caller allows"`
	// MaxStreams bounds the calls of one connection at a time, MaxConnections the connections.
	MaxStreams     uint32 `koanf:"max_streams" doc:"calls of one connection at a time"`
	MaxConnections int    `koanf:"max_connections" doc:"connections at a time"`
	// HandshakeTimeout bounds how long a new connection may take to become one.
	HandshakeTimeout time.Duration `koanf:"handshake_timeout" doc:"how long a new connection may take to become one"`
}

// DefaultConfig listens nowhere.
func DefaultConfig() Config {
	return Config{
		MaxMessage: 4 << 20, MaxUnary: 30 * time.Second, MaxStreams: 1024, MaxConnections: 256, HandshakeTimeout: 5 * time.Second,
	}
}

// Validate reports the first setting that cannot work, by its key.
func (c Config) Validate() error {
	network, address := splitListen(c.Listen)
	switch {
	case address == "":
		return errors.New("listen: must name an address or unix:PATH")
	case c.MaxMessage < 1<<10 || c.MaxMessage > 64<<20:
		return errors.New("max_message: must be between 1024 and 67108864 bytes")
	case c.MaxUnary <= 0:
		return errors.New("max_unary: must be positive")
	case c.MaxStreams == 0:
		return errors.New("max_streams: must be positive")
	case c.MaxConnections <= 0:
		return errors.New("max_connections: must be positive")
	case c.HandshakeTimeout <= 0:
		return errors.New("handshake_timeout: must be positive")
	case local(network, address):
		return nil
	case !c.TLS.on():
		return fmt.Errorf("listen: %s can be reached from other machines, so it needs encryption: set tls.cert and tls.key, "+
			"or listen on a loopback address or unix:PATH", c.Listen)
	case c.Token == "" && c.TLS.CA == "":
		return fmt.Errorf("listen: %s can be reached from other machines, so callers must prove who they are: set token or tls.ca", c.Listen)
	}
	return nil
}

// Deps is what a Server works with.
type Deps struct {
	Log *slog.Logger
	// Name and Build tell callers what they talk to: a name for people and the program's version.
	Name, Build string
	// Listener, when set, is used instead of opening Config.Listen. It must be what that describes.
	Listener net.Listener
	// Tracing, when set, makes the trace of a call go on in its caller's.
	Tracing trace.TracerProvider
}

// Server offers services to peers. Register them before Run; it is a grpc.ServiceRegistrar.
type Server struct {
	peerpb.UnimplementedPeerServiceServer
	grpc     *grpc.Server
	health   *health.Server
	listener net.Listener
	log      *slog.Logger

	name, build string
	methods     map[string]method // unary ones, for Pipeline
	maxUnary    time.Duration
	maxMessage  int
	maxStreams  uint32
	wantToken   bool
	tokenSum    [sha256.Size]byte

	draining context.Context // ends when the server begins to drain
	drain    context.CancelFunc
}

// streamWorkers is how many goroutines are kept for calls.
const streamWorkers = 32

// NewServer opens the listener. Connections wait in it until Run.
func NewServer(ctx context.Context, c Config, d Deps) (*Server, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	secure, err := serverTLS(c)
	if err != nil {
		return nil, err
	}
	if d.Listener == nil {
		if d.Listener, err = listen(ctx, c.Listen); err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
	}
	s := &Server{
		health: health.NewServer(), listener: netutil.LimitListener(d.Listener, c.MaxConnections), log: d.Log,
		name: d.Name, build: d.Build, methods: map[string]method{},
		maxUnary: c.MaxUnary, maxMessage: c.MaxMessage, maxStreams: c.MaxStreams,
		wantToken: c.Token != "", tokenSum: sha256.Sum256([]byte(c.Token)),
	}
	s.draining, s.drain = context.WithCancel(context.Background())
	options := []grpc.ServerOption{
		grpc.InTapHandle(s.admit),
		grpc.UnaryInterceptor(s.unary),
		grpc.StreamInterceptor(s.stream),
		grpc.MaxRecvMsgSize(c.MaxMessage),
		grpc.MaxSendMsgSize(c.MaxMessage),
		grpc.MaxConcurrentStreams(c.MaxStreams),
		grpc.MaxHeaderListSize(16 << 10),
		grpc.ConnectionTimeout(c.HandshakeTimeout),
		grpc.WaitForHandlers(true),
		// A goroutine that has grown its stack once serves one short call after the other; more are started as needed.
		grpc.NumStreamWorkers(streamWorkers),
		// A caller that vanished without a word is found out within half a minute; one without calls is let go.
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 20 * time.Second, Timeout: 10 * time.Second, MaxConnectionIdle: 10 * time.Minute}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
	}
	if secure != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(secure)))
	}
	if d.Tracing != nil {
		options = append(options, grpc.StatsHandler(otelgrpc.NewServerHandler(otelgrpc.WithTracerProvider(d.Tracing))))
	}
	s.grpc = grpc.NewServer(options...)
	s.register(&grpc_health_v1.Health_ServiceDesc, s.health)
	s.register(&peerpb.PeerService_ServiceDesc, s)
	if c.Reflection {
		reflection.Register(s.grpc)
	}
	return s, nil
}

// RegisterService offers a service; generated Register functions call it.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.register(desc, impl)
	s.health.SetServingStatus(desc.ServiceName, grpc_health_v1.HealthCheckResponse_SERVING)
}

// register offers a service to both kinds of calls.
func (s *Server) register(desc *grpc.ServiceDesc, impl any) {
	s.grpc.RegisterService(desc, impl)
	maps.Copy(s.methods, methodsOf(desc, impl))
}

// Addr returns the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Describe implements the PeerService.
func (s *Server) Describe(context.Context, *peerpb.DescribeRequest) (*peerpb.DescribeResponse, error) {
	var services []string
	for name := range s.grpc.GetServiceInfo() {
		services = append(services, name)
	}
	slices.Sort(services)
	return &peerpb.DescribeResponse{Name: s.name, Build: s.build, Services: services}, nil
}

// Run serves until ctx ends or Drain has finished, and leaves no call running.
func (s *Server) Run(ctx context.Context) error {
	defer s.drain()
	stop := context.AfterFunc(ctx, s.grpc.Stop)
	defer stop()
	if err := s.grpc.Serve(s.listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return fmt.Errorf("peer listener: %w", err)
	}
	if ctx.Err() != nil {
		s.grpc.Stop() // waits for the handlers
	}
	return nil
}

// Drain takes no new calls, ends the streams so that callers go elsewhere, and waits for the other calls. When ctx ends
// first they are cancelled and Drain returns its error.
func (s *Server) Drain(ctx context.Context) error {
	s.health.Shutdown()
	s.drain()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.grpc.GracefulStop()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		s.grpc.Stop()
		<-done
		return ctx.Err()
	}
}

// Close drops every connection and the listener.
func (s *Server) Close() error {
	s.drain()
	s.grpc.Stop()
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func splitListen(address string) (network, path string) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return "unix", path
	}
	return "tcp", address
}

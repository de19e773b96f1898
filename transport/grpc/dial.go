package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/trace"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

// DialConfig is how one peer is reached.
type DialConfig struct {
	// Target is "HOST:PORT", "dns:///HOST:PORT" (every address that the name has, in turn) or "unix:PATH".
	Target string `koanf:"target" doc:"HOST:PORT, dns:///HOST:PORT (every address of the name, in turn) or unix:PATH"`
	// Timeout bounds a call that is no stream, retries included, whose context allows longer.
	Timeout time.Duration `koanf:"timeout" doc:"longest time of one call, retries included"`
	// Token is the secret that the peer asks for.
	Token string `koanf:"token" secret:"true" doc:"secret that the peer asks for; empty means that of [peers]"`
	// TLS secures the connection. Without it the target must be loopback or a unix socket.
	TLS TLS `koanf:"tls"`
	// MaxMessage bounds one message in bytes, in either direction.
	MaxMessage int `koanf:"max_message" doc:"bytes of one message at most"`
}

// DefaultDialConfig is the settings of a peer of which only the target is known.
func DefaultDialConfig() DialConfig {
	return DialConfig{Timeout: 2 * time.Second, MaxMessage: 4 << 20}
}

// SetDefaults is how the configuration file's [peer.NAME] begins.
func (c *DialConfig) SetDefaults() { *c = DefaultDialConfig() }

// Validate reports the first setting that cannot work, by its key.
func (c DialConfig) Validate() error {
	network, address := splitTarget(c.Target)
	switch {
	case address == "":
		return errors.New("target: must name HOST:PORT, dns:///HOST:PORT or unix:PATH")
	case c.Timeout <= 0:
		return errors.New("timeout: must be positive")
	case c.MaxMessage < 1<<10 || c.MaxMessage > 64<<20:
		return errors.New("max_message: must be between 1024 and 67108864 bytes")
	case !c.TLS.on() && !local(network, address):
		return fmt.Errorf("target: %s is another machine, so the connection needs encryption: set tls.ca, or tls.enabled = true "+
			"for a certificate of a public authority", c.Target)
	}
	return nil
}

// DialDeps is what a connection works with.
type DialDeps struct {
	// Peer is the name by which the settings know the peer; it appears in errors.
	Peer string
	// Name and Build tell the peer who calls, as Deps does.
	Name, Build string
	// Tracing, when set, makes the trace of a call go on in the peer.
	Tracing trace.TracerProvider
}

// Conn is a connection to a peer that keeps itself up: it is made in the background, balanced over the target's addresses
// and made again, within about a second, when it is lost. Hand it to the generated NewClient functions.
type Conn struct {
	*grpc.ClientConn
	name, build, peer string
	timeout           time.Duration
	pipeline          *pipeline // nil when calls go one by one
}

// Dial prepares a connection and begins to make it. It does not wait: a peer may start later.
func Dial(c DialConfig, d DialDeps) (*Conn, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if c.TLS.on() {
		config, pool, err := c.TLS.load()
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
		transport = credentials.NewTLS(config)
	}
	conn := &Conn{name: d.Name, build: d.Build, peer: d.Peer, timeout: c.Timeout}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithUnaryInterceptor(conn.unary),
		grpc.WithStreamInterceptor(conn.stream),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(c.MaxMessage), grpc.MaxCallSendMsgSize(c.MaxMessage)),
		grpc.WithDisableServiceConfig(), // what a DNS record says is not our configuration
		grpc.WithDefaultServiceConfig(serviceConfig()),
		grpc.WithIdleTimeout(0),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 15 * time.Second, Timeout: 5 * time.Second, PermitWithoutStream: true}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 800 * time.Millisecond},
			MinConnectTimeout: 3 * time.Second,
		}),
	}
	if d.Name != "" {
		// A header that is the same in every call is sent as one byte.
		options = append(options, grpc.WithUserAgent(agentOf(d.Name)))
	}
	if c.Token != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer{token: c.Token, plain: !c.TLS.on()}))
	}
	if d.Tracing != nil {
		options = append(options, grpc.WithStatsHandler(otelgrpc.NewClientHandler(otelgrpc.WithTracerProvider(d.Tracing))))
	}
	var err error
	if conn.ClientConn, err = grpc.NewClient(c.Target, options...); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	conn.Connect()
	if pipelined(c.Target) && d.Tracing == nil { // a trace is continued by headers, which only ordinary calls have
		conn.pipeline = newPipeline(conn.ClientConn)
	}
	return conn, nil
}

func splitTarget(target string) (network, address string) {
	for _, scheme := range []string{"unix://", "unix:"} {
		if path, ok := strings.CutPrefix(target, scheme); ok {
			return "unix", path
		}
	}
	return "tcp", strings.TrimPrefix(target, "dns:///")
}

// Close ends the connection. Calls that are under way fail.
func (c *Conn) Close() error {
	if c.pipeline != nil {
		c.pipeline.close()
	}
	return c.ClientConn.Close()
}

// Invoke makes a unary call: through the pipeline when that is open, and the ordinary way otherwise. With a context that has ended
// it makes none: gRPC might, and let the answer win.
func (c *Conn) Invoke(ctx context.Context, method string, request, response any, options ...grpc.CallOption) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.pipeline != nil {
		if done, err := c.pipe(ctx, method, request, response); done {
			return err
		}
	}
	return c.ClientConn.Invoke(ctx, method, request, response, options...)
}

// pipe tries to make a call through the pipeline. It reports false when the call has to be made the ordinary way: it was not
// begun, or may be made twice.
func (c *Conn) pipe(ctx context.Context, method string, request, response any) (done bool, err error) {
	in, ok := request.(proto.Message)
	if !ok || proto.Size(in) > maxPiped {
		return false, nil
	}
	message, err := proto.Marshal(in)
	if err != nil {
		return false, nil //nolint:nilerr // the ordinary way says it better
	}
	deadline := time.Now().Add(c.timeout + waitOf(request))
	if callers, ok := ctx.Deadline(); ok && callers.Before(deadline) {
		deadline = callers
	}
	for attempt := 1; ; attempt++ {
		o, open, err := c.pipeline.call(ctx, deadline, method, message)
		switch {
		case err != nil:
			return true, err
		case !open, o.answer == nil && (!o.begun || harmless(method)):
			return false, nil
		case o.answer == nil:
			return true, fmt.Errorf("%w: peer %s: %w", ErrPeerUnavailable, c.peer, errStreamEnded)
		}
		err = c.read(o.answer, response.(proto.Message))
		if status.Code(err) != codes.Unavailable || attempt == maxAttempts || !harmless(method) || !pause(ctx, deadline, attempt) {
			return true, fromStatus(c.peer, err)
		}
	}
}

// read takes the response out of an answer. Its error is a status.
func (c *Conn) read(answer *peerpb.Answer, response proto.Message) error {
	if len(answer.GetStatus()) > 0 {
		var s spb.Status
		if err := proto.Unmarshal(answer.GetStatus(), &s); err != nil {
			return status.Error(codes.Internal, "its status cannot be read")
		}
		return status.ErrorProto(&s)
	}
	if err := proto.Unmarshal(answer.GetResponse(), response); err != nil {
		return status.Error(codes.Internal, "its answer cannot be read")
	}
	return nil
}

// How often, and after which pause, a harmless call to a peer that is unavailable is made.
const (
	maxAttempts  = 3
	firstBackoff = 50 * time.Millisecond
)

// pause waits before another attempt, twice as long each time and never in step with others. It reports false when there is
// no time for it.
func pause(ctx context.Context, deadline time.Time, attempt int) bool {
	longest := firstBackoff << (attempt - 1)
	wait := longest/2 + rand.N(longest)
	if time.Until(deadline) < wait {
		return false
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

// unary bounds a call in time, waits that long for a peer that is not there yet, and turns a status into its error.
func (c *Conn) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, next grpc.UnaryInvoker, options ...grpc.CallOption) error {
	bounded, cancel := within(ctx, c.timeout+waitOf(req))
	defer cancel()
	err := next(bounded, method, req, reply, cc, append(options, grpc.WaitForReady(true))...)
	if err == nil {
		return nil
	}
	err = fromStatus(c.peer, err)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && cc.GetState() != connectivity.Ready {
		return fmt.Errorf("%w: peer %s: no connection within %s", ErrPeerUnavailable, c.peer, c.timeout)
	}
	return err
}

// stream turns statuses into errors. A stream fails at once when the peer is away, since nothing would bound the wait.
func (c *Conn) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, next grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := next(ctx, desc, cc, method, options...)
	if err != nil {
		return nil, fromStatus(c.peer, err)
	}
	return translated{stream, c.peer}, nil
}

type translated struct {
	grpc.ClientStream
	peer string
}

func (t translated) SendMsg(m any) error { return t.translate(t.ClientStream.SendMsg(m)) }
func (t translated) RecvMsg(m any) error { return t.translate(t.ClientStream.RecvMsg(m)) }
func (t translated) CloseSend() error    { return t.translate(t.ClientStream.CloseSend()) }

func (t translated) translate(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return fromStatus(t.peer, err)
}

// isHarmless reports whether the .proto says of a method that a second run does no harm.
func isHarmless(method protoreflect.MethodDescriptor) bool {
	options, ok := method.Options().(*descriptorpb.MethodOptions)
	return ok && options.GetIdempotencyLevel() != descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN
}

// harmless is isHarmless of the method with a full name such as "/peace.users.v1.AccountsService/Get".
func harmless(name string) bool {
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(name, "/"), "/", ".")))
	if err != nil {
		return false
	}
	method, ok := found.(protoreflect.MethodDescriptor)
	return ok && isHarmless(method)
}

// serviceConfig balances in turn, and retries the methods of Peace's contracts whose .proto says that a second run does
// no harm, when the peer was lost. gRPC adds jitter to the delays.
func serviceConfig() string {
	type name struct {
		Service string `json:"service"`
		Method  string `json:"method"`
	}
	type retry struct {
		MaxAttempts          int      `json:"maxAttempts"`
		InitialBackoff       string   `json:"initialBackoff"`
		MaxBackoff           string   `json:"maxBackoff"`
		BackoffMultiplier    float64  `json:"backoffMultiplier"`
		RetryableStatusCodes []string `json:"retryableStatusCodes"`
	}
	type methods struct {
		Name  []name `json:"name"`
		Retry retry  `json:"retryPolicy"`
	}
	config := struct {
		Balancing []map[string]struct{} `json:"loadBalancingConfig"`
		Methods   []methods             `json:"methodConfig,omitempty"`
	}{Balancing: []map[string]struct{}{{"round_robin": {}}}}

	var repeatable []name
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				if method := service.Methods().Get(j); isHarmless(method) {
					repeatable = append(repeatable, name{string(service.FullName()), string(method.Name())})
				}
			}
		}
		return true
	})
	if len(repeatable) > 0 {
		config.Methods = []methods{{repeatable, retry{maxAttempts, fmt.Sprintf("%.3fs", firstBackoff.Seconds()), "0.5s", 2, []string{"UNAVAILABLE"}}}}
	}
	text, err := json.Marshal(config)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(text)
}

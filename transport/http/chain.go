package http

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/observe"
)

// rateAddresses is for how many addresses at a time the general rate is kept, in 1.5 MiB.
const rateAddresses = 1 << 16

// Chain puts around an edge's handler what all of them share. It is safe for concurrent use.
type Chain struct {
	observer *observe.Observer
	rate     *limit.Rate
	timeout  time.Duration
	tracing  trace.TracerProvider
}

// NewChain returns the Chain of one App. tracing may be nil, and then costs nothing. It fails when the metrics of another
// Chain are in registry.
func NewChain(cfg PlainConfig, log *slog.Logger, registry prometheus.Registerer, tracing trace.TracerProvider) (*Chain, error) {
	observer, err := observe.New(log, registry)
	if err != nil {
		return nil, err
	}
	return &Chain{
		observer: observer,
		rate:     limit.NewRate(cfg.Rate, cfg.RateBurst, rateAddresses),
		timeout:  cfg.RequestTimeout,
		tracing:  tracing,
	}, nil
}

// Edge is for the hosts of everything but bancho: requests are traced, measured, logged with an id, limited per address and
// given a deadline, and panics are caught. The label is the host's name in metrics ("osu", "api"). With a chi router as
// handler, requests are known by the pattern of their route. Bodies are bounded where the route is known (limit.Body).
func (c *Chain) Edge(label string, h http.Handler) http.Handler {
	return c.traced(label, c.observer.Host(label, c.rate.Handler(limit.Timeout(c.timeout)(h))))
}

// Hot is for a handler of a single route that is asked thousands of times a second, as bancho is: requests are measured and
// panics are caught; there is no id, and the handler sets its own deadline and limits what has to be (logins) itself.
func (c *Chain) Hot(label, pattern string, h http.Handler) http.Handler {
	return c.traced(label, c.observer.Route(label, pattern, h))
}

// Socket is for a handler that turns requests into connections of another protocol, which live on when it returns or stay in it:
// requests are measured until then and limited per address, panics are caught, and there is no deadline.
func (c *Chain) Socket(label, pattern string, h http.Handler) http.Handler {
	return c.traced(label, c.observer.Route(label, pattern, c.rate.Handler(h)))
}

func (c *Chain) traced(label string, h http.Handler) http.Handler {
	if c.tracing == nil {
		return h
	}
	return otelhttp.NewHandler(h, label,
		otelhttp.WithTracerProvider(c.tracing),
		otelhttp.WithMeterProvider(noop.NewMeterProvider()), // Prometheus has the numbers
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }), // players do not decide what is sampled
		otelhttp.WithSpanNameFormatter(func(label string, _ *http.Request) string { return "http " + label }),
	)
}

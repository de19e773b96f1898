package observe

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxRoutes bounds the routes that one host is counted under. Patterns come from the program, so it is met only by a router
// that is built wrongly; the rest is then counted as "other".
const maxRoutes = 256

type metrics struct {
	seconds *prometheus.HistogramVec
}

func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	m := &metrics{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "peace_http_request_seconds",
		Help:    "Time to answer an HTTP request, by host, route pattern and class of the status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30},
	}, []string{"host", "route", "status"})}
	return m, registry.Register(m.seconds)
}

// classes are the values of the label status.
var classes = [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}

// hostMetrics finds the series of a request without hashing its labels.
type hostMetrics struct {
	label   string
	metrics *metrics

	mu     sync.RWMutex
	routes map[string]*routeMetrics
}

type routeMetrics [len(classes)]prometheus.Observer

func (m *metrics) host(label string) *hostMetrics {
	return &hostMetrics{label: label, metrics: m, routes: map[string]*routeMetrics{}}
}

func (h *hostMetrics) observe(pattern string, status int, elapsed time.Duration) {
	if status == 0 {
		status = 200 // what net/http sends for a handler that writes nothing
	}
	class := min(max(status/100-1, 0), len(classes)-1)
	h.route(pattern)[class].Observe(elapsed.Seconds())
}

func (h *hostMetrics) route(pattern string) *routeMetrics {
	h.mu.RLock()
	route := h.routes[pattern]
	h.mu.RUnlock()
	if route != nil {
		return route
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.routes) >= maxRoutes {
		pattern = "other"
	}
	if route = h.routes[pattern]; route == nil {
		route = new(routeMetrics)
		for i, class := range classes {
			route[i] = h.metrics.seconds.WithLabelValues(h.label, pattern, class)
		}
		h.routes[pattern] = route
	}
	return route
}

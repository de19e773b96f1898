package signalr

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pure-peace/peace/modules/fault"
)

// Metrics counts what happens in hubs; all hubs of a process share one. nil counts nothing.
type Metrics struct {
	connections *prometheus.GaugeVec     // by hub
	ends        *prometheus.CounterVec   // by hub and cause
	calls       *prometheus.HistogramVec // by hub and method
	outcomes    *prometheus.CounterVec   // by hub and outcome
}

// NewMetrics registers the metrics.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		connections: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "peace", Subsystem: "hub", Name: "connections", Help: "Open connections of hubs.",
		}, []string{"hub"}),
		ends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "peace", Subsystem: "hub", Name: "connections_ended_total", Help: "Connections of hubs that ended, by cause.",
		}, []string{"hub", "cause"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "peace", Subsystem: "hub", Name: "call_seconds", Help: "Time that methods of hubs took.",
			Buckets: []float64{.0001, .0005, .002, .01, .05, .25, 1, 5},
		}, []string{"hub", "method"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "peace", Subsystem: "hub", Name: "calls_total", Help: "Calls of methods of hubs, by outcome.",
		}, []string{"hub", "outcome"}),
	}
	for _, c := range []prometheus.Collector{m.connections, m.ends, m.calls, m.outcomes} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Metrics) opened(h *Hub) {
	if m != nil {
		m.connections.WithLabelValues(h.options.Name).Inc()
	}
}

func (m *Metrics) closed(h *Hub, why cause) {
	if m != nil {
		m.connections.WithLabelValues(h.options.Name).Dec()
		m.ends.WithLabelValues(h.options.Name, string(why)).Inc()
	}
}

// called counts a call. method is "" when there is no such method: names that clients make up are no labels.
func (m *Metrics) called(h *Hub, method, outcome string, took time.Duration) {
	if m == nil {
		return
	}
	m.outcomes.WithLabelValues(h.options.Name, outcome).Inc()
	if took > 0 {
		m.calls.WithLabelValues(h.options.Name, method).Observe(took.Seconds())
	}
}

func outcome(err error) string {
	var (
		bind  *bindError
		crash *panicked
		own   *Exception
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &bind):
		return "arguments"
	case errors.As(err, &crash):
		return "panic"
	case errors.As(err, &own):
		return "exception"
	}
	return fault.KindOf(err).String()
}

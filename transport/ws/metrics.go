package ws

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts sockets and what they are sent. nil counts nothing.
type Metrics struct {
	connections prometheus.Gauge
	ends        *prometheus.CounterVec // by cause
	events      *prometheus.CounterVec // by name
}

// NewMetrics registers the metrics.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "peace", Subsystem: "feed", Name: "connections", Help: "Open notification sockets.",
		}),
		ends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "peace", Subsystem: "feed", Name: "connections_ended_total", Help: "Notification sockets that ended, by cause.",
		}, []string{"cause"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "peace", Subsystem: "feed", Name: "events_total", Help: "Events that notification sockets were sent, by name.",
		}, []string{"event"}),
	}
	for _, c := range []prometheus.Collector{m.connections, m.ends, m.events} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Metrics) opened() {
	if m != nil {
		m.connections.Inc()
	}
}

func (m *Metrics) closed(why error) {
	if m == nil {
		return
	}
	m.connections.Dec()
	cause := "other"
	for _, known := range []error{errGone, errLogout, errStale, errReplaced, errStopping, errSlow, errNoisy, errFailed} {
		if errors.Is(why, known) {
			cause = known.Error()
		}
	}
	m.ends.WithLabelValues(cause).Inc()
}

func (m *Metrics) sent(event string) {
	if m != nil {
		m.events.WithLabelValues(event).Inc()
	}
}

package local

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pure-peace/peace/osu/packets"
)

// metrics count what clients do. Labels come from small fixed sets: an id that no client uses is "unknown".
type metrics struct {
	logins  *prometheus.CounterVec
	packets *prometheus.CounterVec
	ignored *prometheus.CounterVec
	dropped *prometheus.CounterVec

	// What became of events: these are counted often, so their series are at hand.
	encoded, cached, skipped prometheus.Counter
}

// Why a packet was dropped.
const (
	dropDamaged = "damaged" // it, or what precedes it in its request, does not parse
	dropFlood   = "flood"   // the client sent too many
	dropFailed  = "failed"  // a module could not be reached
	dropAnswer  = "answer"  // it was handled, but its answer does not fit into the reply
)

func newMetrics(registry prometheus.Registerer) (metrics, error) {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "peace", Subsystem: "bancho", Name: name, Help: help}, []string{label})
	}
	m := metrics{
		logins:  counter("logins_total", "Logins of stable clients by result.", "result"),
		packets: counter("packets_total", "Packets of stable clients that were handled, by id.", "id"),
		ignored: counter("packets_ignored_total", "Packets of stable clients that nothing here handles, by id.", "id"),
		dropped: counter("packets_dropped_total", "Packets of stable clients that were dropped, by reason.", "reason"),
	}
	events := counter("events_total", "Events delivered to stable clients: encoded, cached (encoded for another), or skipped as unknown.", "how")
	m.encoded, m.cached, m.skipped = events.WithLabelValues("encoded"), events.WithLabelValues("cached"), events.WithLabelValues("skipped")
	if registry == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.logins, m.packets, m.ignored, m.dropped, events} {
		errs = append(errs, registry.Register(c))
	}
	return m, errors.Join(errs...)
}

// label is the value of the label "id".
func label(id packets.ID) string {
	if !id.FromClient() {
		return "unknown"
	}
	return strconv.Itoa(int(id))
}

package scores

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what players ask for. Labels come from small fixed sets.
type metrics struct {
	submissions *prometheus.CounterVec // by answer
	doubts      *prometheus.CounterVec // by kind
	boards      *prometheus.CounterVec // by what was shown
}

func newMetrics(registry prometheus.Registerer) (metrics, error) {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "peace", Subsystem: "web_scores", Name: name, Help: help}, []string{label})
	}
	m := metrics{
		submissions: counter("submissions_total", "Plays that stable clients submitted, by answer.", "answer"),
		doubts:      counter("doubts_total", "What honest clients do not do, by kind.", "kind"),
		boards:      counter("boards_total", "Leaderboards that stable clients asked for, by what was shown.", "shown"),
	}
	if registry == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.submissions, m.doubts, m.boards} {
		errs = append(errs, registry.Register(c))
	}
	return m, errors.Join(errs...)
}

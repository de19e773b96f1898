package signalr_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/client"
)

func gathered(registry *prometheus.Registry, name string) int {
	n, err := testutil.GatherAndCount(registry, name)
	if err != nil {
		return -1
	}
	return n
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	metrics, err := signalr.NewMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signalr.NewMetrics(registry); err == nil {
		t.Error("registered twice")
	}
	h := serve(t, func(_ *signalr.Config, o *signalr.Options) { o.Metrics = metrics })
	c, other := h.dial(t, h.options("one")), h.dial(t, h.options("two"))
	for _, method := range []string{"Nothing", "Refuse", "Break", "Panic", "Throw", "Missing", "anything", "Double"} {
		_ = c.Invoke(t.Context(), method)
	}
	_ = c.Invoke(t.Context(), "Double", client.Arg(msgp.AppendString, "x"))
	other.Close()
	receive(t, h.ended)
	eventually(t, "it is counted", func() bool { return gathered(registry, "peace_hub_connections_ended_total") == 1 })
	if n, err := testutil.GatherAndCount(registry, "peace_hub_connections", "peace_hub_call_seconds"); err != nil || n == 0 {
		t.Errorf("%d metrics, %v", n, err)
	}
	want := `
# HELP peace_hub_calls_total Calls of methods of hubs, by outcome.
# TYPE peace_hub_calls_total counter
peace_hub_calls_total{hub="test",outcome="arguments"} 2
peace_hub_calls_total{hub="test",outcome="exception"} 1
peace_hub_calls_total{hub="test",outcome="forbidden"} 1
peace_hub_calls_total{hub="test",outcome="internal"} 1
peace_hub_calls_total{hub="test",outcome="ok"} 1
peace_hub_calls_total{hub="test",outcome="panic"} 1
peace_hub_calls_total{hub="test",outcome="unknown"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "peace_hub_calls_total"); err != nil {
		t.Error(err)
	}
}

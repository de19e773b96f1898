package telemetry_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/pure-peace/peace/app/telemetry"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/wire"
)

var _ wire.Observer = (*telemetry.Observer)(nil)

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	o, err := telemetry.New(registry, nil)
	if err != nil {
		t.Fatal(err)
	}
	missing := fault.New(fault.NotFound, "users", "user_not_found", "no such user")
	for _, err := range []error{nil, missing, missing, errors.New("disk on fire"), context.Canceled} {
		_, done := o.Start(t.Context(), "users", "Get")
		done(err)
	}
	want := `
# HELP peace_call_faults_total Calls of services that failed, by the kind of their fault.
# TYPE peace_call_faults_total counter
peace_call_faults_total{kind="canceled",method="Get",service="users"} 1
peace_call_faults_total{kind="internal",method="Get",service="users"} 1
peace_call_faults_total{kind="not_found",method="Get",service="users"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "peace_call_faults_total"); err != nil {
		t.Error(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "peace_call_duration_seconds" {
			if n := family.GetMetric()[0].GetHistogram().GetSampleCount(); n != 5 {
				t.Errorf("%d durations, want 5", n)
			}
			return
		}
	}
	t.Error("no histogram of durations")
}

func TestTwoOfOneRegistry(t *testing.T) {
	registry := prometheus.NewRegistry()
	if _, err := telemetry.New(registry, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := telemetry.New(registry, nil); err == nil {
		t.Error("the metrics were registered twice")
	}
}

func TestSpans(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	o, err := telemetry.New(prometheus.NewRegistry(), provider.Tracer("peace"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, done := o.Start(t.Context(), "users", "Get")
	if !trace.SpanContextFromContext(ctx).IsValid() {
		t.Error("the call does not run inside its span")
	}
	done(errors.New("password=hunter2"))
	got := spans.GetSpans()
	if len(got) != 1 || got[0].Name != "users/Get" {
		t.Fatalf("spans: %v", got)
	}
	for _, a := range got[0].Attributes {
		if strings.Contains(a.Value.AsString(), "hunter2") {
			t.Error("the text of an unnamed error is in the span")
		}
	}
	if got[0].Status.Description != "internal" {
		t.Errorf("status %q", got[0].Status.Description)
	}
}

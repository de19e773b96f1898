// Package telemetry turns the calls of services into metrics and spans. Its Observer is what the generated Observe
// functions take, so that a module is measured alike whether it runs in this process or in another.
//
// Exporters and the admin listener that shows the metrics are set up by package app; measures of a single module belong
// to that module.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/pure-peace/peace/modules/fault"
)

// Observer implements wire.Observer.
type Observer struct {
	duration *prometheus.HistogramVec
	faults   *prometheus.CounterVec
	tracer   trace.Tracer // nil when tracing is off

	mu      sync.RWMutex
	methods map[method]prometheus.Observer
}

// method names a series. There are as many as contracts have methods.
type method struct{ service, name string }

// New registers the metrics
//
//	peace_call_duration_seconds{service, method}      histogram
//	peace_call_faults_total{service, method, kind}    counter; kind is a fault.Kind
//
// A tracer that is not nil gets a span for each call.
func New(registry prometheus.Registerer, tracer trace.Tracer) (*Observer, error) {
	o := &Observer{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "peace_call_duration_seconds",
			Help: "Time that calls of services took, streams from their start to their end.",
			// From calls within the process, below a microsecond, to those that a deadline ends.
			Buckets: []float64{1e-6, 1e-5, 1e-4, 2.5e-4, 1e-3, 2.5e-3, 1e-2, 2.5e-2, 0.1, 0.25, 1, 2.5, 10},
		}, []string{"service", "method"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "peace_call_faults_total",
			Help: "Calls of services that failed, by the kind of their fault.",
		}, []string{"service", "method", "kind"}),
		tracer:  tracer,
		methods: make(map[method]prometheus.Observer),
	}
	if err := errors.Join(registry.Register(o.duration), registry.Register(o.faults)); err != nil {
		return nil, fmt.Errorf("registering call metrics: %w", err)
	}
	return o, nil
}

// Start implements wire.Observer.
func (o *Observer) Start(ctx context.Context, service, name string) (context.Context, func(error)) {
	duration := o.method(method{service, name})
	var span trace.Span
	if o.tracer != nil {
		ctx, span = o.tracer.Start(ctx, service+"/"+name)
	}
	start := time.Now()
	return ctx, func(err error) {
		duration.Observe(time.Since(start).Seconds())
		if err != nil {
			o.faults.WithLabelValues(service, name, fault.KindOf(err).String()).Inc()
		}
		if span != nil {
			end(span, err)
		}
	}
}

// method returns the histogram of a method; finding it by its labels each time would cost more than a local call.
func (o *Observer) method(m method) prometheus.Observer {
	o.mu.RLock()
	h, ok := o.methods[m]
	o.mu.RUnlock()
	if ok {
		return h
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	h = o.duration.WithLabelValues(m.service, m.name)
	o.methods[m] = h
	return h
}

// end closes a span. What a fault says is safe to record; other errors may hold anything, so only their kind is.
func end(span trace.Span, err error) {
	if err != nil {
		kind := fault.KindOf(err)
		span.SetAttributes(attribute.String("fault.kind", kind.String()))
		if f := fault.As(err); f != nil {
			span.SetAttributes(attribute.String("fault.domain", f.Domain), attribute.String("fault.reason", f.Reason))
		}
		if kind == fault.Internal || kind == fault.Unavailable || kind == fault.DeadlineExceeded {
			span.SetStatus(codes.Error, kind.String())
		}
	}
	span.End()
}

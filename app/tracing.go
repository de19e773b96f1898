package app

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
)

// tracing exports spans; nil exports none and costs nothing.
type tracing struct{ sdk *sdktrace.TracerProvider }

func newTracing(ctx context.Context, c Tracing, version string) (*tracing, error) {
	if c.Endpoint == "" {
		return nil, nil //nolint:nilnil // a nil *tracing is the one that is off
	}
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(c.Endpoint))
	if err != nil {
		return nil, fmt.Errorf("tracing.endpoint: %w", err)
	}
	return &tracing{sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(c.Sample))),
		sdktrace.WithResource(resource.NewSchemaless(semconv.ServiceName("peace"), semconv.ServiceVersion(version))),
	)}, nil
}

// provider returns what makes tracers, or a nil interface.
func (t *tracing) provider() trace.TracerProvider {
	if t == nil {
		return nil
	}
	return t.sdk
}

// tracer returns the tracer of module calls, or a nil interface.
func (t *tracing) tracer() trace.Tracer {
	if t == nil {
		return nil
	}
	return t.sdk.Tracer("github.com/pure-peace/peace")
}

// close sends what is left, for a while.
func (t *tracing) close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := t.sdk.Shutdown(ctx); err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	return nil
}

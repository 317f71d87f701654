// Sends spans, log records and metrics with the OpenTelemetry SDK for Go, and prints what it sent.
//
//	send --protocol grpc|http/protobuf --endpoint http://127.0.0.1:4317 [--compression gzip] > sent.jsonl
//
// Every line on stdout is one export request in OTLP/JSON, taken off the connection (print.go). The exit code is 0 only
// when every export succeeded. ../python/compare.py holds the lines against a file exporter's output.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	unicode = "gr\u00fc\u00df \u4f60\u597d \U0001f680 \u0000 \"quoted\" \\ \u2028 end"
	version = "1.2.3"
	schema  = "https://opentelemetry.io/schemas/1.36.0"
)

var (
	start = time.Unix(1_795_219_200, 0) // 21 Nov 2026
	raw   = attribute.ByteSliceValue([]byte{0, 255, 16, 'b'})
	mixed = attribute.SliceValue(
		attribute.IntValue(1),
		attribute.StringValue("two"),
		attribute.SliceValue(attribute.Float64Value(2.5), attribute.BoolValue(false), attribute.Value{}),
	)
	nested     = attribute.MapValue(attribute.Map("inner", attribute.KeyValue{Key: "deep", Value: mixed}), attribute.Map("empty"))
	attributes = []attribute.KeyValue{
		attribute.String("string", "plain"),
		attribute.String("empty", ""),
		attribute.String("unicode.\u00e9", unicode),
		attribute.Bool("true", true),
		attribute.Bool("false", false),
		attribute.Int64("zero", 0),
		attribute.Int64("negative", -42),
		attribute.Int64("int64.max", math.MaxInt64),
		attribute.Int64("int64.min", math.MinInt64),
		attribute.Float64("double", 0.1),
		attribute.Float64("double.zero", 0),
		attribute.Float64("double.minus-zero", math.Copysign(0, -1)),
		attribute.Float64("double.tiny", math.SmallestNonzeroFloat64),
		attribute.Float64("double.huge", math.MaxFloat64),
		attribute.Float64("double.nan", math.NaN()),
		attribute.Float64("double.infinity", math.Inf(-1)),
		attribute.StringSlice("strings", []string{"a", "", unicode}),
		attribute.BoolSlice("bools", []bool{true, false}),
		attribute.Int64Slice("ints", []int64{1, 0, math.MinInt64}),
		attribute.Float64Slice("doubles", []float64{0.5, -0.25, math.Inf(1)}),
		attribute.StringSlice("nothing", []string{}),
		{Key: "bytes", Value: raw},
		{Key: "mixed", Value: mixed},
		{Key: "map", Value: nested},
		{Key: "null", Value: attribute.Value{}},
	}
)

// remote is the span of another process that spans, records and exemplars refer to.
func remote() trace.SpanContext {
	state, _ := trace.ParseTraceState("vendor=value,other=1")
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x66, 0x66, 0x77, 0x77, 0x88, 0x88},
		SpanID:     trace.SpanID{0x99, 0x99, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc, 0xcc},
		TraceFlags: trace.FlagsSampled,
		TraceState: state,
		Remote:     true,
	})
}

// seededIDs are the same in every run.
type seededIDs struct{ last uint64 }

func (ids *seededIDs) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	var id trace.TraceID
	ids.last++
	binary.BigEndian.PutUint64(id[:8], 0x0102030405060708)
	binary.BigEndian.PutUint64(id[8:], 0x090a0b0c00000000+ids.last)
	return id, ids.NewSpanID(ctx, id)
}

func (ids *seededIDs) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	var id trace.SpanID
	ids.last++
	binary.BigEndian.PutUint64(id[:], 0xa0b0c0d000000000+ids.last)
	return id
}

// sendSpans makes one span of every kind, then links, events, status, trace state and a parent.
func sendSpans(tracer trace.Tracer) {
	ctx, at := context.Background(), func(after int) trace.SpanEventOption {
		return trace.WithTimestamp(start.Add(time.Duration(after)))
	}
	for kind := trace.SpanKindInternal; kind <= trace.SpanKindConsumer; kind++ {
		_, span := tracer.Start(ctx, "kind "+kind.String(), trace.WithSpanKind(kind), at(int(kind)), trace.WithAttributes(attributes...))
		span.End(at(1_000_000))
	}
	link := trace.Link{SpanContext: remote(), Attributes: []attribute.KeyValue{attribute.Int("link", 1)}}
	parent := trace.ContextWithRemoteSpanContext(ctx, remote())
	_, child := tracer.Start(parent, "child "+unicode, trace.WithLinks(link, trace.Link{SpanContext: remote()}), at(0))
	child.AddEvent("first", at(10), trace.WithAttributes(attributes...))
	child.AddEvent("second", at(20))
	child.SetStatus(codes.Error, "failed: "+unicode)
	child.End(at(30))
	_, fine := tracer.Start(ctx, "fine", at(0))
	fine.SetStatus(codes.Ok, "")
	fine.End(at(0))
}

// sendLogs makes records of every severity, with every kind of body, with and without a span.
func sendLogs(logger log.Logger) {
	ctx := context.Background()
	for severity := log.SeverityTrace1; severity <= log.SeverityFatal4; severity++ {
		var record log.Record
		record.SetTimestamp(start.Add(time.Duration(severity)))
		record.SetObservedTimestamp(start.Add(1_000))
		record.SetSeverity(severity)
		record.SetSeverityText(severity.String())
		record.SetBody(attribute.StringValue(fmt.Sprintf("severity %d", severity)))
		logger.Emit(ctx, record)
	}
	bodies := []attribute.Value{
		attribute.StringValue(""), attribute.StringValue(unicode), attribute.BoolValue(true), attribute.BoolValue(false),
		attribute.IntValue(0), attribute.Int64Value(math.MinInt64), attribute.Float64Value(0), attribute.Float64Value(1.5),
		attribute.Float64Value(math.NaN()), raw, mixed, nested, {},
	}
	within := trace.ContextWithRemoteSpanContext(ctx, remote())
	for _, body := range bodies {
		var record log.Record
		record.SetTimestamp(start)
		record.SetObservedTimestamp(start)
		record.SetBody(body)
		record.AddAttributes(attributes...)
		logger.Emit(within, record)
	}
	var event log.Record
	event.SetObservedTimestamp(start)
	event.SetEventName("device.app.lifecycle")
	event.AddAttributes(attribute.String("state", "created"))
	logger.Emit(ctx, event)
}

// sendMetrics uses every instrument, with integers and doubles, several points, exemplars, negative and zero values.
func sendMetrics(meter metric.Meter) error {
	ctx := context.Background()
	within := trace.ContextWithRemoteSpanContext(ctx, remote())
	with := func(key, value string) metric.MeasurementOption {
		return metric.WithAttributes(attribute.String(key, value))
	}
	all := metric.WithAttributes(attributes...)
	var failed []error
	noted := func(err error) { failed = append(failed, err) }

	requests, err := meter.Int64Counter("requests", metric.WithUnit("{request}"), metric.WithDescription(unicode))
	noted(err)
	requests.Add(within, 5, all)
	requests.Add(ctx, 0, with("http.request.method", "POST"))
	requests.Add(ctx, 1<<53+1)
	sent, err := meter.Float64Counter("bytes", metric.WithUnit("By"))
	noted(err)
	sent.Add(within, 12.75, all)
	active, err := meter.Int64UpDownCounter("active", metric.WithUnit("{item}"))
	noted(err)
	active.Add(ctx, 3, with("pool", "a"))
	active.Add(ctx, -8, with("pool", "b"))
	load, err := meter.Float64UpDownCounter("load")
	noted(err)
	load.Add(ctx, -0.5)
	temperature, err := meter.Float64Gauge("temperature", metric.WithUnit("Cel"))
	noted(err)
	temperature.Record(ctx, -3.5, with("room", "cellar"))
	temperature.Record(ctx, math.Inf(1), with("room", "sun"))
	zero, err := meter.Int64Gauge("zero")
	noted(err)
	zero.Record(ctx, 0)

	_, err = meter.Float64ObservableGauge("observed", metric.WithFloat64Callback(func(_ context.Context, to metric.Float64Observer) error {
		to.Observe(1.25, with("k", "v"))
		to.Observe(2)
		return nil
	}))
	noted(err)
	total := metric.WithInt64Callback(func(_ context.Context, to metric.Int64Observer) error {
		to.Observe(77)
		return nil
	})
	_, err = meter.Int64ObservableCounter("observed.total", total)
	noted(err)
	_, err = meter.Int64ObservableUpDownCounter("observed.active", total)
	noted(err)

	latency, err := meter.Float64Histogram("latency", metric.WithUnit("ms"), metric.WithExplicitBucketBoundaries(1, 10, 100))
	noted(err)
	size, err := meter.Float64Histogram("size.exponential", metric.WithUnit("By"))
	noted(err)
	for _, value := range []float64{0, 0.5, 1, 9.99, 50, 1000, 123456.789} {
		latency.Record(within, value, with("route", "/a"))
		size.Record(within, value, with("route", "/a"))
		size.Record(ctx, -value, with("route", "/negative"))
	}
	latency.Record(ctx, 3, with("route", unicode))
	count, err := meter.Int64Histogram("count")
	noted(err)
	count.Record(ctx, 7)
	return errors.Join(failed...)
}

func run(protocol, endpoint, compression string) error {
	ctx := context.Background()
	spans, logs, metrics, err := exporters(ctx, protocol, endpoint, compression)
	if err != nil {
		return err
	}
	about := resource.NewWithAttributes(
		"https://opentelemetry.io/schemas/1.37.0",
		attribute.String("service.name", "go-client"),
		attribute.String("resource.unicode", unicode),
		attribute.StringSlice("resource.list", []string{"x", "y"}),
	)

	tracers := sdktrace.NewTracerProvider(
		sdktrace.WithResource(about), sdktrace.WithIDGenerator(&seededIDs{}), sdktrace.WithBatcher(spans))
	sendSpans(tracers.Tracer("client.tracer", trace.WithInstrumentationVersion(version), trace.WithSchemaURL(schema),
		trace.WithInstrumentationAttributes(attribute.Int("scope", 1))))

	loggers := sdklog.NewLoggerProvider(
		sdklog.WithResource(about), sdklog.WithProcessor(sdklog.NewBatchProcessor(logs)))
	sendLogs(loggers.Logger("client.logger", log.WithInstrumentationVersion(version), log.WithSchemaURL(schema),
		log.WithInstrumentationAttributes(attribute.String("scope", "a"))))

	meters := sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(about),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics, sdkmetric.WithInterval(time.Hour))),
		sdkmetric.WithView(sdkmetric.NewView(
			sdkmetric.Instrument{Name: "size.*"},
			sdkmetric.Stream{Aggregation: sdkmetric.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}})))
	made := sendMetrics(meters.Meter("client.meter", metric.WithInstrumentationVersion(version), metric.WithSchemaURL(schema),
		metric.WithInstrumentationAttributes(attribute.Float64("scope", 2.5))))

	// The metric reader would export once more when it is shut down, so the process ends without that.
	return errors.Join(made, tracers.ForceFlush(ctx), loggers.ForceFlush(ctx), meters.ForceFlush(ctx))
}

func main() {
	protocol := flag.String("protocol", "", "grpc or http/protobuf")
	endpoint := flag.String("endpoint", "", "http://HOST:PORT")
	compression := flag.String("compression", "none", "none or gzip")
	flag.Parse()

	// Exports in the background and partial successes are only told here.
	var lock sync.Mutex
	var told []error
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		lock.Lock()
		defer lock.Unlock()
		told = append(told, err)
	}))
	err := run(*protocol, *endpoint, *compression)
	lock.Lock()
	if err = errors.Join(append(told, err)...); err != nil {
		fmt.Fprintln(os.Stderr, "send:", err)
		os.Exit(1)
	}
}

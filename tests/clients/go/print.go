package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	collectorlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// exporters prints what each of them sends. They are configured by the environment, as applications are; none retries,
// since a failure is what the caller wants to see.
func exporters(ctx context.Context, protocol, endpoint, compression string) (
	spans sdktrace.SpanExporter, logs sdklog.Exporter, metrics sdkmetric.Exporter, err error,
) {
	var failed [7]error
	failed[0] = os.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
	failed[1] = os.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
	failed[2] = os.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "10000")
	// The other clients send cumulative metrics.
	failed[3] = os.Setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
	switch protocol {
	case "grpc":
		dial := grpc.WithUnaryInterceptor(printCall)
		spans, failed[4] = otlptracegrpc.New(ctx,
			otlptracegrpc.WithDialOption(dial), otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{}))
		logs, failed[5] = otlploggrpc.New(ctx,
			otlploggrpc.WithDialOption(dial), otlploggrpc.WithRetry(otlploggrpc.RetryConfig{}))
		metrics, failed[6] = otlpmetricgrpc.New(ctx,
			otlpmetricgrpc.WithDialOption(dial), otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{}))
	case "http/protobuf":
		client := &http.Client{Transport: printing{}}
		spans, failed[4] = otlptracehttp.New(ctx,
			otlptracehttp.WithHTTPClient(client), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{}))
		logs, failed[5] = otlploghttp.New(ctx,
			otlploghttp.WithHTTPClient(client), otlploghttp.WithRetry(otlploghttp.RetryConfig{}))
		metrics, failed[6] = otlpmetrichttp.New(ctx,
			otlpmetrichttp.WithHTTPClient(client), otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{}))
	default:
		return nil, nil, nil, fmt.Errorf("protocol %q: expected grpc or http/protobuf", protocol)
	}
	return spans, logs, metrics, errors.Join(failed[:]...)
}

// printCall prints the request of a gRPC call and makes the call.
func printCall(
	ctx context.Context, method string, request, reply any, on *grpc.ClientConn, call grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	if err := print(request.(proto.Message)); err != nil {
		return err
	}
	return call(ctx, method, request, reply, on, options...)
}

// printing prints the body of an HTTP request and sends the request.
type printing struct{}

func (printing) RoundTrip(request *http.Request) (*http.Response, error) {
	message, err := message(request)
	if err == nil {
		err = print(message)
	}
	if err != nil {
		return nil, err
	}
	return http.DefaultTransport.RoundTrip(request)
}

// message is what the body of a request says; the body itself is left as it is.
func message(request *http.Request) (proto.Message, error) {
	messages := map[string]proto.Message{
		"/v1/traces":  &collectortrace.ExportTraceServiceRequest{},
		"/v1/logs":    &collectorlogs.ExportLogsServiceRequest{},
		"/v1/metrics": &collectormetrics.ExportMetricsServiceRequest{},
	}
	message, found := messages[request.URL.Path]
	if !found {
		return nil, fmt.Errorf("a request to %s", request.URL.Path)
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	if request.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	encoded, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return message, proto.Unmarshal(encoded, message)
}

// print writes a request as a line of OTLP/JSON.
func print(message proto.Message) error {
	encoded, err := protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(message)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var request any
	if err := decoder.Decode(&request); err != nil {
		return err
	}
	line, err := json.Marshal(hexIDs(request))
	if err != nil {
		return err
	}
	// One write, since exporters of several signals are at work.
	_, err = os.Stdout.Write(append(line, '\n'))
	return err
}

// hexIDs makes ids hexadecimal, as OTLP has them; protobuf's JSON has base64.
func hexIDs(value any) any {
	switch value := value.(type) {
	case []any:
		for index, inner := range value {
			value[index] = hexIDs(inner)
		}
	case map[string]any:
		for key, inner := range value {
			id, isString := inner.(string)
			if isString && (key == "traceId" || key == "spanId" || key == "parentSpanId") {
				raw, _ := base64.StdEncoding.DecodeString(id)
				value[key] = hex.EncodeToString(raw)
			} else {
				value[key] = hexIDs(inner)
			}
		}
	}
	return value
}

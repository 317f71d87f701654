"""Sends spans, log records and metrics with the OpenTelemetry SDK for Python, and prints what it sent.

    send.py --protocol grpc|http/protobuf --endpoint http://127.0.0.1:4317 [--compression gzip] > sent.jsonl

Every line on stdout is one export request in OTLP/JSON, made by the SDK's own encoder from what its exporter was given.
The exit code is 0 only when every export succeeded. compare.py holds the lines against a file exporter's output.
"""

import argparse
import json
import sys

from google.protobuf.json_format import MessageToDict
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

START = 1_795_219_200_000_000_000  # 21 Nov 2026, ns since 1970
UNICODE = "gr\u00fc\u00df \u4f60\u597d \U0001f680 \u0000 \"quoted\" \\ \u2028 end"
ATTRIBUTES = {
    "string": "plain",
    "empty": "",
    "unicode.\u00e9": UNICODE,
    "true": True,
    "false": False,
    "zero": 0,
    "negative": -42,
    "int64.max": 2**63 - 1,
    "int64.min": -(2**63),
    "double": 0.1,
    "double.zero": 0.0,
    "double.tiny": 5e-324,
    "double.huge": 1.7976931348623157e308,
    "strings": ["a", "", UNICODE],
    "bools": [True, False],
    "ints": [1, 0, -(2**63)],
    "doubles": [0.5, -0.25],
    "nothing": [],
}
MIXED = {
    "bytes": b"\x00\xff\x10binary",
    "map": {"inner": {"deep": [1, "two", 3.5, False, {"leaf": "x"}]}, "empty": {}},
    "null": None,
}
failures = []


class SeededIds(IdGenerator):
    """Ids that are the same in every run."""

    def __init__(self):
        self.last = 0

    def generate_span_id(self):
        self.last += 1
        return 0xA0B0_C0D0_0000_0000 + self.last

    def generate_trace_id(self):
        self.last += 1
        return 0x0102_0304_0506_0708_090A_0B0C_0000_0000 + self.last


def printed(exporter, encode):
    """Makes `exporter` print what it exports and note when that fails."""
    export = exporter.export

    def export_and_print(batch, *args, **kwargs):
        request = MessageToDict(encode(batch), use_integers_for_enums=True)
        print(json.dumps(hex_ids(request)), flush=True)
        result = export(batch, *args, **kwargs)
        if result.name != "SUCCESS":
            failures.append(f"{type(exporter).__module__}: {result.name}")
        return result

    exporter.export = export_and_print
    return exporter


def hex_ids(value):
    """Ids are base64 in protobuf's JSON and hexadecimal in OTLP's."""
    import base64

    if isinstance(value, list):
        return [hex_ids(inner) for inner in value]
    if isinstance(value, dict):
        ids = ("traceId", "spanId", "parentSpanId")
        return {key: base64.b64decode(inner).hex() if key in ids else hex_ids(inner) for key, inner in value.items()}
    return value


def exporters(protocol, endpoint, compression):
    if protocol == "grpc":
        from grpc import Compression
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        compression = Compression.Gzip if compression == "gzip" else Compression.NoCompression
        options = {"compression": compression, "insecure": True, "timeout": 10}
        where = dict.fromkeys(("traces", "logs", "metrics"), endpoint)
    else:
        from opentelemetry.exporter.otlp.proto.http import Compression
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        compression = Compression.Gzip if compression == "gzip" else Compression.NoCompression
        options = {"compression": compression, "timeout": 10}
        where = {signal: f"{endpoint.rstrip('/')}/v1/{signal}" for signal in ("traces", "logs", "metrics")}
    return (
        printed(OTLPSpanExporter(endpoint=where["traces"], **options), encode_spans),
        printed(OTLPLogExporter(endpoint=where["logs"], **options), encode_logs),
        printed(OTLPMetricExporter(endpoint=where["metrics"], **options), encode_metrics),
    )


def send_spans(tracer):
    """One of every kind, then links, events, status, trace state and a parent."""
    for index, kind in enumerate(SpanKind):
        span = tracer.start_span(f"kind {kind.name}", kind=kind, start_time=START + index, attributes=ATTRIBUTES)
        span.end(end_time=START + index + 1_000_000)
    remote = SpanContext(
        0x11112222333344445555666677778888,
        0x9999AAAABBBBCCCC,
        is_remote=True,
        trace_flags=TraceFlags(1),
        trace_state=TraceState([("vendor", "value"), ("other", "1")]),
    )
    parent = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    span = tracer.start_span(
        f"child {UNICODE}",
        context=parent,
        kind=SpanKind.CONSUMER,
        links=[Link(remote, {"link": 1}), Link(remote)],
        start_time=START,
    )
    span.add_event("first", {"event.attribute": UNICODE, "list": [1, 2]}, timestamp=START + 10)
    span.add_event("second", timestamp=START + 20)
    span.set_status(Status(StatusCode.ERROR, f"failed: {UNICODE}"))
    span.end(end_time=START + 30)
    span = tracer.start_span("fine", start_time=START)
    span.set_status(Status(StatusCode.OK))
    span.end(end_time=START)
    return remote


def send_logs(logger, context):
    """Every severity, every kind of body, with and without a span."""
    for severity in SeverityNumber:
        logger.emit(
            LogRecord(
                timestamp=START + severity.value,
                observed_timestamp=START + 1_000,
                severity_number=severity,
                severity_text=severity.name.lower(),
                body=f"severity {severity.value}",
            )
        )
    bodies = ["", UNICODE, True, False, 0, -7, 2**63 - 1, 0.0, 1.5, b"\x00\x01\xfe", [1, "a", [2.5, None]], MIXED, None]
    for body in bodies:
        logger.emit(
            LogRecord(
                timestamp=START,
                observed_timestamp=START,
                body=body,
                attributes={**ATTRIBUTES, **MIXED},
                context=trace.set_span_in_context(trace.NonRecordingSpan(context)),
            )
        )
    logger.emit(LogRecord(observed_timestamp=START, event_name="device.app.lifecycle", attributes={"state": "created"}))


def send_metrics(meter):
    """One of every instrument, integers and doubles, several points, negative and zero values."""
    counter = meter.create_counter("requests", unit="{request}", description=f"requests {UNICODE}")
    counter.add(5, {"http.request.method": "GET", "unicode": UNICODE})
    counter.add(0, {"http.request.method": "POST"})
    counter.add(2**53 + 1)
    meter.create_counter("bytes", unit="By").add(12.75, {"flag": True, "n": -1, "ratio": 0.5, "list": ["a", "b"]})
    active = meter.create_up_down_counter("active", unit="{item}")
    active.add(3, {"pool": "a"})
    active.add(-8, {"pool": "b"})
    meter.create_gauge("temperature", unit="Cel").set(-3.5, {"room": "cellar"})
    meter.create_gauge("zero").set(0)
    meter.create_observable_gauge("observed", callbacks=[lambda _: [Observation(1.25, {"k": "v"}), Observation(2)]])
    meter.create_observable_counter("observed.total", callbacks=[lambda _: [Observation(77)]])

    def pools(_: CallbackOptions):
        return [Observation(-1, {"pool": "c"})]

    meter.create_observable_up_down_counter("observed.active", callbacks=[pools])
    histogram = meter.create_histogram("latency", unit="ms", explicit_bucket_boundaries_advisory=[1.0, 10.0, 100.0])
    exponential = meter.create_histogram("size.exponential", unit="By")
    for value in (0, 0.5, 1, 9.99, 50, 1000, 123456.789):
        histogram.record(value, {"route": "/a"})
        exponential.record(value, {"route": "/a"})
    histogram.record(3, {"route": UNICODE})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["grpc", "http/protobuf"], required=True)
    parser.add_argument("--endpoint", required=True, help="http://HOST:PORT")
    parser.add_argument("--compression", choices=["none", "gzip"], default="none")
    arguments = parser.parse_args()
    spans, logs, metrics = exporters(arguments.protocol, arguments.endpoint, arguments.compression)

    attributes = {"service.name": "python-client", "resource.unicode": UNICODE, "resource.list": ["x", "y"]}
    resource = Resource(attributes, schema_url="https://opentelemetry.io/schemas/1.37.0")
    scope = {"version": "1.2.3", "schema_url": "https://opentelemetry.io/schemas/1.36.0"}
    names = {"instrumenting_library_version": scope["version"], "schema_url": scope["schema_url"]}

    tracers = TracerProvider(resource=resource, id_generator=SeededIds(), shutdown_on_exit=False)
    tracers.add_span_processor(BatchSpanProcessor(spans))
    context = send_spans(tracers.get_tracer("client.tracer", attributes={"scope": 1}, **names))

    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    loggers.add_log_record_processor(BatchLogRecordProcessor(logs))
    send_logs(loggers.get_logger("client.logger", attributes={"scope": "a"}, **scope), context)

    view = View(instrument_type=Histogram, instrument_name="size.*", aggregation=ExponentialBucketHistogramAggregation())
    reader = PeriodicExportingMetricReader(metrics, export_interval_millis=float("inf"))
    meters = MeterProvider([reader], resource=resource, views=[view], shutdown_on_exit=False)
    send_metrics(meters.get_meter("client.meter", attributes={"scope": 2.5}, **scope))

    for provider in (tracers, loggers, meters):
        if not provider.force_flush(20_000):
            failures.append(f"{type(provider).__name__}: flush failed")
    # The metric reader would export once more when it is shut down, so the process ends without that.
    tracers.shutdown()
    loggers.shutdown()
    for failure in failures:
        print(f"send.py: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

// Sends spans, log records and metrics with the OpenTelemetry SDK for Java, and prints what it sent.
//
//   java -cp 'lib/*' Send.java --protocol grpc|http/protobuf --endpoint http://127.0.0.1:4317 [--compression gzip]
//
// Every line on stdout is one export request in OTLP/JSON, made by the SDK's own marshalers from what its exporter was
// given. The exit code is 0 only when every export succeeded. ../python/compare.py holds the lines against a file
// exporter's output. pom.xml says what `lib` holds.

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.otlp.logs.LogsRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.metrics.MetricsRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

public class Send {
  static final long START = 1_795_219_200_000_000_000L; // 21 Nov 2026, ns since 1970
  static final TimeUnit NANOS = TimeUnit.NANOSECONDS;
  static final Duration TIMEOUT = Duration.ofSeconds(10);
  static final String UNICODE = "gr\u00fc\u00df \u4f60\u597d \ud83d\ude80 \u0000 \"quoted\" \\ \u2028 end";
  static final String SCHEMA = "https://opentelemetry.io/schemas/1.36.0";
  static final Queue<String> FAILURES = new ConcurrentLinkedQueue<>();

  /** What every SDK has. */
  static final Attributes SIMPLE =
      Attributes.builder()
          .put("string", "plain")
          .put("empty", "")
          .put("unicode.\u00e9", UNICODE)
          .put("true", true)
          .put("false", false)
          .put("zero", 0)
          .put("negative", -42)
          .put("int64.max", Long.MAX_VALUE)
          .put("int64.min", Long.MIN_VALUE)
          .put("double", 0.1)
          .put("double.zero", 0.0)
          .put("double.minus-zero", -0.0)
          .put("double.tiny", Double.MIN_VALUE)
          .put("double.huge", Double.MAX_VALUE)
          .put("double.nan", Double.NaN)
          .put("double.infinity", Double.NEGATIVE_INFINITY)
          .put("strings", "a", "", UNICODE)
          .put("bools", true, false)
          .put("ints", 1, 0, Long.MIN_VALUE)
          .put("doubles", 0.5, -0.25, Double.POSITIVE_INFINITY)
          .put(AttributeKey.stringArrayKey("nothing"), List.of())
          .build();

  static final Value<?> BYTES = Value.of(new byte[] {0, -1, 16, 'b'});
  static final Value<?> LIST = Value.of(Value.of(1), Value.of("two"), Value.of(Value.of(2.5), Value.empty()));
  static final Value<?> MAP =
      Value.of(
          KeyValue.of("inner", Value.of(KeyValue.of("deep", LIST), KeyValue.of("leaf", Value.of(false)))),
          KeyValue.of("empty", Value.of(Map.of())));
  static final Attributes ATTRIBUTES =
      SIMPLE.toBuilder()
          .put(AttributeKey.valueKey("bytes"), BYTES)
          .put(AttributeKey.valueKey("mixed"), LIST)
          .put(AttributeKey.valueKey("map"), MAP)
          .put(AttributeKey.valueKey("null"), Value.empty())
          .build();

  static final SpanContext REMOTE =
      SpanContext.createFromRemoteParent(
          "11112222333344445555666677778888",
          "9999aaaabbbbcccc",
          TraceFlags.getSampled(),
          TraceState.builder().put("other", "1").put("vendor", "value").build());
  static final Context IN_SPAN = Context.root().with(Span.wrap(REMOTE));

  /** Ids that are the same in every run. */
  static class SeededIds implements IdGenerator {
    private int last = 0;

    @Override
    public String generateSpanId() {
      return "a0b0c0d0%08x".formatted(++last);
    }

    @Override
    public String generateTraceId() {
      return "0102030405060708090a0b0c%08x".formatted(++last);
    }
  }

  public static void main(String[] arguments) throws Exception {
    String protocol = option(arguments, "--protocol", "");
    String endpoint = option(arguments, "--endpoint", "");
    String compression = option(arguments, "--compression", "none");
    if (endpoint.isEmpty() || !List.of("grpc", "http/protobuf").contains(protocol)) {
      System.err.println("usage: Send.java --protocol grpc|http/protobuf --endpoint http://HOST:PORT");
      System.exit(2);
    }
    boolean isGrpc = protocol.equals("grpc");
    SpanExporter spans = printed(SpanExporter.class, spans(isGrpc, endpoint, compression), TraceRequestMarshaler::create);
    LogRecordExporter logs = printed(LogRecordExporter.class, logs(isGrpc, endpoint, compression), LogsRequestMarshaler::create);
    MetricExporter metrics = printed(MetricExporter.class, metrics(isGrpc, endpoint, compression), MetricsRequestMarshaler::create);

    Attributes about =
        Attributes.builder()
            .put("service.name", "java-client")
            .put("resource.unicode", UNICODE)
            .put("resource.list", "x", "y")
            .build();
    Resource resource = Resource.create(about, "https://opentelemetry.io/schemas/1.37.0");

    SdkTracerProvider tracers =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setIdGenerator(new SeededIds())
            .addSpanProcessor(BatchSpanProcessor.builder(spans).build())
            .build();
    send(tracers.tracerBuilder("client.tracer").setInstrumentationVersion("1.2.3").setSchemaUrl(SCHEMA).build());

    SdkLoggerProvider loggers =
        SdkLoggerProvider.builder()
            .setResource(resource)
            .addLogRecordProcessor(BatchLogRecordProcessor.builder(logs).build())
            .build();
    send(loggers.loggerBuilder("client.logger").setInstrumentationVersion("1.2.3").setSchemaUrl(SCHEMA).build());

    SdkMeterProvider meters =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerView(
                InstrumentSelector.builder().setName("size.*").build(),
                View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
            .registerMetricReader(PeriodicMetricReader.builder(metrics).setInterval(Duration.ofHours(1)).build())
            .build();
    send(meters.meterBuilder("client.meter").setInstrumentationVersion("1.2.3").setSchemaUrl(SCHEMA).build());

    for (CompletableResultCode flush : List.of(tracers.forceFlush(), loggers.forceFlush(), meters.forceFlush())) {
      if (!flush.join(20, TimeUnit.SECONDS).isSuccess()) {
        FAILURES.add("a flush failed");
      }
    }
    FAILURES.forEach(failure -> System.err.println("Send.java: " + failure));
    // The metric reader would export once more when it is shut down, so the process ends without that.
    System.exit(FAILURES.isEmpty() ? 0 : 1);
  }

  /** One of every kind, then links, events, status, trace state and a parent. */
  static void send(Tracer tracer) {
    for (SpanKind kind : SpanKind.values()) {
      long start = START + kind.ordinal();
      Span span =
          tracer
              .spanBuilder("kind " + kind)
              .setNoParent()
              .setSpanKind(kind)
              .setStartTimestamp(start, NANOS)
              .setAllAttributes(ATTRIBUTES)
              .startSpan();
      span.end(start + 1_000_000, NANOS);
    }
    Span child =
        tracer
            .spanBuilder("child " + UNICODE)
            .setParent(IN_SPAN)
            .addLink(REMOTE, Attributes.builder().put("link", 1).build())
            .addLink(REMOTE)
            .setStartTimestamp(START, NANOS)
            .startSpan();
    child.addEvent("first", ATTRIBUTES, START + 10, NANOS);
    child.addEvent("second", START + 20, NANOS);
    child.setStatus(StatusCode.ERROR, "failed: " + UNICODE);
    child.end(START + 30, NANOS);
    Span fine = tracer.spanBuilder("fine").setNoParent().setStartTimestamp(START, NANOS).startSpan();
    fine.setStatus(StatusCode.OK);
    fine.end(START, NANOS);
  }

  /** Every severity, every kind of body, with and without a span. */
  static void send(Logger logger) {
    for (Severity severity : Severity.values()) {
      logger
          .logRecordBuilder()
          .setContext(Context.root())
          .setTimestamp(START + severity.getSeverityNumber(), NANOS)
          .setObservedTimestamp(START + 1_000, NANOS)
          .setSeverity(severity)
          .setSeverityText(severity.name().toLowerCase())
          .setBody("severity " + severity.getSeverityNumber())
          .emit();
    }
    List<Value<?>> bodies =
        List.of(
            Value.of(""), Value.of(UNICODE), Value.of(true), Value.of(false), Value.of(0), Value.of(Long.MIN_VALUE),
            Value.of(0.0), Value.of(1.5), Value.of(Double.NaN), BYTES, LIST, MAP, Value.empty());
    for (Value<?> body : bodies) {
      logger
          .logRecordBuilder()
          .setContext(IN_SPAN)
          .setTimestamp(START, NANOS)
          .setObservedTimestamp(START, NANOS)
          .setBody(body)
          .setAllAttributes(ATTRIBUTES)
          .emit();
    }
    logger
        .logRecordBuilder()
        .setContext(Context.root())
        .setObservedTimestamp(START, NANOS)
        .setEventName("device.app.lifecycle")
        .setAttribute("state", "created")
        .emit();
  }

  /** One of every instrument, integers and doubles, several points, exemplars, negative and zero values. */
  static void send(Meter meter) {
    var requests = meter.counterBuilder("requests").setUnit("{request}").setDescription(UNICODE).build();
    requests.add(5, ATTRIBUTES, IN_SPAN);
    requests.add(0, Attributes.builder().put("http.request.method", "POST").build());
    requests.add((1L << 53) + 1);
    meter.counterBuilder("bytes").setUnit("By").ofDoubles().build().add(12.75, SIMPLE, IN_SPAN);
    var active = meter.upDownCounterBuilder("active").setUnit("{item}").build();
    active.add(3, Attributes.builder().put("pool", "a").build());
    active.add(-8, Attributes.builder().put("pool", "b").build());
    meter.upDownCounterBuilder("load").ofDoubles().build().add(-0.5);
    var cellar = Attributes.builder().put("room", "cellar").build();
    meter.gaugeBuilder("temperature").setUnit("Cel").build().set(-3.5, cellar);
    meter.gaugeBuilder("zero").ofLongs().build().set(0);
    meter.gaugeBuilder("observed").buildWithCallback(point -> point.record(1.25));
    meter.counterBuilder("observed.total").buildWithCallback(point -> point.record(77));
    meter.upDownCounterBuilder("observed.active").buildWithCallback(point -> point.record(-1));
    var latency =
        meter.histogramBuilder("latency").setUnit("ms").setExplicitBucketBoundariesAdvice(List.of(1.0, 10.0, 100.0)).build();
    var size = meter.histogramBuilder("size.exponential").setUnit("By").build();
    var route = Attributes.builder().put("route", "/a").build();
    for (double value : new double[] {0, 0.5, 1, 9.99, 50, 1000, 123456.789}) {
      latency.record(value, route, IN_SPAN);
      size.record(value, route, IN_SPAN);
    }
    latency.record(3, Attributes.builder().put("route", UNICODE).build());
    meter.histogramBuilder("count").ofLongs().build().record(7);
  }

  /** An exporter that also prints what it exports and notes when that fails. */
  static <T, D> T printed(Class<T> type, T exporter, Function<Collection<D>, Marshaler> request) {
    Object proxy =
        Proxy.newProxyInstance(
            Send.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (!method.getName().equals("export")) {
                return method.invoke(exporter, arguments);
              }
              @SuppressWarnings("unchecked")
              Collection<D> batch = (Collection<D>) arguments[0];
              ByteArrayOutputStream line = new ByteArrayOutputStream();
              request.apply(batch).writeJsonTo(line);
              line.write('\n');
              synchronized (System.out) {
                System.out.write(line.toByteArray());
                System.out.flush();
              }
              CompletableResultCode result = (CompletableResultCode) method.invoke(exporter, arguments);
              result.whenComplete(
                  () -> {
                    if (!result.isSuccess()) {
                      FAILURES.add(type.getSimpleName() + ": " + result.getFailureThrowable());
                    }
                  });
              return result;
            });
    return type.cast(proxy);
  }

  static SpanExporter spans(boolean isGrpc, String endpoint, String compression) {
    if (isGrpc) {
      var builder = OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).setTimeout(TIMEOUT);
      return builder.setCompression(compression).setRetryPolicy(null).build();
    }
    var builder = OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces").setTimeout(TIMEOUT);
    return builder.setCompression(compression).setRetryPolicy(null).build();
  }

  static LogRecordExporter logs(boolean isGrpc, String endpoint, String compression) {
    if (isGrpc) {
      var builder = OtlpGrpcLogRecordExporter.builder().setEndpoint(endpoint).setTimeout(TIMEOUT);
      return builder.setCompression(compression).setRetryPolicy(null).build();
    }
    var builder = OtlpHttpLogRecordExporter.builder().setEndpoint(endpoint + "/v1/logs").setTimeout(TIMEOUT);
    return builder.setCompression(compression).setRetryPolicy(null).build();
  }

  static MetricExporter metrics(boolean isGrpc, String endpoint, String compression) {
    if (isGrpc) {
      var builder = OtlpGrpcMetricExporter.builder().setEndpoint(endpoint).setTimeout(TIMEOUT);
      return builder.setCompression(compression).setRetryPolicy(null).build();
    }
    var builder = OtlpHttpMetricExporter.builder().setEndpoint(endpoint + "/v1/metrics").setTimeout(TIMEOUT);
    return builder.setCompression(compression).setRetryPolicy(null).build();
  }

  static String option(String[] arguments, String name, String otherwise) {
    int place = List.of(arguments).indexOf(name);
    return place >= 0 && place + 1 < arguments.length ? arguments[place + 1] : otherwise;
  }
}

// Sends spans, log records and metrics with the OpenTelemetry SDK for JavaScript, and prints what it sent.
//
//   node send.mjs --protocol http/json|http/protobuf --endpoint http://127.0.0.1:4318 [--compression gzip] > sent.jsonl
//
// Every line on stdout is one export request in OTLP/JSON, made by the SDK's own serializer from what its exporter was
// given. The exit code is 0 only when every export succeeded. ../python/compare.py holds the lines against a file
// exporter's output. TFO_NODE_MODULES names the node_modules to use, where that is not beside this file.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const modules = process.env.TFO_NODE_MODULES;
const require = createRequire(modules ? join(modules, 'from') : import.meta.url);
const { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, ValueType, createTraceState, trace } =
  require('@opentelemetry/api');
const { CompressionAlgorithm } = require('@opentelemetry/otlp-exporter-base');
const { JsonLogsSerializer, JsonMetricsSerializer, JsonTraceSerializer } = require('@opentelemetry/otlp-transformer');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchLogRecordProcessor, LoggerProvider } = require('@opentelemetry/sdk-logs');
const { AggregationType, MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const START = [1_795_219_200, 0]; // 21 Nov 2026: seconds since 1970, nanoseconds
const UNICODE = 'gr\u00fc\u00df \u4f60\u597d \u{1f680} \u0000 "quoted" \\ \u2028 end';
const ATTRIBUTES = {
  string: 'plain',
  empty: '',
  'unicode.\u00e9': UNICODE,
  true: true,
  false: false,
  zero: 0,
  negative: -42,
  'safe.max': Number.MAX_SAFE_INTEGER,
  'safe.min': Number.MIN_SAFE_INTEGER,
  double: 0.1,
  'double.tiny': 5e-324,
  // A larger number is an integer, which the SDK writes as `intValue` into JSON even beyond 64 bits.
  'double.huge': 4503599627370495.5,
  strings: ['a', '', UNICODE],
  bools: [true, false],
  numbers: [1, 0, -7],
  doubles: [0.5, -0.25],
  nothing: [],
};
const MIXED = {
  bytes: new Uint8Array([0, 255, 16, 98]),
  map: { inner: { deep: [1, 'two', 3.5, false, { leaf: 'x' }] }, empty: {} },
};
const SCHEMA = { schemaUrl: 'https://opentelemetry.io/schemas/1.36.0' };
const failures = [];

/** A moment `nanos` nanoseconds after START. */
const at = (nanos) => [START[0], START[1] + nanos];

/** Ids that are the same in every run. */
const ids = {
  last: 0,
  generateSpanId() {
    return 'a0b0c0d0' + (++this.last).toString(16).padStart(8, '0');
  },
  generateTraceId() {
    return '0102030405060708090a0b0c' + (++this.last).toString(16).padStart(8, '0');
  },
};

/** Makes `exporter` print what it exports and note when that fails. */
function printed(exporter, serializer) {
  const send = exporter.export.bind(exporter);
  exporter.export = (batch, done) => {
    console.log(new TextDecoder().decode(serializer.serializeRequest(batch)));
    send(batch, (result) => {
      if (result.code !== 0) failures.push(result.error?.message ?? 'an export failed');
      done(result);
    });
  };
  return exporter;
}

function exporters({ protocol, endpoint, compression }) {
  const flavour = protocol === 'http/json' ? 'http' : 'proto';
  const options = (signal) => ({
    url: `${endpoint.replace(/\/$/, '')}/v1/${signal}`,
    compression: compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    timeoutMillis: 10_000,
  });
  const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${flavour}`);
  const { OTLPLogExporter } = require(`@opentelemetry/exporter-logs-otlp-${flavour}`);
  const { OTLPMetricExporter } = require(`@opentelemetry/exporter-metrics-otlp-${flavour}`);
  return [
    printed(new OTLPTraceExporter(options('traces')), JsonTraceSerializer),
    printed(new OTLPLogExporter(options('logs')), JsonLogsSerializer),
    printed(new OTLPMetricExporter(options('metrics')), JsonMetricsSerializer),
  ];
}

/** One of every kind, then links, events, status, trace state and a parent. */
function sendSpans(tracer, remote) {
  const kinds = [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER];
  for (const kind of kinds) {
    const options = { kind, startTime: at(kind), attributes: ATTRIBUTES };
    tracer.startSpan(`kind ${SpanKind[kind]}`, options, ROOT_CONTEXT).end(at(1_000_000));
  }
  const links = [{ context: remote, attributes: { link: 1 } }, { context: remote }];
  const parent = trace.setSpanContext(ROOT_CONTEXT, remote);
  const child = tracer.startSpan(`child ${UNICODE}`, { links, startTime: START }, parent);
  child.addEvent('first', { 'event.attribute': UNICODE, list: [1, 2] }, at(10));
  child.addEvent('second', undefined, at(20));
  child.setStatus({ code: SpanStatusCode.ERROR, message: `failed: ${UNICODE}` });
  child.end(at(30));
  const fine = tracer.startSpan('fine', { startTime: START }, ROOT_CONTEXT);
  fine.setStatus({ code: SpanStatusCode.OK });
  fine.end(START);
}

/** Every severity, every kind of body, with and without a span. */
function sendLogs(logger, remote) {
  const times = { timestamp: START, observedTimestamp: at(1_000) };
  for (let severityNumber = 1; severityNumber <= 24; severityNumber += 1) {
    const body = `severity ${severityNumber}`;
    logger.emit({ ...times, severityNumber, severityText: `s${severityNumber}`, body, context: ROOT_CONTEXT });
  }
  const context = trace.setSpanContext(ROOT_CONTEXT, remote);
  const bodies = ['', UNICODE, true, false, 0, -7, 1.5, new Uint8Array([0, 1, 254]), [1, 'a', [2.5]], MIXED, undefined];
  for (const body of bodies) {
    logger.emit({ ...times, body, attributes: { ...ATTRIBUTES, ...MIXED }, context });
  }
  const state = { state: 'created' };
  logger.emit({ ...times, eventName: 'device.app.lifecycle', attributes: state, context: ROOT_CONTEXT });
}

/** One of every instrument, integers and doubles, several points, negative and zero values. */
function sendMetrics(meter) {
  const integers = { valueType: ValueType.INT };
  const requests = meter.createCounter('requests', { ...integers, unit: '{request}', description: UNICODE });
  requests.add(5, { 'http.request.method': 'GET', unicode: UNICODE });
  requests.add(0, { 'http.request.method': 'POST' });
  requests.add(Number.MAX_SAFE_INTEGER);
  meter.createCounter('bytes', { unit: 'By' }).add(12.75, { flag: true, n: -1, ratio: 0.5, list: ['a', 'b'] });
  const active = meter.createUpDownCounter('active', integers);
  active.add(3, { pool: 'a' });
  active.add(-8, { pool: 'b' });
  meter.createGauge('temperature', { unit: 'Cel' }).record(-3.5, { room: 'cellar' });
  meter.createGauge('zero', integers).record(0);
  meter.createObservableGauge('observed').addCallback((result) => {
    result.observe(1.25, { k: 'v' });
    result.observe(2.5);
  });
  meter.createObservableCounter('observed.total', integers).addCallback((result) => result.observe(77));
  meter.createObservableUpDownCounter('observed.active', integers).addCallback((result) => result.observe(-1));
  const advice = { explicitBucketBoundaries: [1, 10, 100] };
  const latency = meter.createHistogram('latency', { unit: 'ms', advice });
  const size = meter.createHistogram('size.exponential', { unit: 'By' });
  for (const value of [0, 0.5, 1, 9.99, 50, 1000, 123456.789]) {
    latency.record(value, { route: '/a' });
    size.record(value, { route: '/a' });
  }
  latency.record(3, { route: UNICODE });
}

async function main() {
  const { values } = parseArgs({
    options: {
      protocol: { type: 'string' },
      endpoint: { type: 'string' },
      compression: { type: 'string', default: 'none' },
    },
  });
  if (!['http/json', 'http/protobuf'].includes(values.protocol) || !values.endpoint) {
    throw new Error('usage: send.mjs --protocol http/json|http/protobuf --endpoint http://HOST:PORT');
  }
  const [spans, logs, metrics] = exporters(values);
  const resource = resourceFromAttributes(
    { 'service.name': 'node-client', 'resource.unicode': UNICODE, 'resource.list': ['x', 'y'] },
    { schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' },
  );
  const remote = {
    traceId: '11112222333344445555666677778888',
    spanId: '9999aaaabbbbcccc',
    traceFlags: TraceFlags.SAMPLED,
    traceState: createTraceState('vendor=value,other=1'),
    isRemote: true,
  };

  const spanProcessors = [new BatchSpanProcessor(spans)];
  const tracers = new BasicTracerProvider({ resource, idGenerator: ids, spanProcessors });
  sendSpans(tracers.getTracer('client.tracer', '1.2.3', SCHEMA), remote);

  const loggers = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter: logs })] });
  sendLogs(loggers.getLogger('client.logger', '1.2.3', { ...SCHEMA, attributes: { scope: 'a' } }), remote);

  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const exponential = { type: AggregationType.EXPONENTIAL_HISTOGRAM };
  const views = [{ instrumentName: 'size.*', aggregation: exponential }];
  const meters = new MeterProvider({ resource, readers: [reader], views });
  sendMetrics(meters.getMeter('client.meter', '1.2.3', SCHEMA));

  for (const provider of [tracers, loggers, meters]) await provider.forceFlush();
  // The metric reader would export once more when it is shut down, so the process ends without that.
  for (const failure of failures) console.error(`send.mjs: ${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

main().then(
  () => setImmediate(() => process.exit()),
  (error) => {
    console.error('send.mjs:', error);
    process.exit(1);
  },
);

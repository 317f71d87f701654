-- Telemetry in SQLite, version 1. Times are nanoseconds since 1970; ids of traces and spans are lower-case hex; what is
-- absent is NULL; attributes, events, links and lists are JSON.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA application_id = 0x74666f31; -- "tfo1"

-- The versions this file has had, the newest one is the current one.
CREATE TABLE otel_schema (
  version    INTEGER PRIMARY KEY,
  applied_at TEXT NOT NULL
) STRICT;

-- What has been stored, so that nothing is stored twice. Rows of all tables are numbered in the order in which they
-- came: a batch is what lies behind the `last_row` of the batch before, up to its own.
CREATE TABLE otel_batches (
  last_row       INTEGER PRIMARY KEY,
  id             BLOB NOT NULL UNIQUE,
  time_unix_nano INTEGER NOT NULL
) STRICT;

-- Who sent it. `last_row` is the newest row that refers to the resource.
CREATE TABLE otel_resources (
  id                       INTEGER PRIMARY KEY,
  service_name             TEXT,
  attributes               TEXT NOT NULL,
  dropped_attributes_count INTEGER NOT NULL,
  schema_url               TEXT,
  first_seen_unix_nano     INTEGER NOT NULL,
  last_row                 INTEGER NOT NULL
) STRICT;

-- What made it.
CREATE TABLE otel_scopes (
  id                       INTEGER PRIMARY KEY,
  name                     TEXT,
  version                  TEXT,
  attributes               TEXT NOT NULL,
  dropped_attributes_count INTEGER NOT NULL,
  schema_url               TEXT,
  last_row                 INTEGER NOT NULL
) STRICT;

-- `time_unix_nano` is when it happened, or else was observed, or else was stored here.
CREATE TABLE otel_logs (
  id                       INTEGER PRIMARY KEY,
  time_unix_nano           INTEGER NOT NULL,
  observed_time_unix_nano  INTEGER NOT NULL,
  trace_id                 TEXT,
  span_id                  TEXT,
  flags                    INTEGER NOT NULL,
  severity_number          INTEGER NOT NULL,
  severity_text            TEXT,
  service_name             TEXT,
  event_name               TEXT,
  body                     TEXT,
  attributes               TEXT NOT NULL,
  dropped_attributes_count INTEGER NOT NULL,
  resource_id              INTEGER NOT NULL,
  scope_id                 INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_logs_by_time ON otel_logs (time_unix_nano);
CREATE INDEX otel_logs_by_trace ON otel_logs (trace_id) WHERE trace_id IS NOT NULL;

CREATE TABLE otel_spans (
  id                       INTEGER PRIMARY KEY,
  start_time_unix_nano     INTEGER NOT NULL,
  end_time_unix_nano       INTEGER NOT NULL,
  duration_nano            INTEGER NOT NULL,
  trace_id                 TEXT,
  span_id                  TEXT,
  parent_span_id           TEXT,
  trace_state              TEXT,
  name                     TEXT,
  kind                     TEXT NOT NULL,
  service_name             TEXT,
  status_code              TEXT NOT NULL,
  status_message           TEXT,
  attributes               TEXT NOT NULL,
  events                   TEXT NOT NULL,
  links                    TEXT NOT NULL,
  flags                    INTEGER NOT NULL,
  dropped_attributes_count INTEGER NOT NULL,
  dropped_events_count     INTEGER NOT NULL,
  dropped_links_count      INTEGER NOT NULL,
  resource_id              INTEGER NOT NULL,
  scope_id                 INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_spans_by_time ON otel_spans (start_time_unix_nano);
CREATE INDEX otel_spans_by_trace ON otel_spans (trace_id);

-- `value_int` is the exact value of a point that is an integer.
CREATE TABLE otel_metrics_gauge (
  id                      INTEGER PRIMARY KEY,
  time_unix_nano          INTEGER NOT NULL,
  start_time_unix_nano    INTEGER NOT NULL,
  metric_name             TEXT,
  description             TEXT,
  unit                    TEXT,
  service_name            TEXT,
  attributes              TEXT NOT NULL,
  value                   REAL,
  value_int               INTEGER,
  flags                   INTEGER NOT NULL,
  exemplars               TEXT NOT NULL,
  resource_id             INTEGER NOT NULL,
  scope_id                INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_metrics_gauge_by_name ON otel_metrics_gauge (metric_name, time_unix_nano);

CREATE TABLE otel_metrics_sum (
  id                      INTEGER PRIMARY KEY,
  time_unix_nano          INTEGER NOT NULL,
  start_time_unix_nano    INTEGER NOT NULL,
  metric_name             TEXT,
  description             TEXT,
  unit                    TEXT,
  service_name            TEXT,
  attributes              TEXT NOT NULL,
  value                   REAL,
  value_int               INTEGER,
  aggregation_temporality INTEGER NOT NULL,
  is_monotonic            INTEGER NOT NULL,
  flags                   INTEGER NOT NULL,
  exemplars               TEXT NOT NULL,
  resource_id             INTEGER NOT NULL,
  scope_id                INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_metrics_sum_by_name ON otel_metrics_sum (metric_name, time_unix_nano);

CREATE TABLE otel_metrics_histogram (
  id                      INTEGER PRIMARY KEY,
  time_unix_nano          INTEGER NOT NULL,
  start_time_unix_nano    INTEGER NOT NULL,
  metric_name             TEXT,
  description             TEXT,
  unit                    TEXT,
  service_name            TEXT,
  attributes              TEXT NOT NULL,
  count                   INTEGER NOT NULL,
  sum                     REAL,
  min                     REAL,
  max                     REAL,
  bucket_counts           TEXT NOT NULL,
  explicit_bounds         TEXT NOT NULL,
  aggregation_temporality INTEGER NOT NULL,
  flags                   INTEGER NOT NULL,
  exemplars               TEXT NOT NULL,
  resource_id             INTEGER NOT NULL,
  scope_id                INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_metrics_histogram_by_name ON otel_metrics_histogram (metric_name, time_unix_nano);

CREATE TABLE otel_metrics_exp_histogram (
  id                      INTEGER PRIMARY KEY,
  time_unix_nano          INTEGER NOT NULL,
  start_time_unix_nano    INTEGER NOT NULL,
  metric_name             TEXT,
  description             TEXT,
  unit                    TEXT,
  service_name            TEXT,
  attributes              TEXT NOT NULL,
  count                   INTEGER NOT NULL,
  sum                     REAL,
  min                     REAL,
  max                     REAL,
  scale                   INTEGER NOT NULL,
  zero_count              INTEGER NOT NULL,
  zero_threshold          REAL,
  positive_offset         INTEGER NOT NULL,
  positive_bucket_counts  TEXT NOT NULL,
  negative_offset         INTEGER NOT NULL,
  negative_bucket_counts  TEXT NOT NULL,
  aggregation_temporality INTEGER NOT NULL,
  flags                   INTEGER NOT NULL,
  exemplars               TEXT NOT NULL,
  resource_id             INTEGER NOT NULL,
  scope_id                INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_metrics_exp_histogram_by_name ON otel_metrics_exp_histogram (metric_name, time_unix_nano);

CREATE TABLE otel_metrics_summary (
  id                      INTEGER PRIMARY KEY,
  time_unix_nano          INTEGER NOT NULL,
  start_time_unix_nano    INTEGER NOT NULL,
  metric_name             TEXT,
  description             TEXT,
  unit                    TEXT,
  service_name            TEXT,
  attributes              TEXT NOT NULL,
  count                   INTEGER NOT NULL,
  sum                     REAL,
  quantiles               TEXT NOT NULL,
  flags                   INTEGER NOT NULL,
  resource_id             INTEGER NOT NULL,
  scope_id                INTEGER NOT NULL
) STRICT;
CREATE INDEX otel_metrics_summary_by_name ON otel_metrics_summary (metric_name, time_unix_nano);

-- For people: times as text, with what is known of the sender.
CREATE VIEW logs AS SELECT
  strftime('%Y-%m-%dT%H:%M:%S', (l.time_unix_nano - (l.time_unix_nano % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
    || printf('.%09dZ', (l.time_unix_nano % 1000000000 + 1000000000) % 1000000000) AS time,
  coalesce(l.severity_text, CASE (l.severity_number + 3) / 4 WHEN 1 THEN 'TRACE' WHEN 2 THEN 'DEBUG' WHEN 3 THEN 'INFO'
    WHEN 4 THEN 'WARN' WHEN 5 THEN 'ERROR' WHEN 6 THEN 'FATAL' END) AS severity,
  l.service_name, l.event_name, l.body, l.attributes, l.trace_id, l.span_id,
  s.name AS scope_name, r.attributes AS resource_attributes, l.severity_number, l.time_unix_nano, l.id
FROM otel_logs l LEFT JOIN otel_resources r ON r.id = l.resource_id LEFT JOIN otel_scopes s ON s.id = l.scope_id;

CREATE VIEW spans AS SELECT
  strftime('%Y-%m-%dT%H:%M:%S', (p.start_time_unix_nano - (p.start_time_unix_nano % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
    || printf('.%09dZ', (p.start_time_unix_nano % 1000000000 + 1000000000) % 1000000000) AS time,
  p.duration_nano / 1e6 AS duration_ms, p.service_name, p.name, p.kind, p.status_code, p.status_message,
  p.trace_id, p.span_id, p.parent_span_id, p.attributes, p.events, p.links,
  s.name AS scope_name, r.attributes AS resource_attributes, p.start_time_unix_nano, p.end_time_unix_nano, p.id
FROM otel_spans p LEFT JOIN otel_resources r ON r.id = p.resource_id LEFT JOIN otel_scopes s ON s.id = p.scope_id;

CREATE VIEW metrics AS SELECT
  strftime('%Y-%m-%dT%H:%M:%S', (m.time_unix_nano - (m.time_unix_nano % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
    || printf('.%09dZ', (m.time_unix_nano % 1000000000 + 1000000000) % 1000000000) AS time,
  m.kind, m.service_name, m.metric_name, m.unit, m.value, m.count, m.sum, m.min, m.max, m.attributes,
  s.name AS scope_name, r.attributes AS resource_attributes, m.time_unix_nano, m.id
FROM (
  SELECT id, 'gauge' AS kind, time_unix_nano, service_name, metric_name, unit, attributes, resource_id, scope_id,
    coalesce(value_int, value) AS value, NULL AS count, NULL AS sum, NULL AS min, NULL AS max FROM otel_metrics_gauge
  UNION ALL
  SELECT id, 'sum' AS kind, time_unix_nano, service_name, metric_name, unit, attributes, resource_id, scope_id,
    coalesce(value_int, value) AS value, NULL AS count, NULL AS sum, NULL AS min, NULL AS max FROM otel_metrics_sum
  UNION ALL
  SELECT id, 'histogram' AS kind, time_unix_nano, service_name, metric_name, unit, attributes, resource_id, scope_id,
    NULL AS value, count, sum, min, max FROM otel_metrics_histogram
  UNION ALL
  SELECT id, 'exp_histogram' AS kind, time_unix_nano, service_name, metric_name, unit, attributes, resource_id, scope_id,
    NULL AS value, count, sum, min, max FROM otel_metrics_exp_histogram
  UNION ALL
  SELECT id, 'summary' AS kind, time_unix_nano, service_name, metric_name, unit, attributes, resource_id, scope_id,
    NULL AS value, count, sum, NULL AS min, NULL AS max FROM otel_metrics_summary
) m LEFT JOIN otel_resources r ON r.id = m.resource_id LEFT JOIN otel_scopes s ON s.id = m.scope_id;

INSERT INTO otel_schema (version, applied_at) VALUES (1, strftime('%Y-%m-%dT%H:%M:%fZ'));

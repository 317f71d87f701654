CREATE VIEW {views}.otel_logs AS
SELECT d.time AS "Timestamp", d.time AS "TimestampTime", d.trace_id AS "TraceId", COALESCE(d.span_id, '') AS "SpanId",
  COALESCE(d.flags, 0) AS "TraceFlags", COALESCE(d.severity_text, '') AS "SeverityText",
  COALESCE(d.severity_number, 0) AS "SeverityNumber", d.service_name AS "ServiceName", COALESCE(d.body, '') AS "Body",
  {resource}, {scope}, COALESCE(d.attributes, '{}') AS "LogAttributes", COALESCE(d.event_name, '') AS "EventName"
FROM {schema}.otel_logs d {joins};

CREATE VIEW {views}.otel_traces AS
SELECT d.time AS "Timestamp", d.trace_id AS "TraceId", COALESCE(d.span_id, '') AS "SpanId",
  COALESCE(d.parent_span_id, '') AS "ParentSpanId", COALESCE(d.trace_state, '') AS "TraceState",
  COALESCE(d.name, '') AS "SpanName", COALESCE(d.kind, '') AS "SpanKind", d.service_name AS "ServiceName",
  {resource}, {scope}, COALESCE(d.attributes, '{}') AS "SpanAttributes", COALESCE(d.duration_nano, 0) AS "Duration",
  COALESCE(d.status_code, '') AS "StatusCode", COALESCE(d.status_message, '') AS "StatusMessage",
  ARRAY(SELECT {schema}.otel_time((e ->> 'time_unix_nano')::bigint) FROM jsonb_array_elements(d.events) e)
    AS "Events.Timestamp",
  ARRAY(SELECT COALESCE(e ->> 'name', '') FROM jsonb_array_elements(d.events) e) AS "Events.Name",
  ARRAY(SELECT COALESCE(e -> 'attributes', '{}') FROM jsonb_array_elements(d.events) e) AS "Events.Attributes",
  ARRAY(SELECT COALESCE(e ->> 'trace_id', '') FROM jsonb_array_elements(d.links) e) AS "Links.TraceId",
  ARRAY(SELECT COALESCE(e ->> 'span_id', '') FROM jsonb_array_elements(d.links) e) AS "Links.SpanId",
  ARRAY(SELECT COALESCE(e ->> 'trace_state', '') FROM jsonb_array_elements(d.links) e) AS "Links.TraceState",
  ARRAY(SELECT COALESCE(e -> 'attributes', '{}') FROM jsonb_array_elements(d.links) e) AS "Links.Attributes"
FROM {schema}.otel_spans d {joins};

CREATE VIEW {views}.otel_traces_trace_id_ts AS
SELECT trace_id AS "TraceId", min(time) AS "Start", max(time) AS "End"
FROM {schema}.otel_spans WHERE trace_id IS NOT NULL GROUP BY trace_id;

CREATE VIEW {views}.otel_metrics_gauge AS
SELECT {metric}, {exemplars}, d.value AS "Value"
FROM {schema}.otel_metrics_gauge d {joins};

CREATE VIEW {views}.otel_metrics_sum AS
SELECT {metric}, {exemplars}, d.value AS "Value", {temporality}, COALESCE(d.is_monotonic, false) AS "IsMonotonic"
FROM {schema}.otel_metrics_sum d {joins};

CREATE VIEW {views}.otel_metrics_histogram AS
SELECT {metric}, {exemplars}, {counts}, {extremes}, COALESCE(d.bucket_counts, '{}') AS "BucketCounts",
  COALESCE(d.explicit_bounds, '{}') AS "ExplicitBounds", {temporality}
FROM {schema}.otel_metrics_histogram d {joins};

CREATE VIEW {views}.otel_metrics_exp_histogram AS
SELECT {metric}, {exemplars}, {counts}, {extremes}, COALESCE(d.scale, 0) AS "Scale",
  COALESCE(d.zero_count, 0) AS "ZeroCount", COALESCE(d.positive_offset, 0) AS "PositiveOffset",
  COALESCE(d.positive_bucket_counts, '{}') AS "PositiveBucketCounts",
  COALESCE(d.negative_offset, 0) AS "NegativeOffset",
  COALESCE(d.negative_bucket_counts, '{}') AS "NegativeBucketCounts", {temporality}
FROM {schema}.otel_metrics_exp_histogram d {joins};

CREATE VIEW {views}.otel_metrics_summary AS
SELECT {metric}, {counts},
  ARRAY(SELECT (e ->> 'quantile')::double precision FROM jsonb_array_elements(d.quantiles) e)
    AS "ValueAtQuantiles.Quantile",
  ARRAY(SELECT (e ->> 'value')::double precision FROM jsonb_array_elements(d.quantiles) e)
    AS "ValueAtQuantiles.Value"
FROM {schema}.otel_metrics_summary d {joins};

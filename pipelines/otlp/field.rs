//! The field numbers that walks over all signals need; the others stand beside the message they belong to.

/// `resource_logs`, `resource_spans`, `resource_metrics`, `resource_profiles` of a request.
pub(crate) const RESOURCES: u32 = 1;
/// `resource` of `ResourceLogs` and its like, `scope` of `ScopeLogs` and its like.
pub(crate) const CONTEXT: u32 = 1;
/// `scope_logs` of `ResourceLogs`, `log_records` of `ScopeLogs`, and their likes.
pub(crate) const CHILDREN: u32 = 2;
/// `schema_url` of `ResourceLogs`, `ScopeLogs` and their likes.
pub(crate) const SCHEMA_URL: u32 = 3;
/// `attributes` of `Resource`.
pub(crate) const RESOURCE_ATTRIBUTES: u32 = 1;
/// `attributes` of `InstrumentationScope`.
pub(crate) const SCOPE_ATTRIBUTES: u32 = 3;
/// `attributes` of `LogRecord`.
pub(crate) const LOG_ATTRIBUTES: u32 = 6;
/// `attributes` of `Span`.
pub(crate) const SPAN_ATTRIBUTES: u32 = 9;
/// `events` of `Span`.
pub(crate) const SPAN_EVENTS: u32 = 11;
/// `attributes` of `Span.Event`.
pub(crate) const EVENT_ATTRIBUTES: u32 = 3;
/// `metadata` of `Metric`.
pub(crate) const METRIC_METADATA: u32 = 12;
/// `data_points` of every kind of metric data.
pub(crate) const DATA_POINTS: u32 = 1;
/// `gauge` of `Metric`.
pub(crate) const GAUGE: u32 = 5;
/// `sum` of `Metric`.
pub(crate) const SUM: u32 = 7;
/// `histogram` of `Metric`.
pub(crate) const HISTOGRAM: u32 = 9;
/// `exponential_histogram` of `Metric`.
pub(crate) const EXPONENTIAL_HISTOGRAM: u32 = 10;
/// `summary` of `Metric`.
pub(crate) const SUMMARY: u32 = 11;
/// `key` of `KeyValue`.
pub(crate) const KEY: u32 = 1;
/// `value` of `KeyValue`.
pub(crate) const VALUE: u32 = 2;
/// `values` of `ArrayValue` and `KeyValueList`.
pub(crate) const VALUES: u32 = 1;

/// Whether a field of `Metric` is one of its five kinds of data.
#[inline(always)]
pub(crate) fn is_metric_data(number: u32) -> bool {
    matches!(number, GAUGE | SUM | HISTOGRAM | EXPONENTIAL_HISTOGRAM | SUMMARY)
}

/// The number of `attributes` in the data points of this kind of data.
pub(crate) fn point_attributes(data: u32) -> u32 {
    match data {
        HISTOGRAM => 9,
        EXPONENTIAL_HISTOGRAM => 1,
        _ => 7,
    }
}

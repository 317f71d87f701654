//! [`Table`]: the tables that rows are written to, and their columns.

/// A table of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) enum Table {
    Logs,
    Spans,
    Gauge,
    Sum,
    Histogram,
    ExpHistogram,
    Summary,
    Resources,
    Scopes,
}

// === impl Table ===

impl Table {
    /// How many there are.
    pub(in crate::sqlite) const COUNT: usize = 9;

    /// Those with a row for each item; `id` is the number of the row.
    pub(in crate::sqlite) const ITEMS: [Self; 7] =
        [Self::Logs, Self::Spans, Self::Gauge, Self::Sum, Self::Histogram, Self::ExpHistogram, Self::Summary];

    /// Its name.
    pub(in crate::sqlite) const fn name(self) -> &'static str {
        match self {
            Self::Logs => "otel_logs",
            Self::Spans => "otel_spans",
            Self::Gauge => "otel_metrics_gauge",
            Self::Sum => "otel_metrics_sum",
            Self::Histogram => "otel_metrics_histogram",
            Self::ExpHistogram => "otel_metrics_exp_histogram",
            Self::Summary => "otel_metrics_summary",
            Self::Resources => "otel_resources",
            Self::Scopes => "otel_scopes",
        }
    }

    /// What is written, in this order. In front of the columns of an item comes `id`.
    pub(in crate::sqlite) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Logs => LOGS,
            Self::Spans => SPANS,
            Self::Gauge => GAUGE,
            Self::Sum => SUM,
            Self::Histogram => HISTOGRAM,
            Self::ExpHistogram => EXP_HISTOGRAM,
            Self::Summary => SUMMARY,
            Self::Resources => RESOURCES,
            Self::Scopes => SCOPES,
        }
    }

    /// Whether it has a row for each item.
    pub(in crate::sqlite) const fn is_of_items(self) -> bool {
        !matches!(self, Self::Resources | Self::Scopes)
    }

    /// The statement that inserts a row.
    pub(in crate::sqlite) fn insert(self) -> String {
        let id: &[&str] = if self.is_of_items() { &["id"] } else { &[] };
        let columns = [id, self.columns()].concat();
        let values = vec!["?"; columns.len()].join(",");
        format!("INSERT INTO {} ({}) VALUES ({values})", self.name(), columns.join(","))
    }
}

/// The columns of a table of data points: what all have, and its own.
macro_rules! point {
    ($($own:literal),*) => {
        &[
            "time_unix_nano", "start_time_unix_nano", "metric_name", "description", "unit", "service_name", "attributes",
            "flags", "resource_id", "scope_id", $($own),*
        ]
    };
}

const LOGS: &[&str] = &[
    "time_unix_nano",
    "observed_time_unix_nano",
    "trace_id",
    "span_id",
    "flags",
    "severity_number",
    "severity_text",
    "service_name",
    "event_name",
    "body",
    "attributes",
    "dropped_attributes_count",
    "resource_id",
    "scope_id",
];
const SPANS: &[&str] = &[
    "start_time_unix_nano",
    "end_time_unix_nano",
    "duration_nano",
    "trace_id",
    "span_id",
    "parent_span_id",
    "trace_state",
    "name",
    "kind",
    "service_name",
    "status_code",
    "status_message",
    "attributes",
    "events",
    "links",
    "flags",
    "dropped_attributes_count",
    "dropped_events_count",
    "dropped_links_count",
    "resource_id",
    "scope_id",
];
const GAUGE: &[&str] = point!["exemplars", "value", "value_int"];
const SUM: &[&str] = point!["exemplars", "value", "value_int", "aggregation_temporality", "is_monotonic"];
const HISTOGRAM: &[&str] =
    point!["exemplars", "aggregation_temporality", "count", "sum", "min", "max", "bucket_counts", "explicit_bounds"];
const EXP_HISTOGRAM: &[&str] = point![
    "exemplars",
    "aggregation_temporality",
    "count",
    "sum",
    "min",
    "max",
    "scale",
    "zero_count",
    "zero_threshold",
    "positive_offset",
    "positive_bucket_counts",
    "negative_offset",
    "negative_bucket_counts"
];
const SUMMARY: &[&str] = point!["count", "sum", "quantiles"];
const RESOURCES: &[&str] =
    &["id", "service_name", "attributes", "dropped_attributes_count", "schema_url", "first_seen_unix_nano", "last_row"];
const SCOPES: &[&str] = &["id", "name", "version", "attributes", "dropped_attributes_count", "schema_url", "last_row"];

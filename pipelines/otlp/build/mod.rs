//! Builders for receivers that make telemetry: they write wire bytes directly, without a tree in between.
//!
//! ```
//! use pipelines::otlp::build::LogsBuilder;
//!
//! let mut logs = LogsBuilder::new();
//! logs.resource(|resource| resource.put("service.name", "checkout"));
//! logs.scope("filelog", "");
//! logs.record(|record| {
//!     record.time_unix_nano(1_700_000_000_000_000_000);
//!     record.body("it works");
//!     record.attributes().put("log.file.name", "app.log");
//! });
//! let telemetry = logs.finish();
//! assert_eq!(telemetry.items(), 1);
//! ```

mod attributes;
mod layers;
mod logs;
mod metrics;
mod points;
mod traces;

pub use attributes::AttributesBuilder;
pub use logs::{LogRecordBuilder, LogsBuilder};
pub use metrics::{MetricMeta, MetricsBuilder, Temporality};
pub use points::{HistogramPoints, HistogramValue, NumberPoints, SummaryPoints, SummaryValue, Times};
pub use traces::{SpanBuilder, TracesBuilder};

pub use super::edit::{EncodedAttribute, EncodedValue, ValueRef};

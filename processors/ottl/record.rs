//! What a condition is evaluated on: views of one item and of everything above it.

use pipelines::otlp::view::{DataPointView, LogView, MetricView, ResourceView, ScopeView, SpanEventView, SpanView};

/// Views of one item and of everything above it. Paths whose view is missing read as nil.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// The resource.
    pub resource: Option<&'a ResourceView<'a>>,
    /// The instrumentation scope.
    pub scope: Option<&'a ScopeView<'a>>,
    /// The span, also above a span event.
    pub span: Option<&'a SpanView<'a>>,
    /// The span event and its index in the span.
    pub event: Option<(&'a SpanEventView<'a>, usize)>,
    /// The metric, also above a data point.
    pub metric: Option<&'a MetricView<'a>>,
    /// The data point.
    pub point: Option<&'a DataPointView<'a>>,
    /// The log record.
    pub log: Option<&'a LogView<'a>>,
}

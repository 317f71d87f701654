//! The levels of telemetry a condition can be asked about.

use super::record::Record;
use pipelines::Signal;

/// What a condition is evaluated on, and so which paths it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// A resource.
    Resource,
    /// An instrumentation scope.
    Scope,
    /// A span.
    Span,
    /// An event of a span.
    SpanEvent,
    /// A metric.
    Metric,
    /// A data point of a metric.
    DataPoint,
    /// A log record.
    Log,
}

// === impl Context ===

impl Context {
    /// Every context.
    pub const ALL: [Self; 7] =
        [Self::Resource, Self::Scope, Self::Span, Self::SpanEvent, Self::Metric, Self::DataPoint, Self::Log];

    /// The prefix of its paths, which is also its name in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Scope => "scope",
            Self::Span => "span",
            Self::SpanEvent => "spanevent",
            Self::Metric => "metric",
            Self::DataPoint => "datapoint",
            Self::Log => "log",
        }
    }

    /// The context with this name; the scope has two.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "instrumentation_scope" {
            return Some(Self::Scope);
        }
        Self::ALL.into_iter().find(|context| context.name() == name)
    }

    /// The contexts of a signal, outermost first; none for profiles.
    #[must_use]
    pub const fn of(signal: Signal) -> &'static [Self] {
        match signal {
            Signal::Logs => &[Self::Resource, Self::Scope, Self::Log],
            Signal::Traces => &[Self::Resource, Self::Scope, Self::Span, Self::SpanEvent],
            Signal::Metrics => &[Self::Resource, Self::Scope, Self::Metric, Self::DataPoint],
            Signal::Profiles => &[],
        }
    }

    /// Itself and the contexts whose paths it can use, outermost first.
    #[must_use]
    pub const fn reaches(self) -> &'static [Self] {
        match self {
            Self::Resource => &[Self::Resource],
            Self::Scope => &[Self::Resource, Self::Scope],
            Self::Span => &[Self::Resource, Self::Scope, Self::Span],
            Self::SpanEvent => &[Self::Resource, Self::Scope, Self::Span, Self::SpanEvent],
            Self::Metric => &[Self::Resource, Self::Scope, Self::Metric],
            Self::DataPoint => &[Self::Resource, Self::Scope, Self::Metric, Self::DataPoint],
            Self::Log => &[Self::Resource, Self::Scope, Self::Log],
        }
    }

    /// Whether `record` holds what this context is about.
    #[must_use]
    pub fn fits(self, record: &Record<'_>) -> bool {
        match self {
            Self::Resource => record.resource.is_some(),
            Self::Scope => record.scope.is_some(),
            Self::Span => record.span.is_some(),
            Self::SpanEvent => record.event.is_some(),
            Self::Metric => record.metric.is_some(),
            Self::DataPoint => record.point.is_some(),
            Self::Log => record.log.is_some(),
        }
    }
}

impl std::fmt::Display for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

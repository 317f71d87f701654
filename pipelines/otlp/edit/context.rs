//! What a closure sees of the item it decides about.

use super::Level;
use crate::Signal;
use crate::otlp::view::{
    DataPointView, LogView, MetricKind, MetricView, ResourceView, ScopeView, SpanEventView, SpanView,
};

/// One message of a [`Level`] with everything above it. Views are read when they are asked for.
///
/// While attributes are edited it shows the messages as they came in.
#[derive(Clone, Copy, Debug)]
pub struct ItemCx<'a> {
    pub(super) signal: Signal,
    pub(super) level: Level,
    pub(super) resource: &'a [u8],
    pub(super) scope: &'a [u8],
    /// A log record, span or metric.
    pub(super) child: &'a [u8],
    pub(super) kind: MetricKind,
    /// A span event or data point.
    pub(super) leaf: &'a [u8],
    pub(super) event_index: usize,
}

// === impl ItemCx ===

impl<'a> ItemCx<'a> {
    pub(super) fn new(signal: Signal, level: Level) -> Self {
        let (resource, scope, child, leaf): (&[u8], &[u8], &[u8], &[u8]) = (&[], &[], &[], &[]);
        Self { signal, level, resource, scope, child, kind: MetricKind::None, leaf, event_index: 0 }
    }

    /// The signal of the telemetry.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// What the walk looks at.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The resource; on every level.
    #[must_use]
    pub fn resource(&self) -> ResourceView<'a> {
        ResourceView::new(self.resource)
    }

    /// The scope; on every level but [`Level::Resource`].
    #[must_use]
    pub fn scope(&self) -> Option<ScopeView<'a>> {
        (self.level != Level::Resource).then(|| ScopeView::new(self.scope))
    }

    /// The log record, if the item is one.
    #[must_use]
    pub fn log(&self) -> Option<LogView<'a>> {
        self.below_scope(Signal::Logs).then(|| LogView::new(self.child))
    }

    /// The span, if the item is one or is an event of one.
    #[must_use]
    pub fn span(&self) -> Option<SpanView<'a>> {
        self.below_scope(Signal::Traces).then(|| SpanView::new(self.child))
    }

    /// The metric, if the item is one or is a data point of one.
    #[must_use]
    pub fn metric(&self) -> Option<MetricView<'a>> {
        self.below_scope(Signal::Metrics).then(|| MetricView::new(self.child))
    }

    /// The data point, if the item is one.
    #[must_use]
    pub fn point(&self) -> Option<DataPointView<'a>> {
        (self.below_scope(Signal::Metrics) && self.level != Level::Metric)
            .then(|| DataPointView::new(self.kind, self.leaf))
    }

    /// The span event, if the item is one.
    #[must_use]
    pub fn event(&self) -> Option<SpanEventView<'a>> {
        (self.level == Level::SpanEvent).then(|| SpanEventView::new(self.leaf))
    }

    /// Which event of its span it is, from 0.
    #[must_use]
    pub fn event_index(&self) -> usize {
        self.event_index
    }

    fn below_scope(&self, signal: Signal) -> bool {
        self.signal == signal && !matches!(self.level, Level::Resource | Level::Scope)
    }
}

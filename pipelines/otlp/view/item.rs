//! All items of a telemetry, whatever its signal.

use super::group::{ResourceView, ScopeView};
use super::list::Messages;
use super::log::LogView;
use super::metric::MetricView;
use super::point::DataPointView;
use super::span::SpanView;
use crate::otlp::field;
use crate::{Signal, Telemetry};

/// One item with everything above it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The resource that sent it.
    pub resource: ResourceView<'a>,
    /// The scope that made it.
    pub scope: ScopeView<'a>,
    /// The metric it belongs to, if it is a data point.
    pub metric: Option<MetricView<'a>>,
    /// The item itself.
    pub kind: ItemRef<'a>,
}

/// One item of any signal.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "lives on the stack, one at a time")]
pub enum ItemRef<'a> {
    /// A log record.
    Log(LogView<'a>),
    /// A span.
    Span(SpanView<'a>),
    /// A data point.
    Point(DataPointView<'a>),
}

impl Telemetry {
    /// The resources of all parts, in order, each with its scopes below.
    pub fn resources(&self) -> impl Iterator<Item = ResourceView<'_>> + Clone {
        self.parts().flat_map(|part| Messages::new(part, field::RESOURCES)).map(ResourceView::new)
    }

    /// Calls `each` with every log record, span or data point, in order. Profiles have no items that can be read.
    pub fn for_each_item<'a>(&'a self, mut each: impl FnMut(&Item<'a>)) {
        for resource in self.resources() {
            for scope in resource.scopes() {
                let item = |metric, kind| Item { resource, scope, metric, kind };
                match self.signal() {
                    Signal::Logs => scope.logs().for_each(|log| each(&item(None, ItemRef::Log(log)))),
                    Signal::Traces => scope.spans().for_each(|span| each(&item(None, ItemRef::Span(span)))),
                    Signal::Metrics => {
                        for metric in scope.metrics() {
                            metric.points().for_each(|point| each(&item(Some(metric), ItemRef::Point(point))));
                        }
                    }
                    Signal::Profiles => {}
                }
            }
        }
    }
}

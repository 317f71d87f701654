//! Removing what a predicate does not want.

use super::Level;
use super::context::ItemCx;
use super::splice::Node;
use super::walk::{Site, Verdict, Visit, walk};
use crate::otlp::count::{count_metric, count_resource, count_scope};
use crate::{Signal, Telemetry};

struct Retain<F> {
    keep: F,
    removed: usize,
}

/// Keeps the messages of `level` for which `keep` says true, and returns how many items went away with the others.
///
/// A metric, scope or resource that loses its last child goes too, as in the Collector's filter; one that had none
/// stays. A span that loses its events stays, and events are no items. Nothing removed gives the same bytes back;
/// everything removed gives a telemetry without items. Profiles are never touched.
pub fn retain(telemetry: &Telemetry, level: Level, keep: impl FnMut(&ItemCx<'_>) -> bool) -> (Telemetry, usize) {
    let mut visitor = Retain { keep, removed: 0 };
    let kept = walk(telemetry, level, &mut visitor);
    (kept, visitor.removed)
}

// === impl Retain ===

impl<F: FnMut(&ItemCx<'_>) -> bool> Visit for Retain<F> {
    fn visit(&mut self, _: &mut Site<'_, '_>, cx: &ItemCx<'_>, _: &Node) -> Verdict {
        if (self.keep)(cx) {
            return Verdict::Keep;
        }
        self.removed += match cx.level() {
            Level::Resource => count_resource(cx.signal, cx.resource),
            Level::Scope => count_scope(cx.signal, cx.scope),
            Level::Metric => count_metric(cx.child),
            Level::Record | Level::DataPoint => usize::from(cx.signal != Signal::Profiles),
            Level::SpanEvent => 0,
        };
        Verdict::Remove
    }

    fn removed(&self) -> usize {
        self.removed
    }
}

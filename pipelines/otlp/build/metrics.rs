//! Building metrics.

use super::attributes::AttributesBuilder;
use super::layers::{Layers, put_text};
use super::points::{HistogramPoints, NumberPoints, SummaryPoints};
use crate::otlp::field;
use crate::otlp::wire::{put_len, put_uint};
use crate::{Signal, Telemetry};

/// Builds an `ExportMetricsServiceRequest`.
#[derive(Debug, Default)]
pub struct MetricsBuilder {
    layers: Layers,
    /// The data of a metric while it is built; kept for its capacity.
    data: Vec<u8>,
    /// The same for one point.
    point: Vec<u8>,
}

/// What a metric is called and measured in.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricMeta<'m> {
    /// The name, as in the semantic conventions.
    pub name: &'m str,
    /// One sentence, or nothing.
    pub description: &'m str,
    /// UCUM, such as `By`, `s` or `{request}`.
    pub unit: &'m str,
}

/// `AggregationTemporality`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Temporality {
    /// Since the last report.
    Delta = 1,
    /// Since the start time.
    Cumulative = 2,
}

// === impl MetricsBuilder ===

impl MetricsBuilder {
    /// A request without resources.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a resource; what follows belongs to it.
    pub fn resource(&mut self, attributes: impl FnOnce(&mut AttributesBuilder<'_>)) {
        self.layers.resource(attributes);
    }

    /// Begins a scope; what follows belongs to it.
    pub fn scope(&mut self, name: &str, version: &str) {
        self.layers.scope(name, version);
    }

    /// Adds a gauge; one without points is left out, as are all metrics.
    pub fn gauge(&mut self, meta: MetricMeta<'_>, points: impl FnOnce(&mut NumberPoints<'_>)) {
        self.metric(meta, field::GAUGE, |data, point| points(&mut NumberPoints::new(data, point)), |_| {});
    }

    /// Adds a sum.
    pub fn sum(
        &mut self,
        meta: MetricMeta<'_>,
        temporality: Temporality,
        is_monotonic: bool,
        points: impl FnOnce(&mut NumberPoints<'_>),
    ) {
        let end = |data: &mut Vec<u8>| {
            put_uint(data, 2, temporality as u64);
            if is_monotonic {
                put_uint(data, 3, 1);
            }
        };
        self.metric(meta, field::SUM, |data, point| points(&mut NumberPoints::new(data, point)), end);
    }

    /// Adds a histogram.
    pub fn histogram(
        &mut self,
        meta: MetricMeta<'_>,
        temporality: Temporality,
        points: impl FnOnce(&mut HistogramPoints<'_>),
    ) {
        let end = |data: &mut Vec<u8>| put_uint(data, 2, temporality as u64);
        self.metric(meta, field::HISTOGRAM, |data, point| points(&mut HistogramPoints::new(data, point)), end);
    }

    /// Adds a summary.
    pub fn summary(&mut self, meta: MetricMeta<'_>, points: impl FnOnce(&mut SummaryPoints<'_>)) {
        self.metric(meta, field::SUMMARY, |data, point| points(&mut SummaryPoints::new(data, point)), |_| {});
    }

    /// The finished telemetry.
    #[must_use]
    pub fn finish(self) -> Telemetry {
        self.layers.finish(Signal::Metrics)
    }

    fn metric(
        &mut self,
        meta: MetricMeta<'_>,
        kind: u32,
        points: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>),
        end: impl FnOnce(&mut Vec<u8>),
    ) {
        self.data.clear();
        points(&mut self.data, &mut self.point);
        if self.data.is_empty() {
            return;
        }
        end(&mut self.data);
        self.layers.item(|out| {
            put_text(out, 1, meta.name);
            put_text(out, 2, meta.description);
            put_text(out, 3, meta.unit);
            put_len(out, kind, &self.data);
        });
    }
}

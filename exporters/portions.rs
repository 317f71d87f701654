//! [`Portions`]: a batch in parts, the rows of which take a bounded amount of memory.
//!
//! A row repeats what its resource, scope and metric say, which a request says once: a megabyte of them, shared by
//! thousands of records, would become gigabytes.

use pipelines::otlp::split::split;
use pipelines::otlp::view::{ResourceView, ScopeView};
use pipelines::{BatchId, Signal, Telemetry};

/// Takes a batch apart until the rows of each part are expected to fit. A batch that fits keeps its id; the id of a part
/// says which items it has, so it is the same for every attempt, and never that of others.
#[derive(Debug)]
pub(crate) struct Portions<F> {
    id: BatchId,
    /// What is left, the last first, each with the number of its first item.
    rest: Vec<(usize, Telemetry)>,
    items: usize,
    limit: usize,
    shared: F,
}

/// About what a row takes beside its texts, in bytes.
const ROW: usize = 256;

// === impl Portions ===

impl<F: Fn(&ResourceView<'_>, &ScopeView<'_>) -> usize> Portions<F> {
    /// Parts whose rows take about `limit` bytes at most, or hold one item; `shared` says how much each row has from its
    /// resource and scope.
    pub(crate) fn new(id: BatchId, telemetry: &Telemetry, limit: usize, shared: F) -> Self {
        Self { id, rest: vec![(0, telemetry.clone())], items: telemetry.items(), limit, shared }
    }

    fn fits(&self, telemetry: &Telemetry) -> bool {
        let mut bytes = telemetry.len();
        for resource in telemetry.resources() {
            for scope in resource.scopes() {
                let row = ROW.saturating_add((self.shared)(&resource, &scope));
                let all = match telemetry.signal() {
                    Signal::Logs => row.saturating_mul(scope.logs().count()),
                    Signal::Traces => row.saturating_mul(scope.spans().count()),
                    Signal::Metrics => scope.metrics().fold(0_usize, |all, metric| {
                        let own = metric.name().len() + metric.description().len() + metric.unit().len();
                        all.saturating_add(row.saturating_add(own).saturating_mul(metric.points().count()))
                    }),
                    Signal::Profiles => 0,
                };
                bytes = bytes.saturating_add(all);
            }
        }
        bytes <= self.limit
    }
}

impl<F: Fn(&ResourceView<'_>, &ScopeView<'_>) -> usize> Iterator for Portions<F> {
    type Item = (BatchId, Telemetry);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (start, telemetry) = self.rest.pop()?;
            let items = telemetry.items();
            if items < 2 || self.fits(&telemetry) {
                let share = start as u64..(start + items) as u64;
                let id = if items == self.items { self.id } else { self.id.share(share) };
                return Some((id, telemetry));
            }
            let mut end = start;
            let parts = split(telemetry, Some(items.div_ceil(2)), None).into_iter().map(|part| {
                let start = end;
                end += part.items();
                (start, part)
            });
            let parts: Vec<_> = parts.collect();
            self.rest.extend(parts.into_iter().rev());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
    use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use prost::Message as _;

    use super::*;

    fn portions(resource: usize, records: usize) -> Vec<(BatchId, usize)> {
        let value = Some(AnyValue { value: Some(Value::StringValue("x".repeat(resource))) });
        let resource = Resource {
            attributes: vec![KeyValue { key: "a".into(), value, ..KeyValue::default() }],
            ..Resource::default()
        };
        let scope = ScopeLogs { log_records: vec![LogRecord::default(); records], ..ScopeLogs::default() };
        let logs = ResourceLogs { resource: Some(resource), scope_logs: vec![scope], ..ResourceLogs::default() };
        let request = ExportLogsServiceRequest { resource_logs: vec![logs] }.encode_to_vec();
        let telemetry = Telemetry::from_wire(Signal::Logs, request.into()).unwrap();
        let shared = |resource: &ResourceView<'_>, _: &ScopeView<'_>| resource.attributes().stretch().0.len();
        Portions::new(BatchId::of(&[1]), &telemetry, 1 << 20, shared).map(|(id, part)| (id, part.items())).collect()
    }

    /// Scenario: 1,000 records that share 20 bytes, or 100 kB, or 3 MB. Guarantee: parts of which the rows fit, down to
    /// single ones; all records, in order; the same ids each time, and that of the batch only for the whole.
    #[test]
    fn rows_of_a_part_fit() {
        assert_eq!(portions(20, 1000), [(BatchId::of(&[1]), 1000)]);
        let parts = portions(100_000, 1000);
        assert!(parts.iter().all(|(id, items)| *items <= 10 && *id != BatchId::of(&[1])), "{parts:?}");
        assert_eq!(parts.iter().map(|(_, items)| items).sum::<usize>(), 1000);
        assert_eq!(parts, portions(100_000, 1000));
        let mut ids: Vec<_> = parts.iter().map(|(id, _)| id.as_u128()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), parts.len());
        assert_eq!(portions(3_000_000, 3).len(), 3);
        assert_eq!(portions(3_000_000, 1), [(BatchId::of(&[1]), 1)]);
    }
}

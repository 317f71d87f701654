//! Counting items by walking lengths, for bytes that were checked before.

use super::field;
use super::wire::{Value, fields};
use crate::Signal;

/// How many log records, spans, data points or profiles an encoded request holds. What cannot be read counts nothing.
#[must_use]
pub fn count(signal: Signal, request: &[u8]) -> usize {
    messages(request, field::RESOURCES).map(|resource| count_resource(signal, resource)).sum()
}

/// The same for one `ResourceLogs`, `ResourceSpans`, `ResourceMetrics` or `ResourceProfiles`.
pub(crate) fn count_resource(signal: Signal, resource: &[u8]) -> usize {
    messages(resource, field::CHILDREN).map(|scope| count_scope(signal, scope)).sum()
}

/// The same for one `ScopeLogs`, `ScopeSpans`, `ScopeMetrics` or `ScopeProfiles`.
pub(crate) fn count_scope(signal: Signal, scope: &[u8]) -> usize {
    let items = messages(scope, field::CHILDREN);
    if signal == Signal::Metrics { items.map(count_metric).sum() } else { items.count() }
}

/// How many data points a `Metric` has.
pub(crate) fn count_metric(metric: &[u8]) -> usize {
    fields(metric)
        .map_while(Result::ok)
        .filter(|field| field::is_metric_data(field.number))
        .filter_map(|field| field.value.as_len())
        .map(|data| messages(data, field::DATA_POINTS).count())
        .sum()
}

/// The values of all occurrences of one length-prefixed field.
#[inline(always)]
pub(crate) fn messages(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    fields(message).map_while(Result::ok).filter_map(move |field| match field.value {
        Value::Len(value) if field.number == number => Some(value),
        _ => None,
    })
}

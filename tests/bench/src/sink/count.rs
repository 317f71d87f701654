//! Counting log records, spans and data points by walking lengths, never by decoding.
//!
//! Field numbers are those of opentelemetry-proto 1.x: an export request holds resources (1), a resource holds its
//! attributes (1 in 1) and scopes (2), a scope holds items (2); a metric holds one of several lists of points.

use super::answer::Answer;
use crate::Error;
use crate::args::Signal;
use serde_json::{Value, json};

/// What has arrived since the start or the last reset.
#[derive(Default)]
pub(super) struct Counts {
    /// TCP connections accepted on any port.
    pub(super) connections: u64,
    requests: u64,
    /// Bytes of bodies as they came over the wire.
    bytes: u64,
    logs: u64,
    traces: u64,
    metrics: u64,
    resources: u64,
    /// Answers that were not OK, and the last reason.
    refused: u64,
    last_refusal: String,
    markers: Vec<Marker>,
}

/// How often an attribute was seen.
#[derive(Default)]
struct Marker {
    key: String,
    /// On log records, spans and data points.
    items: u64,
    /// On resources.
    resources: u64,
}

// === impl Counts ===

impl Counts {
    pub(super) fn new(markers: Vec<String>) -> Self {
        let markers = markers.into_iter().map(|key| Marker { key, ..Marker::default() }).collect();
        Self { markers, ..Self::default() }
    }

    pub(super) fn arrived(&mut self, bytes: usize) {
        self.requests += 1;
        self.bytes += bytes as u64;
    }

    pub(super) fn answered(&mut self, answer: &Answer) {
        if answer.code != 0 {
            self.refused += 1;
            self.last_refusal.clone_from(&answer.message);
        }
    }

    pub(super) fn reset(&mut self) {
        let markers = std::mem::take(&mut self.markers).into_iter().map(|marker| marker.key).collect();
        *self = Self { connections: self.connections, ..Self::new(markers) };
    }

    pub(super) fn json(&self) -> Value {
        let markers: serde_json::Map<_, _> = self
            .markers
            .iter()
            .map(|marker| (marker.key.clone(), json!({"items": marker.items, "resources": marker.resources})))
            .collect();
        json!({
            "logs": self.logs, "traces": self.traces, "metrics": self.metrics, "resources": self.resources,
            "requests": self.requests, "bytes": self.bytes, "connections": self.connections,
            "refused": self.refused, "last_refusal": self.last_refusal, "markers": markers,
        })
    }

    /// Adds the items of one export request.
    pub(super) fn add(&mut self, signal: Signal, message: &[u8], json: bool) -> Result<(), Error> {
        let items =
            if json { json_items(signal, &serde_json::from_slice(message)?) } else { self.walk(signal, message)? };
        *match signal {
            Signal::Logs => &mut self.logs,
            Signal::Traces => &mut self.traces,
            Signal::Metrics => &mut self.metrics,
        } += items;
        Ok(())
    }

    fn walk(&mut self, signal: Signal, request: &[u8]) -> Result<u64, Error> {
        let mut items = 0;
        for resource in children(request, 1) {
            self.resources += 1;
            for field in fields(resource?) {
                match field? {
                    (1, resource) => self.mark_resource(resource)?,
                    (2, scope) => items += self.walk_scope(signal, scope)?,
                    _ => {}
                }
            }
        }
        Ok(items)
    }

    fn walk_scope(&mut self, signal: Signal, scope: &[u8]) -> Result<u64, Error> {
        let mut items = 0;
        for item in children(scope, 2) {
            let item = item?;
            match signal {
                Signal::Logs => self.mark_item(item, 6)?,
                Signal::Traces => self.mark_item(item, 9)?,
                Signal::Metrics => {
                    items += self.walk_metric(item)?;
                    continue;
                }
            }
            items += 1;
        }
        Ok(items)
    }

    fn walk_metric(&mut self, metric: &[u8]) -> Result<u64, Error> {
        let mut points = 0;
        for field in fields(metric) {
            // Gauge, Sum, Histogram, ExponentialHistogram, Summary; beside each the field of its points' attributes.
            let (attributes, list) = match field? {
                (5 | 7 | 11, list) => (7, list),
                (9, list) => (9, list),
                (10, list) => (1, list),
                _ => continue,
            };
            for point in children(list, 1) {
                self.mark_item(point?, attributes)?;
                points += 1;
            }
        }
        Ok(points)
    }

    fn mark_item(&mut self, item: &[u8], attributes: u32) -> Result<(), Error> {
        for marker in &mut self.markers {
            marker.items += u64::from(has_key(item, attributes, &marker.key)?);
        }
        Ok(())
    }

    fn mark_resource(&mut self, resource: &[u8]) -> Result<(), Error> {
        for marker in &mut self.markers {
            marker.resources += u64::from(has_key(resource, 1, &marker.key)?);
        }
        Ok(())
    }
}

fn has_key(item: &[u8], attributes: u32, key: &str) -> Result<bool, Error> {
    for attribute in children(item, attributes) {
        for name in children(attribute?, 1) {
            if name? == key.as_bytes() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The items of a request in OTLP/JSON.
fn json_items(signal: Signal, request: &Value) -> u64 {
    let (key, list) = match request {
        Value::Array(list) => return list.iter().map(|value| json_items(signal, value)).sum(),
        Value::Object(object) => (object, ["logRecords", "spans", "dataPoints"][signal as usize]),
        _ => return 0,
    };
    key.iter()
        .map(|(name, value)| match value {
            Value::Array(items) if name == list => items.len() as u64,
            value => json_items(signal, value),
        })
        .sum()
}

/// The values of the length-prefixed fields with this number.
fn children(message: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], Error>> {
    fields(message).filter_map(move |field| match field {
        Ok((found, value)) => (found == number).then_some(Ok(value)),
        Err(error) => Some(Err(error)),
    })
}

/// The length-prefixed fields of a message; others are stepped over. Ends after the first error.
fn fields(mut rest: &[u8]) -> impl Iterator<Item = Result<(u32, &[u8]), Error>> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            match next(rest) {
                Some((number, value, after)) => {
                    rest = after;
                    if let Some(value) = value {
                        return Some(Ok((number, value)));
                    }
                }
                None => {
                    rest = &[];
                    return Some(Err("the body is not a protobuf message".into()));
                }
            }
        }
        None
    })
}

/// Number and value of the first field, and the bytes after it; the value only when it is length-prefixed.
type First<'a> = (u32, Option<&'a [u8]>, &'a [u8]);

#[inline]
fn next(bytes: &[u8]) -> Option<First<'_>> {
    let (tag, rest) = varint(bytes)?;
    let number = (tag >> 3) as u32;
    Some(match tag & 7 {
        0 => (number, None, varint(rest)?.1),
        1 => (number, None, rest.get(8..)?),
        2 => {
            let (len, rest) = varint(rest)?;
            let (value, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            (number, Some(value), rest)
        }
        5 => (number, None, rest.get(4..)?),
        _ => return None,
    })
}

#[inline]
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests;

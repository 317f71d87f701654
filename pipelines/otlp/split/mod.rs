//! Cutting telemetry into pieces of a largest size.
//!
//! Parts and whole resources go into a piece as slices of the bytes they came in. Only a resource that does not fit is
//! taken apart, at the borders of its items: each piece then repeats everything of the resource, scope and metric but
//! the items, unknown fields too.

mod piece;

use bytes::Bytes;

use self::piece::Pieces;
use super::count::{count, count_metric, count_resource, count_scope};
use super::field;
use super::wire::{Field, Value, fields};
use crate::{Signal, Telemetry};

/// Splits telemetry into pieces of at most `max_items` items and `max_bytes` bytes each; no limit is `None`. Items keep
/// their order and none is lost. Pieces limited by items are filled before the next one begins. An item that alone is
/// larger than `max_bytes` stands alone. Profiles are not split, since all of a request share one dictionary.
#[must_use]
pub fn split(telemetry: Telemetry, max_items: Option<usize>, max_bytes: Option<usize>) -> Vec<Telemetry> {
    let mut pieces = Pieces::new(telemetry.signal(), max_items, max_bytes);
    if telemetry.signal() == Signal::Profiles || pieces.fit(telemetry.items(), telemetry.len()) {
        return vec![telemetry];
    }
    for part in telemetry.parts() {
        let items = count(telemetry.signal(), part);
        if pieces.fit(items, part.len()) {
            pieces.take(part, 0, part.len(), items);
        } else {
            split_part(&mut pieces, part);
        }
        pieces.end_of_part(part);
    }
    pieces.finish()
}

fn split_part(pieces: &mut Pieces, part: &Bytes) {
    let mut all = fields(part);
    while let Some(Ok(field)) = all.next() {
        let (start, end) = (all.offset() - field.raw.len(), all.offset());
        let resource = field.value.as_len().filter(|_| field.number == field::RESOURCES);
        let items = resource.map_or(0, |resource| count_resource(pieces.signal(), resource));
        if !pieces.fit(items, field.raw.len()) {
            pieces.end_of_part(part);
            // A full piece ends. So does one with room for the items but not for the bytes, if the next one can then
            // take the resource as it is.
            if resource.is_none() || pieces.has_room(items) && pieces.fit_empty(items, field.raw.len()) {
                pieces.close();
            } else {
                pieces.close_if_full();
            }
        }
        match resource {
            Some(resource) if !pieces.fit(items, field.raw.len()) => {
                split_container(pieces, field::RESOURCES, resource, Layer::Resource);
            }
            _ => pieces.take(part, start, end, items),
        }
    }
}

/// A message whose children are items or hold some.
#[derive(Clone, Copy)]
enum Layer {
    Resource,
    Scope,
    Metric,
    Data,
}

fn split_container(pieces: &mut Pieces, number: u32, message: &[u8], layer: Layer) {
    let signal = pieces.signal();
    pieces.open(number, fields(message).map_while(Result::ok).filter(|field| !layer.is_child(field)));
    for child in fields(message).map_while(Result::ok).filter(|field| layer.is_child(field)) {
        let Value::Len(content) = child.value else { continue };
        let (items, below) = match layer {
            Layer::Resource => (count_scope(signal, content), Some(Layer::Scope)),
            Layer::Scope if signal == Signal::Metrics => (count_metric(content), Some(Layer::Metric)),
            Layer::Metric => (super::count::messages(content, field::DATA_POINTS).count(), Some(Layer::Data)),
            Layer::Scope | Layer::Data => (1, None),
        };
        if !pieces.fit(items, child.raw.len()) {
            pieces.close_if_full();
        }
        match below {
            Some(below) if !pieces.fit(items, child.raw.len()) => {
                split_container(pieces, child.number, content, below);
            }
            _ => pieces.add(child.raw, items),
        }
    }
    pieces.leave();
}

// === impl Layer ===

impl Layer {
    fn is_child(self, field: &Field<'_>) -> bool {
        let number = match self {
            Self::Resource | Self::Scope => field.number == field::CHILDREN,
            Self::Metric => field::is_metric_data(field.number),
            Self::Data => field.number == field::DATA_POINTS,
        };
        number && matches!(field.value, Value::Len(_))
    }
}

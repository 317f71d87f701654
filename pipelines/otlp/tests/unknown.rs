//! Adding fields that the schema does not know to every message of a request.

use crate::Signal;
use crate::otlp::wire::{Value, fields, put_len};

/// A field number that no OTLP message uses, with two bytes of tag.
const NUMBER: u32 = 2000;
/// What the unknown fields hold.
pub(super) const MARK: &[u8] = b"from the future";

/// The messages that get an unknown field, and where they are embedded in each other.
#[derive(Clone, Copy)]
enum Kind {
    Request,
    Resources,
    Resource,
    Scopes,
    Scope,
    Item,
    Data,
    Point,
    KeyValue,
}

/// The same request with an unknown field at the start or the end of every message.
pub(super) fn with_unknown_fields(signal: Signal, request: &[u8]) -> Vec<u8> {
    add(signal, Kind::Request, request)
}

/// How many unknown fields a request has.
pub(super) fn unknown_fields(request: &[u8]) -> usize {
    request.windows(MARK.len()).filter(|window| *window == MARK).count()
}

fn add(signal: Signal, kind: Kind, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let first = message.len().is_multiple_of(2);
    if first {
        put_len(&mut out, NUMBER, MARK);
    }
    for field in fields(message).map(Result::unwrap) {
        match (child(signal, kind, field.number), field.value) {
            (Some(child), Value::Len(content)) => put_len(&mut out, field.number, &add(signal, child, content)),
            _ => out.extend_from_slice(field.raw),
        }
    }
    if !first {
        put_len(&mut out, NUMBER, MARK);
    }
    out
}

fn child(signal: Signal, kind: Kind, number: u32) -> Option<Kind> {
    Some(match (kind, number) {
        (Kind::Request, 1) => Kind::Resources,
        (Kind::Resources, 1) => Kind::Resource,
        (Kind::Resources, 2) => Kind::Scopes,
        (Kind::Scopes, 1) => Kind::Scope,
        (Kind::Scopes, 2) => Kind::Item,
        (Kind::Resource, 1) | (Kind::Scope, 3) => Kind::KeyValue,
        (Kind::Item, 6) if signal == Signal::Logs => Kind::KeyValue,
        (Kind::Item, 9) if signal == Signal::Traces => Kind::KeyValue,
        (Kind::Item, 5 | 7 | 9 | 10 | 11) if signal == Signal::Metrics => Kind::Data,
        (Kind::Data, 1) => Kind::Point,
        _ => return None,
    })
}

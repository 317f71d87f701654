//! Encoded bytes to OTLP/JSON, without decoding them into objects.

use super::MAX_DEPTH;
use super::error::{Fault, JsonError, Step, WireCause, WireResult};
use super::print::{put_double, put_integer};
use super::string::{put_base64, put_hex, put_string};
use crate::otlp::schema::{Field, Kind, Label, MAX_FIELDS, Message};
use crate::otlp::wire::{self, Value, fields, read_varint};

/// Writes one `message` as JSON on one line. See [`append_json`].
///
/// # Errors
/// [`JsonError::Wire`] if the bytes are not that message.
pub fn to_json(message: &'static Message, parts: &[&[u8]]) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| 2 * part.len()).sum::<usize>() + 2);
    append_json(message, parts, &mut out)?;
    Ok(out)
}

/// Appends one `message`, encoded in `parts` that are merged as protobuf merges concatenated bytes, to `out` as compact
/// JSON on one line (no newline at the end).
///
/// Keys stand in the order of the schema, a list that is scattered over the bytes is one array, defaults and unknown
/// fields are left out, a member of a oneof and an `optional` field that is present is written even if it is the default.
/// A message that is present but empty is `{}`.
///
/// # Errors
/// [`JsonError::Wire`] if the bytes are not that message; `out` then has its old length.
pub fn append_json(message: &'static Message, parts: &[&[u8]], out: &mut Vec<u8>) -> Result<(), JsonError> {
    let start = out.len();
    write_message(out, message, parts, 0).map_err(|fault| {
        out.truncate(start);
        fault.into_error()
    })
}

/// Where the values of one field stand in the parts of a message.
#[derive(Clone, Copy)]
struct Found<'a> {
    /// Part and offset of the first value.
    first: (usize, usize),
    /// Part and offset of the last value.
    last: (usize, usize),
    count: usize,
    value: Value<'a>,
}

const NOTHING: Found<'static> = Found { first: (0, 0), last: (0, 0), count: 0, value: Value::Varint(0) };

fn write_message(out: &mut Vec<u8>, message: &'static Message, parts: &[&[u8]], depth: usize) -> WireResult<()> {
    if depth >= MAX_DEPTH {
        return Err(fault(message, 0, "messages are nested too deep"));
    }
    let found = locate(message, parts)?;
    let mut separator = b'{';
    for (field, found) in message.fields.iter().zip(&found) {
        if found.count == 0 || (field.label == Label::One && is_default(field.kind, found.value)) {
            continue;
        }
        let start = out.len();
        out.push(separator);
        out.push(b'"');
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        let written = match (field.label, field.kind) {
            (Label::Many, _) => write_list(out, message, field, parts, found, depth)
                .map_err(|fault| fault.within(Step::Field(field.name)))?,
            (_, Kind::Message(inner)) => {
                write_single(out, message, field, inner, parts, found, depth)
                    .map_err(|fault| fault.within(Step::Field(field.name)))?;
                true
            }
            (_, kind) => {
                write_scalar(out, kind, found.value)
                    .map_err(|what| fault(message, found.last.1, what).within(Step::Field(field.name)))?;
                true
            }
        };
        if written {
            separator = b',';
        } else {
            out.truncate(start);
        }
    }
    if separator == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
    Ok(())
}

/// One walk over the fields of a message: where each one's values are.
fn locate<'a>(message: &'static Message, parts: &[&'a [u8]]) -> WireResult<[Found<'a>; MAX_FIELDS]> {
    let mut found: [Found<'a>; MAX_FIELDS] = [NOTHING; MAX_FIELDS];
    let mut member = None;
    for (part, bytes) in parts.iter().enumerate() {
        let mut walk = fields(bytes);
        loop {
            let at = walk.offset();
            let Some(item) = walk.next() else { break };
            let item = item.map_err(|malformed| fault(message, malformed.at, malformed.what))?;
            let Some(position) = message.position(item.number) else { continue };
            let field = &message.fields[position];
            check_wire_type(field, item.value)
                .map_err(|what| fault(message, at, what).within(Step::Field(field.name)))?;
            if field.label == Label::Oneof && member != Some(position) {
                // Another member of the oneof takes the place of what came before.
                if let Some(old) = member.replace(position) {
                    found[old] = NOTHING;
                }
            }
            let entry = &mut found[position];
            if entry.count == 0 {
                entry.first = (part, at);
            }
            entry.last = (part, at);
            entry.count += 1;
            entry.value = item.value;
        }
    }
    Ok(found)
}

/// Writes every value of a repeated field as one array; `false` if there is none, as in an empty packed run.
fn write_list(
    out: &mut Vec<u8>,
    message: &'static Message,
    field: &'static Field,
    parts: &[&[u8]],
    found: &Found<'_>,
    depth: usize,
) -> WireResult<bool> {
    let mut index = 0;
    each(message, field, parts, found, |at, value| {
        let mut run = value;
        let packed = field.kind.is_packed();
        loop {
            let value = match run {
                Value::Len(bytes) if packed => {
                    let Some((value, rest)) = split_packed(field.kind, bytes) else {
                        if bytes.is_empty() {
                            return Ok(());
                        }
                        return Err(fault(message, at, "packed list is cut off"));
                    };
                    run = Value::Len(rest);
                    value
                }
                value => value,
            };
            out.push(if index == 0 { b'[' } else { b',' });
            match (field.kind, value) {
                (Kind::Message(inner), Value::Len(bytes)) => write_message(out, inner, &[bytes], depth + 1),
                (kind, value) => write_scalar(out, kind, value).map_err(|what| fault(message, at, what)),
            }
            .map_err(|fault| fault.within(Step::Index(index)))?;
            index += 1;
            if !packed || !matches!(run, Value::Len(_)) {
                return Ok(());
            }
        }
    })?;
    if index > 0 {
        out.push(b']');
    }
    Ok(index > 0)
}

/// Writes an embedded message; one that stands several times is merged.
fn write_single(
    out: &mut Vec<u8>,
    message: &'static Message,
    field: &'static Field,
    inner: &'static Message,
    parts: &[&[u8]],
    found: &Found<'_>,
    depth: usize,
) -> WireResult<()> {
    if found.count == 1 {
        return write_message(out, inner, &[found.value.as_len().unwrap_or_default()], depth + 1);
    }
    let mut merged = Vec::with_capacity(found.count);
    each(message, field, parts, found, |_, value| {
        merged.push(value.as_len().unwrap_or_default());
        Ok(())
    })?;
    write_message(out, inner, &merged, depth + 1)
}

/// Calls `visit` with offset and value of every occurrence of `field`, in order.
fn each<'a>(
    message: &'static Message,
    field: &'static Field,
    parts: &[&'a [u8]],
    found: &Found<'a>,
    mut visit: impl FnMut(usize, Value<'a>) -> WireResult<()>,
) -> WireResult<()> {
    for part in found.first.0..=found.last.0 {
        let start = if part == found.first.0 { found.first.1 } else { 0 };
        let Some(bytes) = parts.get(part).and_then(|bytes| bytes.get(start..)) else { continue };
        let mut walk = fields(bytes);
        loop {
            let at = start + walk.offset();
            if part == found.last.0 && at > found.last.1 {
                break;
            }
            let Some(item) = walk.next() else { break };
            let item = item.map_err(|malformed| fault(message, start + malformed.at, malformed.what))?;
            if item.number == field.number {
                visit(at, item.value)?;
            }
        }
    }
    Ok(())
}

fn write_scalar(out: &mut Vec<u8>, kind: Kind, value: Value<'_>) -> Result<(), &'static str> {
    match (kind, value) {
        (Kind::String, Value::Len(bytes)) => {
            put_string(out, simdutf8::basic::from_utf8(bytes).map_err(|_| "string is not UTF-8")?);
        }
        (Kind::Bytes, Value::Len(bytes)) => put_base64(out, bytes),
        (Kind::Id(_), Value::Len(bytes)) => put_hex(out, bytes),
        (Kind::Bool, Value::Varint(value)) => out.extend_from_slice(if value == 0 { b"false" } else { b"true" }),
        (Kind::Int32 | Kind::Enum(_), Value::Varint(value)) => put_integer(out, i128::from(value as i32)),
        (Kind::Uint32, Value::Varint(value)) => put_integer(out, i128::from(value as u32)),
        (Kind::Sint32, Value::Varint(value)) => {
            let value = value as u32;
            put_integer(out, i128::from((value >> 1) as i32 ^ -((value & 1) as i32)));
        }
        (Kind::Fixed32, Value::Fixed32(value)) => put_integer(out, i128::from(value)),
        (Kind::Int64, Value::Varint(value)) | (Kind::Sfixed64, Value::Fixed64(value)) => {
            put_quoted(out, i128::from(value as i64));
        }
        (Kind::Uint64, Value::Varint(value)) | (Kind::Fixed64, Value::Fixed64(value)) => {
            put_quoted(out, i128::from(value));
        }
        (Kind::Double, Value::Fixed64(value)) => put_double(out, f64::from_bits(value)),
        _ => return Err("wire type does not fit the field"),
    }
    Ok(())
}

/// 64-bit integers are strings, because JavaScript's numbers cannot hold them.
fn put_quoted(out: &mut Vec<u8>, value: i128) {
    out.push(b'"');
    put_integer(out, value);
    out.push(b'"');
}

/// Takes the first value off a packed run; `None` if the run is empty or cut off.
fn split_packed(kind: Kind, run: &[u8]) -> Option<(Value<'_>, &[u8])> {
    match kind.wire_type() {
        wire::FIXED64 => {
            run.split_first_chunk().map(|(value, rest)| (Value::Fixed64(u64::from_le_bytes(*value)), rest))
        }
        wire::FIXED32 => {
            run.split_first_chunk().map(|(value, rest)| (Value::Fixed32(u32::from_le_bytes(*value)), rest))
        }
        _ => {
            let mut at = 0;
            let value = read_varint(run, &mut at)?;
            Some((Value::Varint(value), &run[at..]))
        }
    }
}

fn check_wire_type(field: &Field, value: Value<'_>) -> Result<(), &'static str> {
    let wire_type = match value {
        Value::Varint(_) => wire::VARINT,
        Value::Fixed64(_) => wire::FIXED64,
        Value::Len(_) => wire::LEN,
        Value::Fixed32(_) => wire::FIXED32,
    };
    let packed = field.label == Label::Many && field.kind.is_packed() && wire_type == wire::LEN;
    if packed || wire_type == field.kind.wire_type() { Ok(()) } else { Err("wire type does not fit the field") }
}

/// Whether a scalar equals an absent one. A message that is present is never the default.
fn is_default(kind: Kind, value: Value<'_>) -> bool {
    match value {
        Value::Len(bytes) => bytes.is_empty() && !matches!(kind, Kind::Message(_)),
        Value::Varint(value) | Value::Fixed64(value) => value == 0,
        Value::Fixed32(value) => value == 0,
    }
}

fn fault(message: &'static Message, at: usize, what: &'static str) -> Box<Fault<WireCause>> {
    Fault::new(WireCause { message: message.name, at, what })
}

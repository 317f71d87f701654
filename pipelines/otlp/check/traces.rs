//! `opentelemetry.proto.trace.v1`.

use super::common::attributes;
use super::layers::{self, Names};
use super::reader::{Checked, Reader, Walk, fixed32, fixed64, len, up_to, varint};

const NAMES: Names = Names { resources: "resource_spans", scopes: "scope_spans", items: "spans" };

pub(super) fn request<'a>(walk: &mut Walk<'a>, message: &'a [u8]) -> Checked {
    layers::request(walk, message, NAMES, span)
}

fn span(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const TRACE_ID: u32 = len(1);
    const SPAN_ID: u32 = len(2);
    const TRACE_STATE: u32 = len(3);
    const PARENT_SPAN_ID: u32 = len(4);
    const NAME: u32 = len(5);
    const KIND: u32 = varint(6);
    const START_TIME_UNIX_NANO: u32 = fixed64(7);
    const END_TIME_UNIX_NANO: u32 = fixed64(8);
    const ATTRIBUTES: u32 = len(9);
    const DROPPED_ATTRIBUTES_COUNT: u32 = varint(10);
    const EVENTS: u32 = len(11);
    const DROPPED_EVENTS_COUNT: u32 = varint(12);
    const LINKS: u32 = len(13);
    const DROPPED_LINKS_COUNT: u32 = varint(14);
    const STATUS: u32 = len(15);
    const FLAGS: u32 = fixed32(16);
    walk.items += 1;
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            TRACE_ID => walk.id(reader.bytes(walk)?, 16, "trace_id")?,
            SPAN_ID => walk.id(reader.bytes(walk)?, 8, "span_id")?,
            PARENT_SPAN_ID => walk.id(reader.bytes(walk)?, 8, "parent_span_id")?,
            TRACE_STATE => walk.text(reader.bytes(walk)?, "trace_state")?,
            NAME => walk.text(reader.bytes(walk)?, "name")?,
            KIND | DROPPED_ATTRIBUTES_COUNT | DROPPED_EVENTS_COUNT | DROPPED_LINKS_COUNT => reader.varint(walk)?,
            START_TIME_UNIX_NANO | END_TIME_UNIX_NANO => reader.fixed::<8>(walk)?,
            FLAGS => reader.fixed::<4>(walk)?,
            EVENTS => event(walk, reader.bytes(walk)?).map_err(|error| error.within("events"))?,
            LINKS => link(walk, reader.bytes(walk)?).map_err(|error| error.within("links"))?,
            STATUS => {
                let value = reader.bytes(walk)?;
                walk.once(&mut seen, tag, value, "status")?;
                status(walk, value).map_err(|error| error.within("status"))?;
            }
            _ => reader.other(walk, tag, up_to(16))?,
        }
    }
    Ok(())
}

fn event(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const TIME_UNIX_NANO: u32 = fixed64(1);
    const NAME: u32 = len(2);
    const ATTRIBUTES: u32 = len(3);
    const DROPPED_ATTRIBUTES_COUNT: u32 = varint(4);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            TIME_UNIX_NANO => reader.fixed::<8>(walk)?,
            NAME => walk.text(reader.bytes(walk)?, "name")?,
            DROPPED_ATTRIBUTES_COUNT => reader.varint(walk)?,
            _ => reader.other(walk, tag, up_to(4))?,
        }
    }
    Ok(())
}

fn link(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const TRACE_ID: u32 = len(1);
    const SPAN_ID: u32 = len(2);
    const TRACE_STATE: u32 = len(3);
    const ATTRIBUTES: u32 = len(4);
    const DROPPED_ATTRIBUTES_COUNT: u32 = varint(5);
    const FLAGS: u32 = fixed32(6);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            TRACE_ID => walk.id(reader.bytes(walk)?, 16, "trace_id")?,
            SPAN_ID => walk.id(reader.bytes(walk)?, 8, "span_id")?,
            TRACE_STATE => walk.text(reader.bytes(walk)?, "trace_state")?,
            DROPPED_ATTRIBUTES_COUNT => reader.varint(walk)?,
            FLAGS => reader.fixed::<4>(walk)?,
            _ => reader.other(walk, tag, up_to(6))?,
        }
    }
    Ok(())
}

fn status(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const MESSAGE: u32 = len(2);
    const CODE: u32 = varint(3);
    /// Number 1 was the deprecated code; it is reserved.
    const KNOWN: u32 = up_to(3) & !(1 << 1);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            MESSAGE => walk.text(reader.bytes(walk)?, "message")?,
            CODE => reader.varint(walk)?,
            _ => reader.other(walk, tag, KNOWN)?,
        }
    }
    Ok(())
}

//! `opentelemetry.proto.logs.v1`.

use super::common::{attributes, value};
use super::layers::{self, Names};
use super::reader::{Checked, Reader, Walk, fixed32, fixed64, len, up_to, varint};

const TIME_UNIX_NANO: u32 = fixed64(1);
const SEVERITY_NUMBER: u32 = varint(2);
const SEVERITY_TEXT: u32 = len(3);
const BODY: u32 = len(5);
const ATTRIBUTES: u32 = len(6);
const DROPPED_ATTRIBUTES_COUNT: u32 = varint(7);
const FLAGS: u32 = fixed32(8);
const TRACE_ID: u32 = len(9);
const SPAN_ID: u32 = len(10);
const OBSERVED_TIME_UNIX_NANO: u32 = fixed64(11);
const EVENT_NAME: u32 = len(12);

/// All fields but the reserved number 4.
const KNOWN: u32 = up_to(12) & !(1 << 4);

const NAMES: Names = Names { resources: "resource_logs", scopes: "scope_logs", items: "log_records" };

pub(super) fn request<'a>(walk: &mut Walk<'a>, message: &'a [u8]) -> Checked {
    layers::request(walk, message, NAMES, log_record)
}

fn log_record(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    walk.items += 1;
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            TIME_UNIX_NANO | OBSERVED_TIME_UNIX_NANO => reader.fixed::<8>(walk)?,
            SEVERITY_NUMBER | DROPPED_ATTRIBUTES_COUNT => reader.varint(walk)?,
            FLAGS => reader.fixed::<4>(walk)?,
            SEVERITY_TEXT => walk.text(reader.bytes(walk)?, "severity_text")?,
            EVENT_NAME => walk.text(reader.bytes(walk)?, "event_name")?,
            BODY => {
                let body = reader.bytes(walk)?;
                walk.once(&mut seen, tag, body, "body")?;
                value(walk, body, "body")?;
            }
            TRACE_ID => walk.id(reader.bytes(walk)?, 16, "trace_id")?,
            SPAN_ID => walk.id(reader.bytes(walk)?, 8, "span_id")?,
            _ => reader.other(walk, tag, KNOWN)?,
        }
    }
    Ok(())
}

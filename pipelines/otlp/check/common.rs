//! `opentelemetry.proto.common.v1` and `resource.v1`: values, attributes, scope and resource.

use super::MAX_DEPTH;
use super::reader::{Checked, Reader, Walk, fixed64, len, up_to, varint};

const KEY: u32 = len(1);
const VALUE: u32 = len(2);
const KEY_STRINDEX: u32 = varint(3);

const STRING_VALUE: u32 = len(1);
const BOOL_VALUE: u32 = varint(2);
const INT_VALUE: u32 = varint(3);
const DOUBLE_VALUE: u32 = fixed64(4);
const ARRAY_VALUE: u32 = len(5);
const KVLIST_VALUE: u32 = len(6);
const BYTES_VALUE: u32 = len(7);
const STRING_VALUE_STRINDEX: u32 = varint(8);

/// Checks the attributes that come one after the other, the first one's `tag` being read already.
#[inline(always)]
pub(super) fn attributes(walk: &mut Walk<'_>, reader: &mut Reader<'_>, tag: u32, field: &'static str) -> Checked {
    loop {
        let next = reader.bytes(walk)?;
        attribute(walk, next, field)?;
        if !reader.next_is(tag) {
            return Ok(());
        }
    }
}

/// Checks one attribute, a `KeyValue`.
#[inline(always)]
fn attribute(walk: &mut Walk<'_>, attribute: &[u8], field: &'static str) -> Checked {
    // Nearly every attribute is a short key and a short string, all ASCII, or a number. Then its bytes are
    // 0a <len> key 12 <len> 0a <len> text, the lengths have one byte, and nothing else needs a look.
    if let [0x0a, key_len @ 0..0x80, rest @ ..] = attribute
        && let Some((key, value)) = rest.split_at_checked(usize::from(*key_len))
    {
        match value {
            [0x12, len @ 0..0x80, 0x0a, text_len @ 0..0x80, text @ ..]
                if text.len() == usize::from(*text_len)
                    && text.len() + 2 == usize::from(*len)
                    && walk.ascii.covers(attribute) =>
            {
                return Ok(());
            }
            // A double, a whole number of one or two bytes, a bool.
            [0x12, 9, 0x21, _, _, _, _, _, _, _, _]
            | [0x12, 2, 0x10 | 0x18, 0..0x80]
            | [0x12, 3, 0x18, 0x80..=0xff, 0..0x80]
                if walk.ascii.covers(key) =>
            {
                return Ok(());
            }
            _ => {}
        }
    }
    match key_value(walk, attribute, 0) {
        Ok(()) => Ok(()),
        Err(invalid) => Err(invalid.within(field)),
    }
}

/// Checks the value of an attribute or a body, an `AnyValue`.
#[inline]
pub(super) fn value(walk: &mut Walk<'_>, value: &[u8], field: &'static str) -> Checked {
    match any_value(walk, value, 0) {
        Ok(()) => Ok(()),
        Err(invalid) => Err(invalid.within(field)),
    }
}

/// Checks a `Resource`.
pub(super) fn resource(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const ATTRIBUTES: u32 = len(1);
    const DROPPED_ATTRIBUTES_COUNT: u32 = varint(2);
    const ENTITY_REFS: u32 = len(3);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            DROPPED_ATTRIBUTES_COUNT => reader.varint(walk)?,
            ENTITY_REFS => entity_ref(walk, reader.bytes(walk)?).map_err(|error| error.within("entity_refs"))?,
            _ => reader.other(walk, tag, up_to(3))?,
        }
    }
    Ok(())
}

/// Checks an `InstrumentationScope`.
pub(super) fn scope(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const NAME: u32 = len(1);
    const VERSION: u32 = len(2);
    const ATTRIBUTES: u32 = len(3);
    const DROPPED_ATTRIBUTES_COUNT: u32 = varint(4);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            NAME => walk.text(reader.bytes(walk)?, "name")?,
            VERSION => walk.text(reader.bytes(walk)?, "version")?,
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            DROPPED_ATTRIBUTES_COUNT => reader.varint(walk)?,
            _ => reader.other(walk, tag, up_to(4))?,
        }
    }
    Ok(())
}

fn entity_ref(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const SCHEMA_URL: u32 = len(1);
    const TYPE: u32 = len(2);
    const ID_KEYS: u32 = len(3);
    const DESCRIPTION_KEYS: u32 = len(4);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            SCHEMA_URL => walk.text(reader.bytes(walk)?, "schema_url")?,
            TYPE => walk.text(reader.bytes(walk)?, "type")?,
            ID_KEYS => walk.text(reader.bytes(walk)?, "id_keys")?,
            DESCRIPTION_KEYS => walk.text(reader.bytes(walk)?, "description_keys")?,
            _ => reader.other(walk, tag, up_to(4))?,
        }
    }
    Ok(())
}

fn key_value(walk: &mut Walk<'_>, message: &[u8], depth: u32) -> Checked {
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            KEY => walk.text(reader.bytes(walk)?, "key")?,
            VALUE => {
                let value = reader.bytes(walk)?;
                walk.once(&mut seen, tag, value, "value")?;
                any_value(walk, value, depth + 1).map_err(|error| error.within("value"))?;
            }
            KEY_STRINDEX => reader.varint(walk)?,
            _ => reader.other(walk, tag, up_to(3))?,
        }
    }
    Ok(())
}

fn any_value(walk: &mut Walk<'_>, message: &[u8], depth: u32) -> Checked {
    if depth > MAX_DEPTH {
        return Err(walk.fail(message, format!("value is nested deeper than {MAX_DEPTH} messages")));
    }
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            STRING_VALUE => walk.text(reader.bytes(walk)?, "string_value")?,
            BOOL_VALUE | INT_VALUE | STRING_VALUE_STRINDEX => reader.varint(walk)?,
            DOUBLE_VALUE => reader.fixed::<8>(walk)?,
            BYTES_VALUE => {
                reader.bytes(walk)?;
            }
            ARRAY_VALUE => {
                let list = reader.bytes(walk)?;
                walk.once(&mut seen, tag, list, "array_value")?;
                array(walk, list, depth + 1).map_err(|error| error.within("array_value"))?;
            }
            KVLIST_VALUE => {
                let list = reader.bytes(walk)?;
                walk.once(&mut seen, tag, list, "kvlist_value")?;
                map(walk, list, depth + 1).map_err(|error| error.within("kvlist_value"))?;
            }
            _ => reader.other(walk, tag, up_to(8))?,
        }
    }
    Ok(())
}

fn array(walk: &mut Walk<'_>, message: &[u8], depth: u32) -> Checked {
    const VALUES: u32 = len(1);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            VALUES => {
                any_value(walk, reader.bytes(walk)?, depth + 1).map_err(|error| error.within("values"))?;
            }
            _ => reader.other(walk, tag, up_to(1))?,
        }
    }
    Ok(())
}

fn map(walk: &mut Walk<'_>, message: &[u8], depth: u32) -> Checked {
    const VALUES: u32 = len(1);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            VALUES => {
                key_value(walk, reader.bytes(walk)?, depth + 1).map_err(|error| error.within("values"))?;
            }
            _ => reader.other(walk, tag, up_to(1))?,
        }
    }
    Ok(())
}

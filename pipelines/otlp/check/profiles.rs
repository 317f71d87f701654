//! `opentelemetry.proto.profiles.v1development`: the framing down to one profile; what is inside passes unread.

use super::reader::{Checked, Reader, Walk, len, up_to};

const RESOURCE_PROFILES: u32 = len(1);
const DICTIONARY: u32 = len(2);
const CONTEXT: u32 = len(1);
const CHILDREN: u32 = len(2);

pub(super) fn request(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            RESOURCE_PROFILES => {
                let value = reader.bytes(walk)?;
                resource_profiles(walk, value).map_err(|error| error.within("resource_profiles"))?;
            }
            DICTIONARY => {
                reader.bytes(walk)?;
            }
            _ => reader.other(walk, tag, up_to(2))?,
        }
    }
    Ok(())
}

fn resource_profiles(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            CHILDREN => {
                let value = reader.bytes(walk)?;
                scope_profiles(walk, value).map_err(|error| error.within("scope_profiles"))?;
            }
            CONTEXT => {
                reader.bytes(walk)?;
            }
            _ => reader.other(walk, tag, up_to(2))?,
        }
    }
    Ok(())
}

fn scope_profiles(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            CHILDREN => {
                reader.bytes(walk)?;
                walk.items += 1;
            }
            CONTEXT => {
                reader.bytes(walk)?;
            }
            _ => reader.other(walk, tag, up_to(2))?,
        }
    }
    Ok(())
}

//! The two levels that every signal shares: resources in a request, scopes in a resource, items in a scope.
//!
//! The field numbers are the same in all four signals: request 1 = resources; resource 1 = `resource`, 2 = scopes,
//! 3 = `schema_url`; scope 1 = `scope`, 2 = items, 3 = `schema_url`.

use super::common;
use super::reader::{Checked, Reader, Walk, len, up_to};

/// What differs between the signals: the names in error paths.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub(super) resources: &'static str,
    pub(super) scopes: &'static str,
    pub(super) items: &'static str,
}

const RESOURCES: u32 = len(1);
const CONTEXT: u32 = len(1);
const CHILDREN: u32 = len(2);
const SCHEMA_URL: u32 = len(3);

/// Checks a request, calling `item` for each record, span, metric or profile.
#[inline(always)]
pub(super) fn request<'a>(
    walk: &mut Walk<'a>,
    message: &'a [u8],
    names: Names,
    mut item: impl FnMut(&mut Walk<'a>, &'a [u8]) -> Checked,
) -> Checked {
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            RESOURCES => {
                let value = reader.bytes(walk)?;
                resource_group(walk, value, names, &mut item).map_err(|error| error.within(names.resources))?;
            }
            _ => reader.other(walk, tag, up_to(1))?,
        }
    }
    Ok(())
}

#[inline(always)]
fn resource_group<'a>(
    walk: &mut Walk<'a>,
    message: &'a [u8],
    names: Names,
    item: &mut impl FnMut(&mut Walk<'a>, &'a [u8]) -> Checked,
) -> Checked {
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            CONTEXT => {
                let value = reader.bytes(walk)?;
                walk.once(&mut seen, tag, value, "resource")?;
                common::resource(walk, value).map_err(|error| error.within("resource"))?;
            }
            CHILDREN => {
                let value = reader.bytes(walk)?;
                scope_group(walk, value, names, item).map_err(|error| error.within(names.scopes))?;
            }
            SCHEMA_URL => walk.text(reader.bytes(walk)?, "schema_url")?,
            _ => reader.other(walk, tag, up_to(3))?,
        }
    }
    Ok(())
}

#[inline(always)]
fn scope_group<'a>(
    walk: &mut Walk<'a>,
    message: &'a [u8],
    names: Names,
    item: &mut impl FnMut(&mut Walk<'a>, &'a [u8]) -> Checked,
) -> Checked {
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            CHILDREN => {
                let value = reader.bytes(walk)?;
                item(walk, value).map_err(|error| error.within(names.items))?;
            }
            CONTEXT => {
                let value = reader.bytes(walk)?;
                walk.once(&mut seen, tag, value, "scope")?;
                common::scope(walk, value).map_err(|error| error.within("scope"))?;
            }
            SCHEMA_URL => walk.text(reader.bytes(walk)?, "schema_url")?,
            _ => reader.other(walk, tag, up_to(3))?,
        }
    }
    Ok(())
}

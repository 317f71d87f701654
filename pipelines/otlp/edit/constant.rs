//! Edits that are the same for every message: keys and values are encoded once, and most messages need a look at their
//! keys and one splice.

use super::Level;
use super::attributes::{AttributeEdits, Holder, Mode, edit_one};
use super::context::ItemCx;
use super::splice::Node;
use super::value::{EncodedAttribute, ValueRef};
use super::walk::{Site, Verdict, Visit, walk};
use crate::Telemetry;
use crate::otlp::count::messages;
use crate::otlp::field;
use crate::otlp::view::AttributeRef;
use crate::otlp::wire::{Value, fields, len_field_len, put_len, put_varint};

/// Sets attributes that are mostly absent.
struct Set<'c> {
    mode: Mode,
    attributes: &'c [EncodedAttribute],
    /// The encoded attributes in the scratch of this part, and the field number they have there.
    block: Option<(u32, usize, usize)>,
}

struct Rename<'c> {
    from: &'c str,
    to: &'c str,
}

/// Adds to every message of `level` those of the attributes whose keys it does not have.
#[must_use]
pub fn insert_attributes(telemetry: &Telemetry, level: Level, attributes: &[EncodedAttribute]) -> Telemetry {
    walk(telemetry, level, &mut Set { mode: Mode::Insert, attributes, block: None })
}

/// Gives every message of `level` all of the attributes, in place of the first one with the same key.
#[must_use]
pub fn upsert_attributes(telemetry: &Telemetry, level: Level, attributes: &[EncodedAttribute]) -> Telemetry {
    walk(telemetry, level, &mut Set { mode: Mode::Upsert, attributes, block: None })
}

/// Renames an attribute in every message of `level`; see [`AttributeEdits::rename`].
#[must_use]
pub fn rename_attribute(telemetry: &Telemetry, level: Level, from: &str, to: &str) -> Telemetry {
    if from == to {
        return telemetry.clone();
    }
    walk(telemetry, level, &mut Rename { from, to })
}

// === impl Set ===

impl Visit for Set<'_> {
    fn part(&mut self) {
        self.block = None;
    }

    fn visit(&mut self, site: &mut Site<'_, '_>, cx: &ItemCx<'_>, node: &Node) -> Verdict {
        let holder = Holder::find(site.part, cx, node);
        let content = holder.node.map_or(&[][..], |node| &site.part[node.start..node.end]);
        let present = keys(content, holder.number).any(|key| self.attributes.iter().any(|own| own.is(key)));
        if present {
            edit_one(site, cx, node, |_, edits| self.each(edits));
            return Verdict::Keep;
        }
        let (from, to) = self.block(site.scratch, holder.number);
        let mark = holder.node.filter(|_| holder.embedded).map(|node| (site.splicer.enter(&node), node));
        site.append(&holder, node, from, to);
        if let Some((mark, node)) = mark {
            site.splicer.leave(mark, &node, site.scratch);
        }
        Verdict::Keep
    }
}

impl Set<'_> {
    fn each(&self, edits: &mut AttributeEdits<'_>) {
        for attribute in self.attributes {
            edits.set(self.mode, attribute.key(), ValueRef::Encoded(attribute.value()));
        }
    }

    /// The encoded attributes in the scratch, each key once.
    #[inline]
    fn block(&mut self, scratch: &mut Vec<u8>, number: u32) -> (usize, usize) {
        if let Some((own, from, to)) = self.block
            && own == number
        {
            return (from, to);
        }
        let from = scratch.len();
        for (index, attribute) in self.attributes.iter().enumerate() {
            let same = |other: &EncodedAttribute| other.key() == attribute.key();
            let last = self.attributes.iter().rfind(|other| same(other)).unwrap_or(attribute);
            let first = !self.attributes[..index].iter().any(same);
            match self.mode {
                _ if !first => {}
                Mode::Upsert => put_len(scratch, number, last.encoded()),
                Mode::Insert => put_len(scratch, number, attribute.encoded()),
                Mode::Update => {}
            }
        }
        self.block = Some((number, from, scratch.len()));
        (from, scratch.len())
    }
}

// === impl Rename ===

impl Visit for Rename<'_> {
    fn visit(&mut self, site: &mut Site<'_, '_>, cx: &ItemCx<'_>, node: &Node) -> Verdict {
        let holder = Holder::find(site.part, cx, node);
        let Some(place) = holder.node else { return Verdict::Keep };
        let (from, to) = (self.from.as_bytes(), self.to.as_bytes());
        let (mut found, mut others) = (None, 0);
        let mut all = fields(&site.part[place.start..place.end]);
        while let Some(Ok(field)) = all.next() {
            if let Value::Len(content) = field.value
                && field.number == holder.number
            {
                let key = AttributeRef::new(content).key;
                if key.len() == from.len() && key == from {
                    others += usize::from(found.is_some());
                    found = Some(Node::new(&field, content, place.start + all.offset()));
                } else if key.len() == to.len() && key == to {
                    others += 1;
                }
            }
        }
        let Some(attribute) = found else { return Verdict::Keep };
        match key_end(site.part, &attribute).filter(|_| others == 0) {
            // Length and key lie side by side: one splice replaces both.
            Some(key_end) => {
                let mark = holder.embedded.then(|| site.splicer.enter(&place));
                let start = site.scratch.len();
                let len = len_field_len(field::KEY, to.len()) + (attribute.end - key_end);
                put_varint(site.scratch, len as u64);
                put_len(site.scratch, field::KEY, to);
                site.splicer.put(attribute.len, key_end, start, site.scratch.len());
                if let Some(mark) = mark {
                    site.splicer.leave(mark, &place, site.scratch);
                }
            }
            None => edit_one(site, cx, node, |_, edits| {
                edits.rename(self.from, self.to);
            }),
        }
        Verdict::Keep
    }
}

// === impl EncodedAttribute ===

impl EncodedAttribute {
    #[inline(always)]
    fn is(&self, key: &[u8]) -> bool {
        self.key().len() == key.len() && self.key().as_bytes() == key
    }
}

#[inline(always)]
fn keys(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    messages(message, number).map(|attribute| AttributeRef::new(attribute).key)
}

/// Where the key ends in an attribute that begins with its key and has no other one.
fn key_end(part: &[u8], attribute: &Node) -> Option<usize> {
    let mut all = fields(&part[attribute.start..attribute.end]);
    let key = all.next()?.ok()?;
    let end = attribute.start + all.offset();
    let own = key.number == field::KEY && all.map_while(Result::ok).all(|field| field.number != field::KEY);
    own.then_some(end)
}

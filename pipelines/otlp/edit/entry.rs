//! The attributes of one message while they are edited, and how their changes become splices.

use super::splice::{Node, Splicer};
use crate::otlp::field;
use crate::otlp::wire::{LEN, Value, fields, len_field_len, put_tag, put_varint};

/// A run of bytes in the input or in the scratch.
#[derive(Clone, Copy)]
pub(super) struct Loc {
    pub(super) in_scratch: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// One attribute.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Its place in the input; `None` if it was inserted by the edit.
    pub(super) origin: Option<Node>,
    pub(super) key: Loc,
    /// The encoded `AnyValue`.
    pub(super) value: Option<Loc>,
    pub(super) new_key: bool,
    pub(super) new_value: bool,
    pub(super) deleted: bool,
}

// === impl Loc ===

impl Loc {
    pub(super) fn scratch(start: usize, end: usize) -> Self {
        Self { in_scratch: true, start, end }
    }

    #[inline]
    pub(super) fn of<'b>(&self, part: &'b [u8], scratch: &'b [u8]) -> &'b [u8] {
        let bytes = if self.in_scratch { scratch } else { part };
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    /// Appends the bytes to the scratch as field `number`.
    fn put(&self, part: &[u8], scratch: &mut Vec<u8>, number: u32) {
        put_tag(scratch, number, LEN);
        put_varint(scratch, self.len() as u64);
        if self.in_scratch {
            scratch.extend_from_within(self.start..self.end);
        } else {
            scratch.extend_from_slice(&part[self.start..self.end]);
        }
    }
}

// === impl Entry ===

impl Entry {
    /// Reads the encoded `KeyValue` at `node`.
    #[inline]
    pub(super) fn read(part: &[u8], node: Node) -> Self {
        let entry =
            |key, value| Self { origin: Some(node), key, value, new_key: false, new_value: false, deleted: false };
        // Short key first, then the value and nothing else: 0a <len> key 12 <len> value.
        if let [0x0a, key @ 0..0x80, rest @ ..] = &part[node.start..node.end]
            && let Some([0x12, value @ 0..0x80, rest @ ..]) = rest.get(usize::from(*key)..)
            && rest.len() == usize::from(*value)
        {
            let start = node.start + 2;
            let key = Loc { in_scratch: false, start, end: start + usize::from(*key) };
            return entry(key, Some(Loc { in_scratch: false, start: node.end - rest.len(), end: node.end }));
        }
        let mut key = Loc { in_scratch: false, start: node.start, end: node.start };
        let mut value = None;
        let mut all = fields(&part[node.start..node.end]);
        while let Some(Ok(field)) = all.next() {
            if let Value::Len(content) = field.value {
                let end = node.start + all.offset();
                let loc = Loc { in_scratch: false, start: end - content.len(), end };
                match field.number {
                    field::KEY => key = loc,
                    field::VALUE => value = Some(loc),
                    _ => {}
                }
            }
        }
        entry(key, value)
    }

    pub(super) fn inserted(key: Loc, value: Loc) -> Self {
        Self { origin: None, key, value: Some(value), new_key: true, new_value: true, deleted: false }
    }

    /// Appends the whole attribute to the scratch as field `number`.
    pub(super) fn put(&self, part: &[u8], scratch: &mut Vec<u8>, number: u32) {
        let value_len = self.value.map_or(0, |value| len_field_len(field::VALUE, value.len()));
        put_tag(scratch, number, LEN);
        put_varint(scratch, (len_field_len(field::KEY, self.key.len()) + value_len) as u64);
        self.key.put(part, scratch, field::KEY);
        if let Some(value) = self.value {
            value.put(part, scratch, field::VALUE);
        }
    }

    /// Notes what changed inside the attribute at `node`; unknown fields of it stay.
    pub(super) fn splice(&self, node: &Node, part: &[u8], splicer: &mut Splicer<'_>, scratch: &mut Vec<u8>) {
        if self.deleted {
            splicer.cut(node.raw, node.end);
            return;
        }
        if !self.new_key && !self.new_value {
            return;
        }
        let mark = splicer.enter(node);
        let mut key = self.new_key.then_some(self.key);
        let mut value = self.value.filter(|_| self.new_value);
        let mut all = fields(&part[node.start..node.end]);
        while let Some(Ok(field)) = all.next() {
            let new = match field.number {
                field::KEY if self.new_key => &mut key,
                field::VALUE if self.new_value => &mut value,
                _ => continue,
            };
            let end = node.start + all.offset();
            let start = end - field.raw.len();
            match new.take() {
                Some(new) => {
                    let from = scratch.len();
                    new.put(part, scratch, field.number);
                    splicer.put(start, end, from, scratch.len());
                }
                // A second occurrence would overrule the new one.
                None => splicer.cut(start, end),
            }
        }
        let from = scratch.len();
        if let Some(key) = key {
            key.put(part, scratch, field::KEY);
        }
        if let Some(value) = value {
            value.put(part, scratch, field::VALUE);
        }
        if scratch.len() > from {
            splicer.put(node.end, node.end, from, scratch.len());
        }
        splicer.leave(mark, node, scratch);
    }
}

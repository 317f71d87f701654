//! The list of cuts and inserts that turns one encoded message into another.

use bytes::Bytes;

use crate::otlp::wire::{Field, put_varint};

/// At offset `at` of the input leave out `skip` bytes and put in `from..to` of the scratch.
#[derive(Clone, Copy, Default)]
pub(super) struct Splice {
    at: usize,
    skip: usize,
    from: usize,
    to: usize,
}

/// Where an embedded message lies in the input: tag at `raw`, length at `len`, content in `start..end`.
#[derive(Clone, Copy, Default)]
pub(super) struct Node {
    pub(super) raw: usize,
    pub(super) len: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A message that was entered and not left yet.
#[derive(Clone, Copy)]
#[must_use]
pub(super) struct Mark {
    index: usize,
    delta: isize,
}

/// Collects splices in the order of their offsets.
pub(super) struct Splicer<'s> {
    splices: &'s mut Vec<Splice>,
    /// By how much the message grows so far.
    delta: isize,
}

// === impl Splicer ===

impl<'s> Splicer<'s> {
    pub(super) fn new(splices: &'s mut Vec<Splice>) -> Self {
        splices.clear();
        Self { splices, delta: 0 }
    }

    /// Before anything inside `node` changes: keeps a place for its length prefix.
    #[inline(always)]
    pub(super) fn enter(&mut self, node: &Node) -> Mark {
        let mark = Mark { index: self.splices.len(), delta: self.delta };
        self.splices.push(Splice { at: node.len, ..Splice::default() });
        mark
    }

    /// After everything inside `node` has changed: rewrites its length prefix if its size is another one.
    #[inline(always)]
    pub(super) fn leave(&mut self, mark: Mark, node: &Node, scratch: &mut Vec<u8>) {
        let change = self.delta - mark.delta;
        if change == 0 {
            if self.splices.len() == mark.index + 1 {
                self.splices.pop();
            }
            return;
        }
        let from = scratch.len();
        put_varint(scratch, (node.end - node.start).wrapping_add_signed(change) as u64);
        let splice = Splice { at: node.len, skip: node.start - node.len, from, to: scratch.len() };
        self.delta += splice.growth();
        if let Some(place) = self.splices.get_mut(mark.index) {
            *place = splice;
        }
    }

    /// Cuts the whole of `node` out, with whatever was changed inside since `mark`.
    #[inline(always)]
    pub(super) fn drop_since(&mut self, mark: Mark, node: &Node) {
        self.rewind(mark);
        self.cut(node.raw, node.end);
    }

    /// The present state, to come back to.
    #[inline(always)]
    pub(super) fn here(&self) -> Mark {
        Mark { index: self.splices.len(), delta: self.delta }
    }

    /// Forgets what was noted since `mark`. A cut that was joined with an earlier one must not lie between.
    #[inline(always)]
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.splices.truncate(mark.index);
        self.delta = mark.delta;
    }

    /// Cuts `start..end` out of the input.
    pub(super) fn cut(&mut self, start: usize, end: usize) {
        self.delta -= (end - start).cast_signed();
        if let Some(last) = self.splices.last_mut()
            && last.from == last.to
            && last.skip > 0
            && last.at + last.skip == start
        {
            last.skip += end - start;
            return;
        }
        self.splices.push(Splice { at: start, skip: end - start, ..Splice::default() });
    }

    /// Puts `from..to` of the scratch in place of `start..end` of the input.
    #[inline(always)]
    pub(super) fn put(&mut self, start: usize, end: usize, from: usize, to: usize) {
        let splice = Splice { at: start, skip: end - start, from, to };
        self.delta += splice.growth();
        self.splices.push(splice);
    }

    /// The new message, `None` if nothing changed.
    pub(super) fn finish(self, input: &[u8], scratch: &[u8]) -> Option<Bytes> {
        if self.splices.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(input.len().saturating_add_signed(self.delta));
        let mut at = 0;
        for splice in &*self.splices {
            out.extend_from_slice(&input[at..splice.at]);
            if splice.from < splice.to {
                out.extend_from_slice(&scratch[splice.from..splice.to]);
            }
            at = splice.at + splice.skip;
        }
        out.extend_from_slice(&input[at..]);
        Some(Bytes::from(out))
    }
}

// === impl Splice ===

impl Splice {
    fn growth(&self) -> isize {
        (self.to - self.from).cast_signed() - self.skip.cast_signed()
    }
}

// === impl Node ===

impl Node {
    /// The place of a length-prefixed `field` with `content`, which ends at offset `end` of the input.
    #[inline(always)]
    pub(super) fn new(field: &Field<'_>, content: &[u8], end: usize) -> Self {
        let raw = end - field.raw.len();
        // Tags below 16 have one byte; a longer one may be written with more bytes than it needs.
        let tag = match field.raw {
            [0..0x80, ..] => 1,
            raw => raw.iter().take_while(|byte| **byte >= 0x80).count() + 1,
        };
        Self { raw, len: raw + tag, start: end - content.len(), end }
    }

    /// A whole message as content, without tag and length.
    pub(super) fn whole(message: &[u8]) -> Self {
        Self { raw: 0, len: 0, start: 0, end: message.len() }
    }
}

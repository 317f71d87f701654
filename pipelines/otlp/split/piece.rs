//! The piece that is being filled.

use bytes::Bytes;

use crate::otlp::wire::{Field, LEN, put_tag, put_varint};
use crate::{Rope, Signal, Telemetry};

/// Finished pieces and the one that is being filled.
pub(super) struct Pieces {
    signal: Signal,
    max_items: usize,
    max_bytes: usize,
    done: Vec<Telemetry>,
    rope: Rope,
    items: usize,
    /// At least the length of the piece.
    bytes: usize,
    /// The stretch of the present part that is to follow the rope.
    slice: Option<(usize, usize)>,
    /// Messages that are being taken apart, outermost first.
    open: Vec<Open>,
}

/// A message of which each piece gets a copy with some of the children.
struct Open {
    number: u32,
    /// Its other fields.
    header: Vec<u8>,
    /// Its children in this piece.
    children: Vec<u8>,
    /// Whether this piece's length takes the header into account.
    charged: bool,
    /// Whether some piece has it already.
    written: bool,
}

/// Tag and length of an open message: one byte and at most five.
const PREFIX: usize = 6;

// === impl Pieces ===

impl Pieces {
    pub(super) fn new(signal: Signal, max_items: Option<usize>, max_bytes: Option<usize>) -> Self {
        Self {
            signal,
            max_items: max_items.unwrap_or(usize::MAX).max(1),
            max_bytes: max_bytes.unwrap_or(usize::MAX),
            done: Vec::new(),
            rope: Rope::default(),
            items: 0,
            bytes: 0,
            slice: None,
            open: Vec::new(),
        }
    }

    pub(super) fn signal(&self) -> Signal {
        self.signal
    }

    /// Whether so much more fits into this piece.
    pub(super) fn fit(&self, items: usize, bytes: usize) -> bool {
        let headers: usize = self.open.iter().filter(|open| !open.charged).map(|open| PREFIX + open.header.len()).sum();
        self.has_room(items) && self.bytes.saturating_add(headers).saturating_add(bytes) <= self.max_bytes
    }

    /// Whether so many more items fit into this piece.
    pub(super) fn has_room(&self, items: usize) -> bool {
        self.items + items <= self.max_items
    }

    /// Whether so much fits into a piece of its own.
    pub(super) fn fit_empty(&self, items: usize, bytes: usize) -> bool {
        items <= self.max_items && bytes <= self.max_bytes
    }

    /// Takes `start..end` of `part` without copying.
    pub(super) fn take(&mut self, part: &Bytes, start: usize, end: usize, items: usize) {
        match &mut self.slice {
            Some((_, last)) if *last == start => *last = end,
            _ => {
                self.end_of_part(part);
                self.slice = Some((start, end));
            }
        }
        self.items += items;
        self.bytes += end - start;
    }

    /// Puts what was taken of `part` into the piece.
    pub(super) fn end_of_part(&mut self, part: &Bytes) {
        if let Some((start, end)) = self.slice.take() {
            self.rope.push(part.slice(start..end));
        }
    }

    /// Begins a message that is taken apart; `header` is all of it but the children.
    pub(super) fn open<'a>(&mut self, number: u32, header: impl Iterator<Item = Field<'a>>) {
        let mut open = Open { number, header: Vec::new(), children: Vec::new(), charged: false, written: false };
        header.for_each(|field| open.header.extend_from_slice(field.raw));
        self.open.push(open);
    }

    /// Adds a child of the open message, in a new piece if it does not fit.
    pub(super) fn add(&mut self, raw: &[u8], items: usize) {
        self.charge(items, raw.len());
        if let Some(open) = self.open.last_mut() {
            open.children.extend_from_slice(raw);
        }
        self.items += items;
        self.bytes += raw.len();
    }

    /// Ends the open message. One without any children is kept as it is.
    pub(super) fn leave(&mut self) {
        let Some(last) = self.open.len().checked_sub(1) else { return };
        if !self.open[last].written && self.open[last].children.is_empty() {
            self.charge(0, 0);
        }
        self.fold(last);
        self.open.pop();
    }

    /// Ends the piece.
    pub(super) fn close(&mut self) {
        for depth in (0..self.open.len()).rev() {
            self.fold(depth);
        }
        if !self.rope.is_empty() {
            let rope = std::mem::take(&mut self.rope);
            self.done.push(Telemetry::from_rope(self.signal, self.items, rope));
        }
        self.items = 0;
        self.bytes = 0;
    }

    /// Ends the piece if it is full of items.
    pub(super) fn close_if_full(&mut self) {
        if self.items >= self.max_items {
            self.close();
        }
    }

    pub(super) fn finish(mut self) -> Vec<Telemetry> {
        self.close();
        self.done
    }

    /// Makes room for so much more and for the open messages around it, in a new piece if it must be.
    fn charge(&mut self, items: usize, bytes: usize) {
        if !self.fit(items, bytes) && self.bytes > 0 {
            self.close();
        }
        for open in self.open.iter_mut().filter(|open| !open.charged) {
            open.charged = true;
            self.bytes += PREFIX + open.header.len();
        }
    }

    /// Writes the open message at `depth` with its children of this piece into the one above.
    fn fold(&mut self, depth: usize) {
        let (above, below) = self.open.split_at_mut(depth);
        let Some(open) = below.first_mut() else { return };
        if open.charged {
            let mut root = Vec::new();
            let out = above.last_mut().map_or(&mut root, |open| &mut open.children);
            let len = open.header.len() + open.children.len();
            out.reserve(PREFIX + len);
            put_tag(out, open.number, LEN);
            put_varint(out, len as u64);
            out.extend_from_slice(&open.header);
            out.extend_from_slice(&open.children);
            self.rope.push(Bytes::from(root));
            open.written = true;
        }
        open.children.clear();
        open.charged = false;
    }
}

//! Bytes in several pieces, so that joining is appending.

use bytes::{Bytes, BytesMut};

/// A short list of byte strings that are one after the other on the wire. With one part, which is the common case,
/// it owns no list and a clone allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Rope {
    first: Bytes,
    /// Empty parts are never kept; `first` is empty only if the whole rope is.
    rest: Vec<Bytes>,
    len: usize,
}

/// The parts of a rope, in order.
pub type Parts<'a> = std::iter::Chain<std::option::IntoIter<&'a Bytes>, std::slice::Iter<'a, Bytes>>;

// === impl Rope ===

impl Rope {
    /// Appends one part; an empty one is dropped.
    pub fn push(&mut self, part: Bytes) {
        if part.is_empty() {
            return;
        }
        self.len += part.len();
        if self.first.is_empty() {
            self.first = part;
        } else {
            self.rest.push(part);
        }
    }

    /// Appends all parts of `other`.
    pub fn append(&mut self, other: Self) {
        self.push(other.first);
        self.len += other.rest.iter().map(Bytes::len).sum::<usize>();
        self.rest.extend(other.rest);
    }

    /// The parts, in order; none is empty.
    pub fn parts(&self) -> Parts<'_> {
        (!self.first.is_empty()).then_some(&self.first).into_iter().chain(self.rest.iter())
    }

    /// How many parts there are.
    #[must_use]
    pub fn count(&self) -> usize {
        usize::from(!self.first.is_empty()) + self.rest.len()
    }

    /// Length of all parts, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The parts as one string of bytes; copies only if there are several.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        if self.rest.is_empty() {
            return self.first.clone();
        }
        let mut whole = BytesMut::with_capacity(self.len);
        self.parts().for_each(|part| whole.extend_from_slice(part));
        whole.freeze()
    }
}

impl From<Bytes> for Rope {
    fn from(part: Bytes) -> Self {
        Self { len: part.len(), first: part, rest: Vec::new() }
    }
}

impl FromIterator<Bytes> for Rope {
    fn from_iter<I: IntoIterator<Item = Bytes>>(parts: I) -> Self {
        let mut rope = Self::default();
        parts.into_iter().for_each(|part| rope.push(part));
        rope
    }
}

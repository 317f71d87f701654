//! [`Rope`]: a request body in pieces, written without being copied together.

use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// A message prefix of up to five bytes followed by shared pieces. h2 takes it as one body, so that prefix and payload
/// share DATA frames and system calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rope {
    prefix: [u8; Rope::PREFIX],
    /// How much of `prefix` is still to be sent, counted from its end.
    prefix_left: usize,
    first: Bytes,
    rest: std::vec::IntoIter<Bytes>,
    remaining: usize,
}

// === impl Rope ===

impl Rope {
    /// Length of the prefix of a gRPC message: one flag and a 32-bit length.
    pub(crate) const PREFIX: usize = 5;

    /// The pieces alone; `len` is the sum of their lengths.
    pub(crate) fn plain<'a>(mut pieces: impl Iterator<Item = &'a Bytes>, len: usize) -> Self {
        let first = pieces.next().cloned().unwrap_or_default();
        // A `Vec` of nothing does not allocate: the common case of one piece costs one reference count.
        let rest: Vec<Bytes> = pieces.cloned().collect();
        Self { prefix: [0; Self::PREFIX], prefix_left: 0, first, rest: rest.into_iter(), remaining: len }
    }

    /// The pieces as one gRPC message (gRPC over HTTP/2, Length-Prefixed-Message).
    pub(crate) fn message<'a>(compressed: bool, pieces: impl Iterator<Item = &'a Bytes>, len: usize) -> Self {
        let mut rope = Self::plain(pieces, len);
        // The engine's bound on a batch is far below 4 GiB; a longer one is refused before it gets here.
        let [a, b, c, d] = u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes();
        rope.prefix = [u8::from(compressed), a, b, c, d];
        rope.prefix_left = Self::PREFIX;
        rope.remaining += Self::PREFIX;
        rope
    }

    fn prefix(&self) -> &[u8] {
        &self.prefix[Self::PREFIX - self.prefix_left..]
    }
}

impl Buf for Rope {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        if self.prefix_left > 0 {
            return self.prefix();
        }
        if self.first.is_empty() {
            return self.rest.as_slice().iter().find(|piece| !piece.is_empty()).map_or(&[], |piece| piece);
        }
        &self.first
    }

    fn chunks_vectored<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        let prefix = (self.prefix_left > 0).then(|| self.prefix());
        let pieces = std::iter::once(&self.first).chain(self.rest.as_slice()).filter(|piece| !piece.is_empty());
        let mut count = 0;
        for (slot, piece) in into.iter_mut().zip(prefix.into_iter().chain(pieces.map(|piece| &piece[..]))) {
            *slot = IoSlice::new(piece);
            count += 1;
        }
        count
    }

    fn advance(&mut self, count: usize) {
        assert!(count <= self.remaining, "advance past the end of a rope");
        self.remaining -= count;
        let mut left = count - count.min(self.prefix_left);
        self.prefix_left -= count - left;
        while left > 0 {
            let step = left.min(self.first.len());
            self.first.advance(step);
            left -= step;
            if self.first.is_empty() {
                let Some(next) = self.rest.next() else { return };
                self.first = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut rope: Rope, step: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while rope.has_remaining() {
            let mut slices = [IoSlice::new(&[]); 4];
            let count = rope.chunks_vectored(&mut slices);
            assert!(count > 0 && slices[0][..] == *rope.chunk());
            let chunk: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.to_vec()).take(step).collect();
            rope.advance(chunk.len());
            all.extend(chunk);
        }
        all
    }

    /// Scenario: a message of several pieces is written in steps of any size. Guarantee: the bytes on the wire are the
    /// prefix and the pieces in order.
    #[test]
    fn any_step_gives_the_same_bytes() {
        let pieces = [Bytes::from_static(b"first"), Bytes::from_static(b"2"), Bytes::from_static(b"third piece")];
        let len = pieces.iter().map(Bytes::len).sum();
        let expected = b"\x01\x00\x00\x00\x11first2third piece".to_vec();
        for step in 1..=expected.len() {
            let rope = Rope::message(true, pieces.iter(), len);
            assert_eq!(rope.remaining(), expected.len());
            assert_eq!(read(rope, step), expected, "step {step}");
        }
        assert_eq!(read(Rope::plain(pieces.iter(), len), 3), expected[5..]);
        assert_eq!(read(Rope::message(false, [].iter(), 0), 9), [0; 5]);
    }
}

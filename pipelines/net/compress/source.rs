//! The compressed bytes as a reader that knows whether a decoder wanted more than there was.

use std::io::{self, Read};

/// Reads a slice. Some decoders take the end of their input for the end of their stream; this tells them apart.
pub(super) struct Source<'a> {
    rest: &'a [u8],
    starved: bool,
}

// === impl Source ===

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, starved: false }
    }

    /// Whether everything was read.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether a read came back with nothing.
    pub(super) fn is_starved(&self) -> bool {
        self.starved
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.rest.read(into)?;
        self.starved |= read == 0 && !into.is_empty();
        Ok(read)
    }
}

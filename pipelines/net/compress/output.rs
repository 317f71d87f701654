//! The bytes that come out of a decoder, up to a limit.

use std::io::Read;

use super::error::Stop;

/// Compressed telemetry is rarely smaller than a fourth of its size: the first guess, in output bytes per input byte.
const FIRST_GUESS: usize = 4;
/// Space made for a decoder that asks for more, in bytes.
const LEAST: usize = 4 << 10;

/// Asked for room for so many further bytes before memory is taken for them; false refuses.
pub type Grant<'a> = dyn FnMut(usize) -> bool + 'a;

/// A vector that is grown by doubling and refuses to hold more than its limit, or than it is granted.
pub(super) struct Output<'a, 'b> {
    bytes: Vec<u8>,
    limit: usize,
    grant: &'a mut Grant<'b>,
}

// === impl Output ===

impl<'a, 'b> Output<'a, 'b> {
    /// Room for a first guess from the size of the input.
    pub(super) fn new(input: usize, limit: usize, grant: &'a mut Grant<'b>) -> Result<Self, Stop> {
        Self::with_size(input.saturating_mul(FIRST_GUESS).max(LEAST), limit, grant)
    }

    /// Room for `size` bytes, or for the limit if that is less.
    pub(super) fn with_size(size: usize, limit: usize, grant: &'a mut Grant<'b>) -> Result<Self, Stop> {
        let size = size.min(limit);
        if !grant(size) {
            return Err(Stop::NoRoom);
        }
        Ok(Self { bytes: Vec::with_capacity(size), limit, grant })
    }

    /// The vector, with room for at least one byte more than it holds. That byte is what shows that the limit was
    /// passed, so check [`fits`](Self::fits) after writing.
    pub(super) fn room(&mut self) -> Result<&mut Vec<u8>, Stop> {
        let len = self.bytes.len();
        if self.bytes.capacity() == len {
            let most = self.limit.saturating_add(1).saturating_sub(len);
            let more = len.max(LEAST).min(most).max(1);
            if !(self.grant)(more) {
                return Err(Stop::NoRoom);
            }
            self.bytes.reserve_exact(more);
        }
        Ok(&mut self.bytes)
    }

    pub(super) fn fits(&self) -> Result<(), Stop> {
        if self.bytes.len() > self.limit { Err(Stop::TooLarge) } else { Ok(()) }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Appends what `reader` has until it says that it is at its end.
    pub(super) fn read_from(&mut self, reader: &mut impl Read) -> Result<(), Stop> {
        loop {
            // Exactly the room there is, so that the vector is not grown behind our back.
            let room = self.room()?;
            let step = (room.capacity() - room.len()) as u64;
            let read = reader.by_ref().take(step).read_to_end(room).map_err(Stop::corrupt)?;
            self.fits()?;
            if (read as u64) < step {
                return Ok(());
            }
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

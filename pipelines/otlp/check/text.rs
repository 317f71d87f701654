//! Knowing which stretch of the request is ASCII, so that most strings need no check of their own.
//!
//! Telemetry is mostly ASCII, and so are the tags and short lengths between its strings: a scan that starts at one
//! string runs on over the following fields until the first byte above 0x7f, and every string inside that stretch is
//! UTF-8 already. Each byte is scanned once.

/// The ASCII stretch found last.
pub(super) struct Ascii<'a> {
    request: &'a [u8],
    base: usize,
    /// Offsets in the request; all bytes in `from..to` are ASCII and the one at `to` is not (or the request ends).
    from: usize,
    to: usize,
}

const BLOCK: usize = 64;

// === impl Ascii ===

impl<'a> Ascii<'a> {
    pub(super) fn new(request: &'a [u8]) -> Self {
        Self { request, base: request.as_ptr() as usize, from: 0, to: 0 }
    }

    /// Whether `part`, a slice of the request, is all ASCII.
    #[inline(always)]
    pub(super) fn covers(&mut self, part: &[u8]) -> bool {
        let start = (part.as_ptr() as usize).wrapping_sub(self.base);
        let end = start + part.len();
        if start >= self.from && end <= self.to {
            return true;
        }
        self.scan(start, end)
    }

    #[inline(never)]
    fn scan(&mut self, start: usize, end: usize) -> bool {
        if start >= self.from && start < self.to {
            // The stretch ends inside the part.
            return false;
        }
        let Some(rest) = self.request.get(start..) else { return start == end };
        self.from = start;
        self.to = start + ascii_prefix(rest);
        end <= self.to
    }
}

/// Length of the longest prefix without a byte above 0x7f.
#[inline]
fn ascii_prefix(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let whole = blocks.iter().take_while(|block| block.is_ascii()).count();
    let mut at = whole * BLOCK;
    let (words, _) = bytes[at..].as_chunks::<8>();
    for word in words {
        let high = u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
        if high != 0 {
            return at + high.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + bytes[at..].iter().take_while(|byte| **byte < 0x80).count()
}

//! LZ4 frames.

use std::io::Write;

// The reader is capped by `Output::read_from`.
#[allow(clippy::disallowed_types)]
use lz4_flex::frame::FrameDecoder;
use lz4_flex::frame::FrameEncoder;

use super::error::Stop;
use super::output::{Grant, Output};
use super::source::Source;

/// Decodes one frame after the other until the input ends.
#[allow(clippy::disallowed_types)]
pub(super) fn decode(input: &[u8], limit: usize, grant: &mut Grant<'_>) -> Result<Vec<u8>, Stop> {
    let mut output = Output::new(input.len(), limit, grant)?;
    let mut decoder = FrameDecoder::new(Source::new(input));
    loop {
        output.read_from(&mut decoder)?;
        // The decoder takes a missing end mark for the end of the frame.
        if decoder.get_ref().is_starved() {
            return Err(Stop::corrupt("frame is cut off"));
        }
        if decoder.get_ref().is_empty() {
            return Ok(output.finish());
        }
    }
}

/// Encodes the concatenation of `parts` as one frame.
pub(super) fn encode(parts: &[&[u8]]) -> Result<Vec<u8>, String> {
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let mut encoder = FrameEncoder::new(Vec::with_capacity(total / 2 + 64));
    parts.iter().try_for_each(|part| encoder.write_all(part)).map_err(|error| error.to_string())?;
    encoder.finish().map_err(|error| error.to_string())
}

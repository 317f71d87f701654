//! Snappy, as one block and in its framing format.

use std::io::Write;

// The reader is capped by `Output::read_from`.
#[allow(clippy::disallowed_types)]
use snap::read::FrameDecoder;

use super::error::Stop;
use super::output::{Grant, Output};
use super::source::Source;

/// First chunk of the framing format; a block cannot start so (its length would not fit 32 bits).
const STREAM_IDENTIFIER: &[u8] = b"\xff\x06\0\0sNaPpY";
/// Most output bytes per input byte: a copy of 64 bytes takes 3.
const MOST_GAIN: usize = 22;

/// Whether the body is of the framing format.
pub(super) fn is_framed(input: &[u8]) -> bool {
    input.starts_with(STREAM_IDENTIFIER)
}

/// Decodes one block. The length it claims is checked before anything is allocated.
pub(super) fn decode_block(input: &[u8], limit: usize, grant: &mut Grant<'_>) -> Result<Vec<u8>, Stop> {
    let len = snap::raw::decompress_len(input).map_err(Stop::corrupt)?;
    if len > limit {
        return Err(Stop::TooLarge);
    }
    if len > input.len().saturating_mul(MOST_GAIN) {
        return Err(Stop::corrupt(format!("{} bytes cannot hold the {len} they claim", input.len())));
    }
    if !grant(len) {
        return Err(Stop::NoRoom);
    }
    let mut out = vec![0; len];
    let written = snap::raw::Decoder::new().decompress(input, &mut out).map_err(Stop::corrupt)?;
    out.truncate(written);
    Ok(out)
}

/// Decodes the chunks of the framing format.
#[allow(clippy::disallowed_types)]
pub(super) fn decode_framed(input: &[u8], limit: usize, grant: &mut Grant<'_>) -> Result<Vec<u8>, Stop> {
    let mut output = Output::new(input.len(), limit, grant)?;
    output.read_from(&mut FrameDecoder::new(Source::new(input)))?;
    Ok(output.finish())
}

/// Encodes one block.
pub(super) fn encode_block(parts: &[&[u8]]) -> Result<Vec<u8>, String> {
    let mut encoder = snap::raw::Encoder::new();
    let encoded = match parts {
        [whole] => encoder.compress_vec(whole),
        parts => encoder.compress_vec(&parts.concat()),
    };
    encoded.map_err(|error| error.to_string())
}

/// Encodes in the framing format.
pub(super) fn encode_framed(parts: &[&[u8]]) -> Result<Vec<u8>, String> {
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(total / 2 + STREAM_IDENTIFIER.len());
    if total == 0 {
        // The encoder writes nothing at all for nothing.
        out.extend_from_slice(STREAM_IDENTIFIER);
        return Ok(out);
    }
    let mut encoder = snap::write::FrameEncoder::new(out);
    parts.iter().try_for_each(|part| encoder.write_all(part)).map_err(|error| error.to_string())?;
    encoder.into_inner().map_err(|error| error.to_string())
}

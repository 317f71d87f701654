//! gzip and zlib, by zlib-rs.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::error::Stop;
use super::output::{Grant, Output};

/// Members one gzip body may have. Each costs the set-up of a decoder, also if nothing comes out of it.
const MAX_MEMBERS: usize = 4096;
/// Base-2 logarithm of the largest window of the format.
const WINDOW_BITS: u8 = 15;

/// The wrapper around the deflate stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Zlib,
}

struct Kept {
    format: Format,
    level: i32,
    state: Compress,
}

thread_local! {
    /// The compressor used last: making one allocates and clears a quarter of a megabyte.
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Decodes one gzip member after the other until the input ends.
pub(super) fn decode_gzip(input: &[u8], limit: usize, grant: &mut Grant<'_>) -> Result<Vec<u8>, Stop> {
    let mut output = Output::new(input.len(), limit, grant)?;
    let mut rest = input;
    for _ in 0..MAX_MEMBERS {
        rest = stream(Decompress::new_gzip(WINDOW_BITS), rest, &mut output)?;
        if rest.is_empty() {
            return Ok(output.finish());
        }
    }
    Err(Stop::corrupt(format!("more than {MAX_MEMBERS} members")))
}

/// Decodes one zlib stream.
pub(super) fn decode_zlib(input: &[u8], limit: usize, grant: &mut Grant<'_>) -> Result<Vec<u8>, Stop> {
    let mut output = Output::new(input.len(), limit, grant)?;
    let rest = stream(Decompress::new(true), input, &mut output)?;
    if rest.is_empty() {
        Ok(output.finish())
    } else {
        Err(Stop::corrupt(format!("{} bytes follow the end of the stream", rest.len())))
    }
}

/// Encodes the concatenation of `parts` as one stream.
pub(super) fn encode(format: Format, level: i32, parts: &[&[u8]]) -> Result<Vec<u8>, String> {
    let kept = KEPT.take().filter(|kept| kept.format == format && kept.level == level);
    let mut kept = kept.unwrap_or_else(|| {
        let compression = Compression::new(level.clamp(0, 9).unsigned_abs());
        let state = match format {
            Format::Gzip => Compress::new_gzip(compression, WINDOW_BITS),
            Format::Zlib => Compress::new(compression, true),
        };
        Kept { format, level, state }
    });
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(total / 4 + 64);
    let encoded = parts
        .iter()
        .try_for_each(|part| write(&mut kept.state, part, &mut out, FlushCompress::None))
        .and_then(|()| write(&mut kept.state, &[], &mut out, FlushCompress::Finish));
    kept.state.reset();
    KEPT.set(Some(kept));
    encoded.map(|()| out)
}

/// Decodes one stream and returns what follows it.
fn stream<'a>(mut state: Decompress, input: &'a [u8], output: &mut Output<'_, '_>) -> Result<&'a [u8], Stop> {
    loop {
        let rest = input.get(state.total_in() as usize..).unwrap_or_default();
        let before = (rest.len(), output.len());
        let status = state.decompress_vec(rest, output.room()?, FlushDecompress::None).map_err(Stop::corrupt)?;
        output.fits()?;
        let rest = input.get(state.total_in() as usize..).unwrap_or_default();
        if status == Status::StreamEnd {
            return Ok(rest);
        }
        if before == (rest.len(), output.len()) {
            return Err(Stop::corrupt("stream is cut off"));
        }
    }
}

fn write(state: &mut Compress, part: &[u8], out: &mut Vec<u8>, flush: FlushCompress) -> Result<(), String> {
    let start = state.total_in();
    loop {
        if out.capacity() == out.len() {
            out.reserve(out.len().max(1024));
        }
        let rest = part.get((state.total_in() - start) as usize..).unwrap_or_default();
        let status = state.compress_vec(rest, out, flush).map_err(|error| error.to_string())?;
        let read = (state.total_in() - start) as usize == part.len();
        if status == Status::StreamEnd || (read && matches!(flush, FlushCompress::None)) {
            return Ok(());
        }
    }
}

//! Zstandard. A body whose frame says its size is decoded in one go into a buffer of that size.

use std::cell::RefCell;

use zstd::zstd_safe::{
    CCtx, CParameter, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective, compress_bound, get_error_name,
    get_frame_content_size,
};

use super::error::Stop;
use super::output::{Grant, Output};

/// Logarithm of the window every decoder must support (RFC 9659 section 3), and so the least we allow.
const LEAST_WINDOW_LOG: u32 = 23;
/// Logarithm of the largest window zstd decodes unless told otherwise.
const MOST_WINDOW_LOG: u32 = 27;
/// Most bytes a decoder that is kept may hold: one with a window that every decoder must support.
const MOST_KEPT: usize = 10 << 20;

thread_local! {
    static DECODER: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
    static ENCODER: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
}

/// Decodes all frames of the input.
pub(super) fn decode(input: &[u8], limit: usize, grant: &mut Grant<'_>) -> Result<Vec<u8>, Stop> {
    let mut output = match get_frame_content_size(input) {
        Ok(Some(size)) if usize::try_from(size).is_ok_and(|size| size <= limit) => {
            Output::with_size(size as usize, limit, grant)?
        }
        Ok(Some(_)) => return Err(Stop::TooLarge),
        // The decoder finds out what is wrong.
        Ok(None) | Err(_) => Output::new(input.len(), limit, grant)?,
    };
    let mut context =
        DECODER.take().or_else(DCtx::try_create).ok_or_else(|| Stop::corrupt("no memory for a decoder"))?;
    let window = limit.checked_next_power_of_two().map_or(MOST_WINDOW_LOG, usize::trailing_zeros);
    let window = DParameter::WindowLogMax(window.clamp(LEAST_WINDOW_LOG, MOST_WINDOW_LOG));
    let decoded = context
        .reset(ResetDirective::SessionOnly)
        .and_then(|_| context.set_parameter(window))
        .map_err(|code| Stop::corrupt(get_error_name(code)))
        .and_then(|_| frames(&mut context, input, &mut output));
    // A hostile frame makes it allocate a large window, which every thread would keep.
    if context.sizeof() <= MOST_KEPT {
        DECODER.set(Some(context));
    }
    decoded.map(|()| output.finish())
}

/// Encodes the concatenation of `parts` as one frame that says its size.
pub(super) fn encode(level: i32, parts: &[&[u8]]) -> Result<Vec<u8>, String> {
    let mut context = ENCODER.take().or_else(CCtx::try_create).ok_or("no memory for an encoder")?;
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(compress_bound(total));
    let encoded = frame(&mut context, level, parts, total, &mut out);
    ENCODER.set(Some(context));
    encoded.map_err(|code| String::from(get_error_name(code)))?;
    out.shrink_to_fit();
    Ok(out)
}

fn frames(context: &mut DCtx<'static>, input: &[u8], output: &mut Output<'_, '_>) -> Result<(), Stop> {
    let mut source = InBuffer::around(input);
    loop {
        let before = (source.pos(), output.len());
        let room = output.room()?;
        let at = room.len();
        let hint = context
            .decompress_stream(&mut OutBuffer::around_pos(room, at), &mut source)
            .map_err(|code| Stop::corrupt(get_error_name(code)))?;
        output.fits()?;
        if hint == 0 && source.pos() == input.len() {
            return Ok(());
        }
        if before == (source.pos(), output.len()) {
            return Err(Stop::corrupt("frame is cut off"));
        }
    }
}

fn frame(
    context: &mut CCtx<'static>,
    level: i32,
    parts: &[&[u8]],
    total: usize,
    out: &mut Vec<u8>,
) -> Result<(), usize> {
    context.reset(ResetDirective::SessionOnly)?;
    context.set_parameter(CParameter::CompressionLevel(level))?;
    if let [whole] = parts {
        return context.compress2(out, whole).map(drop);
    }
    context.set_pledged_src_size(Some(total as u64))?;
    // The bound leaves room for everything, so neither call can run out of output.
    let mut output = OutBuffer::around(out);
    for part in parts {
        let mut input = InBuffer::around(part);
        while input.pos() < part.len() {
            context.compress_stream(&mut output, &mut input)?;
        }
    }
    while context.end_stream(&mut output)? > 0 {}
    Ok(())
}

//! Copies of what stands at the end of a buffer.

/// Appends `times` copies of everything from `start` on.
pub(super) fn repeat<T: Copy>(buffer: &mut Vec<T>, start: usize, times: usize) {
    let once = buffer.len() - start;
    let end = buffer.len() + once * times;
    buffer.reserve(end - buffer.len());
    // Each round copies all that is there, so that it takes few.
    while buffer.len() < end {
        let length = (buffer.len() - start).min(end - buffer.len());
        buffer.extend_from_within(start..start + length);
    }
}

//! `/proc/net/tcp` and `tcp6`: a line for each socket.

use super::Counts;
use crate::kernel::text::{lines, whole_lines, words};

/// Counts the sockets of a table; `None` if it is none. A line that is damaged is left out.
pub(super) fn count(bytes: &[u8], counts: &mut Counts) -> Option<()> {
    let (text, _) = whole_lines(bytes);
    let mut lines = lines(text);
    let mut titles = words(lines.next()?);
    if titles.next() != Some(b"sl") {
        return None;
    }
    for (state, received, to_send) in lines.filter_map(socket) {
        counts.add(state, received, to_send);
    }
    Some(())
}

/// The state and the queues of `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 ...`.
fn socket(line: &[u8]) -> Option<(u8, u32, u32)> {
    let mut fields = words(line).skip(3);
    let state = u8::try_from(hexadecimal(fields.next()?)?).ok()?;
    let queues = fields.next()?;
    let colon = queues.iter().position(|byte| *byte == b':')?;
    Some((state, hexadecimal(&queues[colon + 1..])?, hexadecimal(&queues[..colon])?))
}

fn hexadecimal(word: &[u8]) -> Option<u32> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0u32, |number, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        (number >> 28 == 0).then_some(number << 4 | digit)
    })
}

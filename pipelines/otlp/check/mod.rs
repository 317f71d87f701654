//! The checking walk: proves once, where bytes come in, that a request is OTLP, and counts its items on the way.
//!
//! It is on the hot path of every receiver, so each message has a hand-written walk over slices and there is no object
//! tree. What passes here can be read by every view without errors. Accepted is what prost accepts, apart from four
//! things that no OTLP encoder writes and that readers understand differently: a singular message field that occurs
//! twice (`resource`, `body`, a metric's `gauge`), a metric with two kinds of data, protobuf groups, and values
//! nested deeper than [`MAX_DEPTH`].

mod common;
mod invalid;
mod layers;
mod logs;
mod metrics;
mod points;
mod profiles;
mod reader;
mod text;
mod traces;

pub use invalid::Invalid;

use crate::Signal;
use reader::Walk;

/// How many messages may be nested below an attribute's or a body's value: 32 arrays or 21 maps. With the nine levels
/// that can lie above, this stays under the 100 at which the C++, Java and prost decoders stop, so whatever is
/// accepted here can be read downstream; and it bounds the stack.
pub const MAX_DEPTH: u32 = 64;

/// Checks an encoded `Export*ServiceRequest` and returns how many items it holds: log records, spans, data points or
/// profiles (of profiles only the framing down to one profile is checked).
///
/// # Errors
/// [`Invalid`] names the message path, the byte offset and what is wrong.
pub fn check(signal: Signal, request: &[u8]) -> Result<usize, Invalid> {
    let mut walk = Walk::new(request);
    let checked = match signal {
        Signal::Traces => traces::request(&mut walk, request),
        Signal::Metrics => metrics::request(&mut walk, request),
        Signal::Logs => logs::request(&mut walk, request),
        Signal::Profiles => profiles::request(&mut walk, request),
    };
    match checked {
        Ok(()) => Ok(walk.items),
        Err(invalid) => Err(invalid.of(signal)),
    }
}

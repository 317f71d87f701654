//! Numbers in texts, written as Go's JSON has them.

use std::io::Write as _;

/// Appends an integer.
pub(crate) fn integer(value: i64, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value}");
}

/// Appends a number as the Collector's attributes have it: `0.1`, `1e-7`, `100000000000000000000`; `NaN`, `Infinity`.
pub(crate) fn double(value: f64, out: &mut Vec<u8>) {
    if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else if value == 0.0 || value.is_nan() || (1e-6..1e21).contains(&value.abs()) {
        let _ = write!(out, "{value}");
    } else {
        exponent(value, out);
    }
}

/// Digits, `e`, a sign, digits.
fn exponent(value: f64, out: &mut Vec<u8>) {
    let start = out.len();
    let _ = write!(out, "{value:e}");
    // Rust leaves the sign of a positive power out.
    if let Some(at) = out[start..].iter().position(|byte| *byte == b'e').map(|at| start + at + 1)
        && out.get(at) != Some(&b'-')
    {
        out.insert(at, b'+');
    }
}

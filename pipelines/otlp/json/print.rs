//! Numbers as JSON text.

use std::io::Write;

/// Appends `value` in decimal digits.
pub(super) fn put_integer(out: &mut Vec<u8>, value: i128) {
    // 2^64 has 20 digits; nothing longer comes from a 64-bit field.
    let mut digits = [0_u8; 20];
    let mut rest = value.unsigned_abs() as u64;
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `value` with the fewest digits that read back as the same double, spelled as Go's `encoding/json` does:
/// no fraction for whole numbers, an exponent below 1e-6 and from 1e21 on. What JSON has no number for is a string.
pub(super) fn put_double(out: &mut Vec<u8>, value: f64) {
    let size = value.abs();
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"\"Infinity\"" } else { b"\"-Infinity\"" });
    } else if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let start = out.len();
        // Writing to a vector cannot fail.
        let _ = write!(out, "{value:e}");
        if size > 1.0
            && let Some(e) = memchr::memchr(b'e', &out[start..])
        {
            out.insert(start + e + 1, b'+');
        }
    } else if value.fract() == 0.0 && size < 9e15 && !(value == 0.0 && value.is_sign_negative()) {
        put_integer(out, value as i128);
    } else {
        let _ = write!(out, "{value}");
    }
}

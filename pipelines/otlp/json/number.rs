//! Numbers of proto3 JSON: bare or in a string, whole numbers also spelled with a fraction or an exponent.

use super::reader::number_len;

/// The whole number `text` spells, `None` if it is none or does not fit 64 bits and a sign.
pub(super) fn integer(text: &str) -> Option<i128> {
    if number_len(text.as_bytes(), 0)? != text.len() {
        return None;
    }
    if let Ok(value) = text.parse::<i64>() {
        return Some(i128::from(value));
    }
    if let Ok(value) = text.parse::<u64>() {
        return Some(i128::from(value));
    }
    let value = text.parse::<f64>().ok()?;
    (value.fract() == 0.0 && value.abs() < 2f64.powi(64)).then_some(value as i128)
}

/// The double `text` spells, `None` if it is none or overflows. `quoted` admits the names proto3 JSON gives to the
/// values JSON has no number for.
pub(super) fn double(text: &str, quoted: bool) -> Option<f64> {
    match text {
        "NaN" if quoted => return Some(f64::NAN),
        "Infinity" if quoted => return Some(f64::INFINITY),
        "-Infinity" if quoted => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    if number_len(text.as_bytes(), 0)? != text.len() {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

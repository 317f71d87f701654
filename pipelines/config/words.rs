//! What serde calls a value or a type, in the words of YAML, not of Rust.

use serde::de::{Expected, Unexpected};

use super::tree::shortened;

/// How messages call a map.
pub(super) const MAP: &str = "a map";

/// How messages call a string.
pub(super) const TEXT: &str = "text";

/// What is there.
pub(super) fn found_in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => MAP.to_owned(),
        Unexpected::Str(text) => format!("the text {:?}", shortened(text)),
        Unexpected::Bool(value) => format!("the boolean {value}"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        other => other.to_string(),
    }
}

/// What should be there.
pub(super) fn expected_in_words(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "a string" | "string" => TEXT.to_owned(),
        "a boolean" | "boolean" => "true or false".to_owned(),
        "a sequence" | "sequence" => "a list".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number of zero or more".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        nonzero if nonzero.starts_with("a nonzero u") => "a whole number above zero".to_owned(),
        map if map == "map" || map.starts_with("struct ") => MAP.to_owned(),
        _ => expected,
    }
}

/// The bounds of the types that a number of YAML can be too large for.
pub(super) fn range(number: &str) -> Option<(i64, u64)> {
    Some(match number {
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "i8" => (i8::MIN.into(), i8::MAX as u64),
        "i16" => (i16::MIN.into(), i16::MAX as u64),
        "i32" => (i32::MIN.into(), i32::MAX as u64),
        _ => return None,
    })
}

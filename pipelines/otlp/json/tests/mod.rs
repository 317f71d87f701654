//! OTLP JSON read and written: by hand, every field, and at random.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod complete;
mod numbers;
mod random;
mod reading;
mod writing;

use super::{JsonError, from_json, to_json};
use crate::otlp::schema::Message;

/// JSON of encoded bytes, as text.
fn json(message: &'static Message, wire: &[u8]) -> String {
    String::from_utf8(to_json(message, &[wire]).expect("is the message")).expect("is UTF-8")
}

/// The text of the error that reading `text` gives.
fn error(message: &'static Message, text: &str) -> String {
    from_json(message, text.as_bytes()).expect_err("is refused").to_string()
}

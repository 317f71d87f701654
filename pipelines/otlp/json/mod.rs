//! OTLP/JSON in both directions, from the tables of [`super::schema`] and without a tree of objects in between.
//!
//! The mapping is the OTLP specification's "JSON Protobuf Encoding": proto3 JSON with hex ids, enumerations as
//! integers and lowerCamelCase keys only. Reading is as lenient as the Collector (names of enumerations, numbers for
//! 64-bit integers, unknown keys, `null`, missing base64 padding); writing follows the Collector's order and spelling.

mod decode;
mod encode;
mod error;

mod number;
mod print;
mod reader;
mod string;

#[cfg(test)]
mod tests;

pub use decode::from_json;
pub use encode::{append_json, to_json};
pub use error::JsonError;

/// Messages may be nested this deep in both directions: what [`super::check`] admits within a value, and room for the
/// layers from the request down to that value.
const MAX_DEPTH: usize = super::check::MAX_DEPTH as usize + 16;

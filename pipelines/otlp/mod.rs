//! OTLP as encoded bytes: views, checks, edits, splitting and JSON, without decoding into objects.

pub mod build;
pub mod check;
pub mod count;
pub mod edit;
pub(crate) mod field;
pub mod json;
pub mod schema;
pub mod split;
#[cfg(test)]
mod tests;
pub mod view;
pub mod wire;

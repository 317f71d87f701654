//! OTLP as encoded bytes: views, checks, edits, splitting and JSON, without decoding into objects.

pub mod wire;

//! ClickHouse over HTTP, in the tables of the Collector's exporter.

#[allow(dead_code, unused_imports, reason = "the exporter follows")]
mod rows;

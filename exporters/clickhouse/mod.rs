//! `clickhouse`: logs, traces and metrics into ClickHouse, in the tables of the OpenTelemetry Collector's exporter.
//!
//! ```yaml
//! exporters:
//!   clickhouse:
//!     endpoint: http://clickhouse:8123
//!     database: otel
//!     ttl: 720h
//! ```

#[allow(dead_code, reason = "the exporter follows")]
mod config;
#[allow(dead_code, unused_imports, reason = "the exporter follows")]
mod rows;
#[allow(dead_code, reason = "the exporter follows")]
mod schema;
#[allow(dead_code, unused_imports, reason = "the exporter follows")]
mod target;

use pipelines::Signal;

pub use self::config::{Compress, Config, MetricsTables, TableEngine, TableName};
use self::schema::Schema;
pub use self::schema::Version;
use self::target::Target;

/// The statements that make what a configuration names, on a server of this version.
#[must_use]
pub fn ddl(config: &Config, version: Version) -> String {
    let database = Target::database(config);
    let schema = Schema { config, database: &database, version };
    let tables = Signal::ALL.into_iter().flat_map(|signal| schema.create_tables(signal));
    schema
        .create_database()
        .into_iter()
        .chain(tables)
        .map(|statement| format!("{statement};\n"))
        .collect::<Vec<_>>()
        .join("\n")
}

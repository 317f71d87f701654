//! `clickhouse`: logs, traces and metrics into ClickHouse, in the tables of the OpenTelemetry Collector's exporter.
//!
//! ```yaml
//! exporters:
//!   clickhouse:
//!     endpoint: http://clickhouse:8123
//!     database: otel
//!     ttl: 720h
//! ```

mod check;
mod config;
mod connection;
mod doubts;
mod fault;
mod found;
mod restore;
mod rows;
mod schema;
mod shown;
mod sift;
mod store;
mod target;

use std::sync::Arc;

use pipelines::Signal;
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Exporter, ExporterFactory, Failure, Finding, Stability,
};

pub use self::config::{Compress, Config, MetricsTables, TableEngine, TableName};
use self::schema::Schema;
pub use self::schema::Version;
use self::store::Store;
use self::target::Target;

/// The factory of the `clickhouse` exporter.
#[derive(Debug)]
pub struct ClickHouse;

/// The statements that make what a configuration names, on a server of this version.
#[must_use]
pub fn ddl(config: &Config, version: Version) -> String {
    let database = Target::database(config);
    let schema = Schema { config, database: &database, version };
    let tables = Signal::ALL.into_iter().flat_map(|signal| schema.create_tables(signal));
    let statements = schema.create_database().into_iter().chain(tables);
    statements.map(|statement| format!("{statement};\n")).collect::<Vec<_>>().join("\n")
}

// === impl ClickHouse ===

impl ExporterFactory for ClickHouse {
    const ABOUT: About = About {
        name: "clickhouse",
        aliases: &[],
        signals: &[Signal::Traces, Signal::Metrics, Signal::Logs],
        stability: Stability::Beta,
        summary: "writes telemetry into ClickHouse",
        example: "endpoint: http://localhost:8123\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Ok(Arc::new(Store::new(config, cx)?))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config, cx))
    }
}

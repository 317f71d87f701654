//! What decides how the tables are made and how long rows stay.

use pipelines::component::Problems;
use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

/// Longest name PostgreSQL takes, in bytes.
const LONGEST_NAME: usize = 63;

/// The part of the exporter's configuration that the schema is made from; every key stands at the top level there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaConfig {
    /// Whether tables, partitions, indexes and views are made. Default `true`. When `false` no DDL is issued: the
    /// tables must be there, and their columns are compared with what is written.
    pub create_schema: bool,
    /// The schema of the tables. Default `public`.
    pub schema: String,
    /// The schema of views with the names and columns of the ClickHouse exporter; none when empty. Views that are there
    /// are left as they are, so two `schema`s in a database need two of these. Default `clickhouse`.
    pub views_schema: String,
    /// How long rows are kept, by their own time; 0 keeps them for ever. Whole days are dropped at once. Default 0.
    pub retention: Duration,
    /// Whether JSON attributes get a GIN index, which makes `attributes @> '{"k": "v"}'` fast and inserts slower.
    /// Default `false`. On tables that hold rows already only days made from then on get it; switched off it stays.
    pub index_attributes: bool,
    /// Whether tables become hypertables where the extension is installed. Default `auto`.
    pub timescaledb: TimescaleDb,
}

/// Whether the TimescaleDB extension is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimescaleDb {
    /// When it is installed in the database by the time the tables are made.
    #[default]
    Auto,
    /// Never: partitions of PostgreSQL's own.
    Off,
}

// === impl SchemaConfig ===

impl SchemaConfig {
    /// Reports names that PostgreSQL refuses and what contradicts itself.
    pub fn validate(&self, problems: &mut Problems) {
        if self.schema.is_empty() {
            problems.error("schema", "is empty").help("leave it out for `public`");
        }
        for (key, name) in [("schema", &self.schema), ("views_schema", &self.views_schema)] {
            if name.len() > LONGEST_NAME {
                problems.error(key, format!("`{name}` is longer than the {LONGEST_NAME} bytes PostgreSQL takes"));
            }
            if name.contains('\0') {
                problems.error(key, "contains a NUL, which PostgreSQL refuses");
            }
            if name.starts_with("pg_") {
                let text = format!("`{name}` begins with `pg_`, which PostgreSQL keeps for itself");
                problems.error(key, text).help("choose another name");
            }
        }
        if self.schema == self.views_schema {
            let text = format!("`{}` is the schema of the tables, and views have the same names", self.views_schema);
            problems.error("views_schema", text).help("choose another name, or write \"\" for no views");
        }
        if !self.create_schema && !self.retention.get().is_zero() {
            problems
                .error("retention", "needs `create_schema: true`, since days are dropped by DDL")
                .help("leave it out, and let a job of the database call otel_drop_days and otel_delete_older");
        }
    }
}

impl Default for SchemaConfig {
    fn default() -> Self {
        Self {
            create_schema: true,
            schema: "public".into(),
            views_schema: "clickhouse".into(),
            retention: Duration::ZERO,
            index_attributes: false,
            timescaledb: TimescaleDb::Auto,
        }
    }
}

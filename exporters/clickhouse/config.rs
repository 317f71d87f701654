//! What users write under `clickhouse`, in the keys of the OpenTelemetry Collector's `clickhouse` exporter.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use pipelines::component::{Problems, Reference};
use pipelines::config::{Duration, Secret};
use pipelines::delivery::{BatchConfig, QueueConfig, RetryConfig};
use pipelines::net::tls::ClientTls;
use pipelines::runtime::Sizer;
use schemars::JsonSchema;
use serde::Deserialize;

use super::rows::{Compression, Table};
use super::target::Target;
use crate::client::Scheme;

/// Writes logs, traces and metrics into ClickHouse, over HTTP.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server is: `http://host:8123`, `https://host:8443` or `clickhouse://host:8123?secure=true`; several
    /// hosts with commas between them, the database behind a slash, connection parameters behind a question mark.
    /// Required.
    pub endpoint: Secret,
    /// Who inserts. Default: that of the endpoint, else `default`.
    pub username: String,
    /// The password; best from the environment: `${env:CLICKHOUSE_PASSWORD}`. Default none.
    pub password: Secret,
    /// The database, which is made if it does not exist. Default: that of the endpoint, else `default`.
    pub database: String,
    /// Parameters of the connection, e.g. `connection_open_strategy: round_robin` and `dial_timeout: 5s`; what is none
    /// becomes a setting of ClickHouse, e.g. `max_execution_time: "60"`. Default none.
    pub connection_params: BTreeMap<String, Secret>,
    /// Encryption, for `https://` and `secure=true`.
    pub tls: ClientTls,
    /// Whether database and tables are made when they are missing. Default `true`; `tfo schema sql clickhouse` prints
    /// the statements.
    pub create_schema: bool,
    /// How long tables that are made keep rows, at least 1s: `720h`. Default 0s: for ever.
    pub ttl: Duration,
    /// How inserts are compressed: `lz4`, `zstd`, `gzip`, `deflate` or `none`. Default `lz4`.
    pub compress: Compress,
    /// Whether the server gathers inserts of several clients before it writes them. Default `false`: what waits here is
    /// gathered already, and only synchronous inserts are told from their repetitions.
    pub async_insert: bool,
    /// Whether tables of logs and traces that are made have attributes of the type JSON instead of maps. Default
    /// `false`. Tables that are there are filled as they are.
    pub json: bool,
    /// The table of logs. Default `otel_logs`.
    pub logs_table_name: String,
    /// The table of spans. Default `otel_traces`. Beside it stand `otel_traces_trace_id_ts` and its view.
    pub traces_table_name: String,
    /// The table of profiles. Not built yet.
    pub profiles_table_name: Option<String>,
    /// What the names of tables of metrics begin with, instead of `otel_metrics`; `metrics_tables` is the newer way.
    pub metrics_table_name: String,
    /// The tables of metrics.
    pub metrics_tables: MetricsTables,
    /// The cluster on which database and tables are made (`ON CLUSTER`). Default none.
    pub cluster_name: String,
    /// The engine of tables that are made.
    pub table_engine: TableEngine,
    /// Bound on one attempt, connecting included. 0s for none. Default 30s.
    pub timeout: Duration,
    /// What may wait in front of the exporter. By default 8192 records or what came within a second go together, and
    /// four inserts are on their way at once.
    pub sending_queue: QueueConfig,
    /// What happens after a failed attempt.
    pub retry_on_failure: RetryConfig,
}

/// How inserts are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compress {
    /// Blocks of ClickHouse with LZ4: costs least.
    #[default]
    #[serde(alias = "", alias = "true")]
    Lz4,
    /// Blocks of ClickHouse with Zstandard: smallest.
    Zstd,
    /// HTTP's gzip.
    Gzip,
    /// HTTP's deflate.
    Deflate,
    /// Brotli. Not built.
    Br,
    /// Not at all.
    #[serde(alias = "false")]
    None,
}

/// The tables of metrics.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsTables {
    /// Points of gauges. Default `otel_metrics_gauge`.
    pub gauge: TableName,
    /// Points of sums. Default `otel_metrics_sum`.
    pub sum: TableName,
    /// Points of summaries. Default `otel_metrics_summary`.
    pub summary: TableName,
    /// Points of histograms. Default `otel_metrics_histogram`.
    pub histogram: TableName,
    /// Points of exponential histograms. Default `otel_metrics_exponential_histogram`.
    pub exponential_histogram: TableName,
}

/// A table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TableName {
    /// Its name.
    pub name: String,
}

/// The engine of tables.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TableEngine {
    /// Its name, e.g. `ReplicatedMergeTree`. Default `MergeTree`.
    pub name: String,
    /// What stands in its parentheses, as SQL: `'/clickhouse/tables/{shard}/{table}', '{replica}'`. Default nothing.
    pub params: String,
}

/// What the names of tables of metrics begin with.
const METRICS: &str = "otel_metrics";

// === impl Config ===

impl Config {
    /// What a table is called.
    pub(super) fn table_name(&self, table: Table) -> String {
        let tables = &self.metrics_tables;
        let (set, suffix) = match table {
            Table::Logs => return self.logs_table_name.clone(),
            Table::Traces => return self.traces_table_name.clone(),
            Table::Gauge => (&tables.gauge, "gauge"),
            Table::Sum => (&tables.sum, "sum"),
            Table::Summary => (&tables.summary, "summary"),
            Table::Histogram => (&tables.histogram, "histogram"),
            Table::ExponentialHistogram => (&tables.exponential_histogram, "exponential_histogram"),
        };
        let prefix = if self.metrics_table_name.is_empty() { METRICS } else { &self.metrics_table_name };
        if set.name.is_empty() { format!("{prefix}_{suffix}") } else { set.name.clone() }
    }

    /// The engine of tables as SQL.
    pub(super) fn engine(&self) -> String {
        match self.table_engine.name.as_str() {
            "" => "MergeTree()".to_owned(),
            name => format!("{name}({})", self.table_engine.params),
        }
    }

    /// Whether inserts that come again are told by the table itself, not by what coordinates its replicas.
    pub(super) fn is_plain_engine(&self) -> bool {
        let name = self.table_engine.name.as_str();
        name.is_empty() || (name.ends_with("MergeTree") && !is_replicated(name))
    }

    fn validate_tables(&self, problems: &mut Problems) {
        if self.profiles_table_name.is_some() {
            // Pipelines of profiles are refused by the graph.
            problems
                .warning("profiles_table_name", "has no effect: profiles are not written to ClickHouse")
                .help("leave it out; pipelines of profiles take otlp, otlp_http or file");
        }
        for (key, name) in [("logs_table_name", &self.logs_table_name), ("traces_table_name", &self.traces_table_name)]
        {
            if name.is_empty() {
                problems.error(key, "a table needs a name").help("leave it out for the default");
            }
        }
        let mut names: Vec<String> = Table::ALL.map(|table| self.table_name(table)).into();
        names.sort();
        if let Some(twice) = names.windows(2).find(|two| two[0] == two[1]) {
            problems.error("", format!("two tables are called `{}`", twice[0])).help("each kind of data needs its own");
        }
        let engine = &self.table_engine;
        if engine.name.is_empty() && !engine.params.is_empty() {
            problems.error("table_engine.params", "has no effect without `name`").help("set `name`, e.g. MergeTree");
        }
        if !engine.name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let text = format!("`{}` is not the name of an engine", engine.name);
            problems.error("table_engine.name", text).help("what stands in parentheses belongs into `params`");
        } else if self.create_schema && !engine.name.is_empty() && !engine.name.ends_with("MergeTree") {
            let text =
                format!("tables of the engine `{}` are not made here: only those of the MergeTree family", engine.name);
            problems.error("table_engine.name", text).help(
                "make the tables yourself and set `create_schema: false`; they are filled by the names of columns",
            );
        }
        if !self.ttl.is_zero() && self.ttl.get().subsec_nanos() > 0 {
            problems.error("ttl", format!("{} is not a number of whole seconds", self.ttl)).help("write e.g. 720h");
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        let (target, faults) = Target::new(self);
        for (key, text, help) in faults {
            problems.error(key, text).help(help);
        }
        if self.compress == Compress::Br {
            problems.error("compress", "`br` is not built").help("use lz4, zstd, gzip, deflate or none");
        }
        if let Some(target) = &target {
            for warning in &target.warnings {
                problems.warning(warning.0.as_str(), warning.1.as_str());
            }
            let exposed = target.hosts.iter().any(|host| !host.place.is_local() && host.scheme == Some(Scheme::Plain));
            if exposed && !target.password.is_empty() {
                problems
                    .warning("password", "crosses the network without encryption, for everybody on the way to read")
                    .help("use https:// or secure=true");
            }
        }
        self.validate_tables(problems);
        problems.nest("tls", |problems| self.tls.validate(problems));
        problems.nest("sending_queue", |problems| self.sending_queue.validate(problems));
        problems.nest("retry_on_failure", |problems| self.retry_on_failure.validate(problems));
    }

    fn references(&self) -> Vec<Reference> {
        self.sending_queue.references("sending_queue")
    }
}

impl Default for Config {
    fn default() -> Self {
        let batch =
            BatchConfig { flush_timeout: Duration::from_secs(1), sizer: Some(Sizer::Items), ..BatchConfig::default() };
        let consumers = const { NonZeroUsize::new(4).unwrap() };
        Self {
            endpoint: Secret::default(),
            username: String::new(),
            password: Secret::default(),
            database: String::new(),
            connection_params: BTreeMap::new(),
            tls: ClientTls::default(),
            create_schema: true,
            ttl: Duration::ZERO,
            compress: Compress::default(),
            async_insert: false,
            json: false,
            logs_table_name: "otel_logs".to_owned(),
            traces_table_name: "otel_traces".to_owned(),
            profiles_table_name: None,
            metrics_table_name: String::new(),
            metrics_tables: MetricsTables::default(),
            cluster_name: String::new(),
            table_engine: TableEngine::default(),
            timeout: Duration::from_secs(30),
            sending_queue: QueueConfig { num_consumers: consumers, batch: Some(batch), ..QueueConfig::default() },
            retry_on_failure: RetryConfig::default(),
        }
    }
}

// === impl Compress ===

impl Compress {
    /// Reads what stands in a connection parameter.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "lz4" | "true" | "1" | "" => Self::Lz4,
            "zstd" => Self::Zstd,
            "gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Br,
            "none" | "false" | "0" => Self::None,
            _ => return None,
        })
    }

    /// What the encoder does.
    pub(super) fn method(self) -> Compression {
        match self {
            Self::Lz4 => Compression::Lz4,
            Self::Zstd => Compression::Zstd,
            Self::Gzip => Compression::Gzip,
            Self::Deflate => Compression::Deflate,
            Self::Br | Self::None => Compression::None,
        }
    }
}

/// Whether an engine shares what it has with other servers and tells repeated inserts by itself.
pub(super) fn is_replicated(engine: &str) -> bool {
    engine.starts_with("Replicated") || engine.starts_with("Shared")
}

//! What users write under `postgres`.

use std::num::NonZeroUsize;

use pipelines::component::{Problems, Reference};
use pipelines::config::{Duration, Secret};
use pipelines::delivery::{BatchConfig, QueueConfig, RetryConfig};
use pipelines::net::tls::ClientTls;
use pipelines::runtime::Sizer;
use schemars::JsonSchema;
use serde::Deserialize;

use super::schema::{SchemaConfig, TimescaleDb};
use super::target::Target;

/// Stores telemetry in PostgreSQL.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// URL of the database: `postgres://user@host:5432/database?sslmode=verify-full`; several hosts are separated by
    /// commas. Default: made of `host`, `port`, `database`.
    pub endpoint: Secret,
    /// Host name, IP address or directory of a Unix socket; several are separated by commas, each may name a port
    /// (`db1:5433`). The first that can be connected to and written to is used. Default `localhost`.
    pub host: String,
    /// Port of the hosts that name none. Default 5432.
    pub port: u16,
    /// Who logs in. Default `postgres`.
    pub username: String,
    /// The password; best from the environment: `${env:PGPASSWORD}`. Default none.
    pub password: Secret,
    /// The database. Default: named as `username`.
    pub database: String,
    /// Whether connections are encrypted and what of the server's certificate is verified: `disable`, `prefer`,
    /// `require`, `verify-full`. Default: as `tls` says, which is `verify-full` if nothing is set.
    pub sslmode: Option<SslMode>,
    /// Encryption: authorities, certificates, versions.
    pub tls: ClientTls,
    /// Longest wait for a connection to one host. Default 10s.
    pub connect_timeout: Duration,
    /// What the server shows in `pg_stat_activity`. Default `tfo`.
    pub application_name: String,
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
    /// Whether tables become hypertables where the extension is installed: `auto` or `off`. Default `auto`.
    pub timescaledb: TimescaleDb,
    /// Bound on one attempt, connecting included, and on every statement at the server. 0s for none. Default 30s.
    pub timeout: Duration,
    /// What may wait in front of the exporter. By default rows of one second, or 8192, are stored at once over at most
    /// 4 connections; one more looks after the tables.
    pub sending_queue: QueueConfig,
    /// What happens after a failed attempt.
    pub retry_on_failure: RetryConfig,
}

/// What connections are protected from, in libpq's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Nothing is encrypted.
    Disable,
    /// Encrypted if the server can; any certificate does. Protects from nobody who is able to interfere.
    Prefer,
    /// Encrypted; any certificate does, unless `tls` names authorities: then as `verify-full`.
    Require,
    /// Encrypted; only a certificate of a trusted authority does. Not built: see `tls.server_name_override`.
    VerifyCa,
    /// Encrypted; only a certificate of a trusted authority with the name of the host does.
    VerifyFull,
}

/// Connections, and batches on their way at once.
const CONSUMERS: NonZeroUsize = NonZeroUsize::new(4).unwrap();
/// Connections when there is no queue, whose consumers would say how many.
const WITHOUT_QUEUE: usize = 16;

// === impl Config ===

impl Config {
    /// What the schema is made from.
    #[must_use]
    pub fn tables(&self) -> SchemaConfig {
        SchemaConfig {
            create_schema: self.create_schema,
            schema: self.schema.clone(),
            views_schema: self.views_schema.clone(),
            retention: self.retention,
            index_attributes: self.index_attributes,
            timescaledb: self.timescaledb,
        }
    }

    /// How many connections there may be at once.
    pub(super) fn connections(&self) -> usize {
        if self.sending_queue.enabled { self.sending_queue.num_consumers.get() } else { WITHOUT_QUEUE }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        self.tables().validate(problems);
        problems.nest("tls", |problems| self.tls.validate(problems));
        problems.nest("sending_queue", |problems| self.sending_queue.validate(problems));
        problems.nest("retry_on_failure", |problems| self.retry_on_failure.validate(problems));
        match Target::new(self) {
            Ok(target) => target.validate(problems),
            Err((path, message)) => {
                problems.error(path, message);
            }
        }
    }

    fn references(&self) -> Vec<Reference> {
        self.sending_queue.references("sending_queue")
    }
}

impl Default for Config {
    fn default() -> Self {
        let SchemaConfig { create_schema, schema, views_schema, retention, index_attributes, timescaledb } =
            SchemaConfig::default();
        let batch = BatchConfig {
            flush_timeout: Duration::from_secs(1),
            min_size: 8192,
            sizer: Some(Sizer::Items),
            ..BatchConfig::default()
        };
        Self {
            endpoint: Secret::default(),
            host: String::new(),
            port: 5432,
            username: String::new(),
            password: Secret::default(),
            database: String::new(),
            sslmode: None,
            tls: ClientTls::default(),
            connect_timeout: Duration::from_secs(10),
            application_name: "tfo".into(),
            create_schema,
            schema,
            views_schema,
            retention,
            index_attributes,
            timescaledb,
            timeout: Duration::from_secs(30),
            sending_queue: QueueConfig { num_consumers: CONSUMERS, batch: Some(batch), ..QueueConfig::default() },
            retry_on_failure: RetryConfig::default(),
        }
    }
}

// === impl SslMode ===

impl SslMode {
    /// Reads libpq's name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "disable" => Self::Disable,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}

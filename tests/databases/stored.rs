//! What a real SDK sends, stored in every database at once: one engine with an exporter for each.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::support::clickhouse::{self, ClickHouse, TABLES};
use crate::support::postgres::{self, Postgres};
use crate::support::{Tfo, checkout, sdk};

/// Who sends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sender {
    Python,
    Node,
    Java,
    Go,
}

/// What was sent, and where it is stored.
pub(crate) struct Stored {
    pub(crate) clickhouse: &'static ClickHouse,
    /// The database of ClickHouse with tables that the engine made.
    pub(crate) newest: String,
    /// That with tables that an older Collector made.
    pub(crate) older: String,
    /// That with attributes of the type JSON.
    pub(crate) json: String,
    pub(crate) postgres: &'static Postgres,
    pub(crate) database: String,
    pub(crate) sqlite: PathBuf,
    /// Export requests in OTLP/JSON, one a line.
    pub(crate) sent: PathBuf,
}

const RELATIONAL: [&str; 7] = [
    "otel_logs",
    "otel_spans",
    "otel_metrics_gauge",
    "otel_metrics_sum",
    "otel_metrics_summary",
    "otel_metrics_histogram",
    "otel_metrics_exp_histogram",
];

const GATEWAY: &str = r#"
receivers:
  otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: "127.0.0.1:0" } } }
exporters:
  clickhouse/newest: { database: {newest}, {clickhouse} }
  clickhouse/older: { database: {older}, {clickhouse}, metrics_tables: { exponential_histogram: { name: otel_metrics_exp_histogram } } }
  clickhouse/json: { database: {json}, json: true, {clickhouse} }
  postgres: { endpoint: "{postgres}", tls: { ca_file: "{ca}" }, {queue} }
  sqlite: { path: "{sqlite}", {queue} }
service:
  pipelines:
    traces: { receivers: [otlp], exporters: [clickhouse/newest, clickhouse/older, clickhouse/json, postgres, sqlite] }
    metrics: { receivers: [otlp], exporters: [clickhouse/newest, clickhouse/older, clickhouse/json, postgres, sqlite] }
    logs: { receivers: [otlp], exporters: [clickhouse/newest, clickhouse/older, clickhouse/json, postgres, sqlite] }
"#;

// === impl Stored ===

impl Stored {
    /// What this SDK sent, once for all tests; `None`, said loudly, where something is not installed.
    pub(crate) fn by(sender: Sender) -> Option<&'static Self> {
        static PYTHON: OnceLock<Option<Stored>> = OnceLock::new();
        static NODE: OnceLock<Option<Stored>> = OnceLock::new();
        static JAVA: OnceLock<Option<Stored>> = OnceLock::new();
        static GO: OnceLock<Option<Stored>> = OnceLock::new();
        let (stored, command, protocol, compression) = match sender {
            Sender::Python => (&PYTHON, sdk::python(), "grpc", "gzip"),
            Sender::Node => (&NODE, sdk::node(), "http/json", "none"),
            Sender::Java => (&JAVA, sdk::java(), "http/protobuf", "gzip"),
            Sender::Go => (&GO, sdk::go(), "grpc", "none"),
        };
        stored.get_or_init(|| Self::store(sender, command?, protocol, compression)).as_ref()
    }

    fn store(sender: Sender, mut command: Command, protocol: &str, compression: &str) -> Option<Self> {
        let clickhouse = ClickHouse::shared("SDKs into ClickHouse")?;
        let postgres = Postgres::shared("SDKs into PostgreSQL")?;
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("databases-{sender:?}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let stored = Self {
            newest: clickhouse.database(),
            older: clickhouse.database(),
            json: clickhouse.database(),
            clickhouse,
            database: postgres.database(),
            postgres,
            sqlite: folder.join("telemetry.db"),
            sent: folder.join("sent.jsonl"),
        };
        let older = std::fs::read_to_string(checkout("tests/databases/older.sql")).unwrap();
        older.split(";\n").filter(|sql| !sql.trim().is_empty()).for_each(|sql| clickhouse.execute(&stored.older, sql));
        let tfo = Tfo::start(&stored.gateway());
        let sent = sdk::send(&tfo, &mut command, protocol, compression);
        std::fs::write(&stored.sent, sent).unwrap();
        let (status, log) = tfo.stop();
        assert!(status.success(), "tfo ended with {status}: {log:#?}");
        Some(stored)
    }

    fn gateway(&self) -> String {
        // Who sends waits for each signal in turn.
        let queue = "sending_queue: { batch: { flush_timeout: 50ms } }";
        let (user, password) = (clickhouse::USER, clickhouse::PASSWORD);
        let clickhouse = format!("endpoint: '{}', username: {user}, password: {password}", self.clickhouse.url());
        let postgres = format!(
            "postgresql://{}:{}@127.0.0.1:{}/{}",
            postgres::USER,
            postgres::PASSWORD,
            self.postgres.port(),
            self.database
        );
        GATEWAY
            .replace("{clickhouse}", &format!("{clickhouse}, {{queue}}"))
            .replace("{queue}", queue)
            .replace("{newest}", &self.newest)
            .replace("{older}", &self.older)
            .replace("{json}", &self.json)
            .replace("{postgres}", &postgres)
            .replace("{ca}", self.postgres.ca().to_str().unwrap())
            .replace("{sqlite}", self.sqlite.to_str().unwrap())
    }

    /// Every row of a database of ClickHouse, with the table it is in: one object a line.
    pub(crate) fn rows_of_clickhouse(&self, database: &str) -> String {
        let mut lines = String::new();
        for row in self.clickhouse.rows(database, "SHOW TABLES") {
            let table = row["name"].as_str().unwrap();
            // As in HyperDX.
            let name = table.replace("exp_histogram", "exponential_histogram");
            if TABLES.contains(&name.as_str()) {
                let rows = self.clickhouse.json(database, &format!("SELECT * FROM {table}"));
                rows.lines().for_each(|row| lines += &format!("{{\"table\":\"{name}\",\"row\":{row}}}\n"));
            }
        }
        lines
    }

    /// Every row of PostgreSQL, with its table, resource and scope: one object a line.
    pub(crate) fn rows_of_postgres(&self) -> String {
        let read = |table: &&str| {
            let sql = format!(
                "SELECT '{table}' AS table, to_jsonb(d) || jsonb_build_object('resource', to_jsonb(r), 'scope', to_jsonb(s)) \
                 AS row FROM {table} d LEFT JOIN otel_resources r ON r.id = d.resource_id \
                 LEFT JOIN otel_scopes s ON s.id = d.scope_id"
            );
            self.postgres.json(&self.database, &sql)
        };
        RELATIONAL.iter().flat_map(read).map(|row| row + "\n").collect()
    }
}

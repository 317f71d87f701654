//! The engine of ClickHouse behind its HTTP interface; what that does not cover: tests/clickhouse-front/README.md.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::server::{Folder, Server, free_port};

/// Who may use it.
pub(crate) const USER: &str = "tfo";
pub(crate) const PASSWORD: &str = "secret";

/// Every table, as the Collector and tfo name them.
pub(crate) const TABLES: [&str; 7] = [
    "otel_logs",
    "otel_traces",
    "otel_metrics_gauge",
    "otel_metrics_sum",
    "otel_metrics_summary",
    "otel_metrics_histogram",
    "otel_metrics_exponential_histogram",
];

/// A server of a test's own, stopped with it.
pub(crate) struct ClickHouse {
    server: Server,
    port: u16,
    databases: AtomicU32,
}

/// What a server answered to a query: a status of HTTP, the code of the error if it is one, and the text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: Option<u32>,
    pub(crate) text: String,
}

// === impl ClickHouse ===

impl ClickHouse {
    /// Starts one; `None`, said loudly, where the engine is not installed.
    pub(crate) fn start(test: &str) -> Option<Self> {
        Self::start_in(test, None)
    }

    /// One that all tests of a file share.
    pub(crate) fn shared(test: &str) -> Option<&'static Self> {
        static SHARED: OnceLock<Option<ClickHouse>> = OnceLock::new();
        let start = || Self::start(test).inspect(|shared| shared.server.show_log_on_panic());
        SHARED.get_or_init(start).as_ref()
    }

    /// One with its data in this folder, instead of its own.
    pub(crate) fn start_in(test: &str, data: Option<&Path>) -> Option<Self> {
        let python = interpreter(test)?;
        let (folder, port) = (Folder::new("clickhouse", "KILL"), free_port());
        let mut command = Command::new(python);
        command.arg(super::checkout("tests/clickhouse-front/front.py")).env("PYTHONDONTWRITEBYTECODE", "1");
        command.args(["--user", USER, "--password", PASSWORD, "--port", &port.to_string()]);
        command.arg("--path").arg(data.map_or_else(|| folder.path.join("data"), |data| data.join("clickhouse")));
        command.arg("--fail-file").arg(folder.path.join("fail"));
        let server = Server::start("ClickHouse", folder, command, || is_up(port));
        Some(Self { server, port, databases: AtomicU32::new(0) })
    }

    /// `http://127.0.0.1:PORT`, for an exporter's `endpoint`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A fresh database.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("default", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Runs a statement.
    pub(crate) fn execute(&self, database: &str, sql: &str) {
        let answer = self.ask(database, sql).unwrap();
        assert_eq!(answer.status, 200, "{sql}\n{}", answer.text);
    }

    /// The rows of a query, each an object; 64-bit integers are numbers, and NaN and infinities strings.
    pub(crate) fn rows(&self, database: &str, sql: &str) -> Vec<Value> {
        let row = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.json(database, sql).lines().map(row).collect()
    }

    /// The same as text, one object a line, with every digit.
    pub(crate) fn json(&self, database: &str, sql: &str) -> String {
        let answer = self.ask(database, &format!("{sql} FORMAT JSONEachRow")).unwrap();
        assert_eq!(answer.status, 200, "{sql}\n{}", answer.text);
        answer.text
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, database: &str, table: &str) -> u64 {
        self.rows(database, &format!("SELECT count() AS n FROM {table}"))[0]["n"].as_u64().unwrap()
    }

    /// What the server says to a query, good or bad; an error when nobody answers.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> std::io::Result<Answer> {
        let settings = "output_format_json_quote_64bit_integers=0&output_format_json_quote_denormals=1";
        let mut stream = TcpStream::connect(self.address())?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let head = format!(
            "POST /?database={database}&{settings} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
             X-ClickHouse-User: {USER}\r\nX-ClickHouse-Key: {PASSWORD}\r\nContent-Length: {}\r\n\r\n",
            sql.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(sql.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        read(&String::from_utf8_lossy(&answer)).ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
    }

    /// From now on this happens to every query: `503 Code: 252. DB::Exception: ... (TOO_MANY_PARTS)`, `cut` or `hang 30`.
    pub(crate) fn fail(&self, what: &str) {
        let (new, file) = (self.server.path("fail.new"), self.server.path("fail"));
        std::fs::write(&new, what).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    /// From now on it works again.
    pub(crate) fn heal(&self) {
        let _ = std::fs::remove_file(self.server.path("fail"));
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        self.server.kill();
    }

    /// Starts it anew on the same port with the same data.
    pub(crate) fn restart(&self) {
        self.server.restart(|| is_up(self.port));
    }

    /// The process and its log.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
}

/// The Python that has the engine.
pub(crate) fn interpreter(test: &str) -> Option<PathBuf> {
    let installed = || Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("clickhouse/bin/python");
    let python = std::env::var_os("TFO_TEST_CLICKHOUSE").map_or_else(installed, PathBuf::from);
    if !python.is_file() {
        super::skip(test, &format!("no ClickHouse engine at {}: run `make setup`", python.display()));
        return None;
    }
    Some(python)
}

fn is_up(port: u16) -> bool {
    let ping = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"GET /ping HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    };
    ping().is_ok_and(|answer| answer.ends_with("Ok.\n"))
}

fn read(answer: &str) -> Option<Answer> {
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let code = head.lines().find_map(|line| line.strip_prefix("X-ClickHouse-Exception-Code: ")?.parse().ok());
    Some(Answer { status, code, text: text.to_owned() })
}

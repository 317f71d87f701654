//! ClickHouse as the backend: its engine behind the HTTP front of the tests, on the CPU of the load.

use super::Args;
use super::measure::{Guard, read};
use crate::{Error, process};
use serde_json::Value;
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Who inserts.
pub(super) const USER: &str = "bench";
pub(super) const PASSWORD: &str = "bench";
/// Where the peers make their tables.
pub(super) const DATABASE: &str = "bench";

/// How long it may take to listen.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// Starts it with its data below `directory`.
pub(super) fn start(args: &Args, cpu: usize, directory: &Path, listen: SocketAddr) -> Result<Guard, Error> {
    let front = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("clickhouse-front").join("front.py");
    let log = directory.join("clickhouse.log");
    let mut command = Command::new(&args.clickhouse);
    command.arg(front).args(["--user", USER, "--password", PASSWORD, "--port", &listen.port().to_string()]);
    command.arg("--path").arg(directory.join("clickhouse")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
    let server = Guard(process::spawn_on(cpu, &mut command)?);
    let started = Instant::now();
    while counters(listen).is_err() {
        if started.elapsed() > READY_WITHIN {
            return Err(format!("ClickHouse does not start: {}", std::fs::read_to_string(&log)?).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(server)
}

/// How many rows there are of each signal, and the bytes they take on disk; tables need not exist yet.
pub(super) fn counters(server: SocketAddr) -> Result<Value, Error> {
    let query = format!(
        "SELECT sumIf(total_rows, name = 'otel_logs') AS logs, sumIf(total_rows, name = 'otel_traces') AS traces, \
         sumIf(total_rows, startsWith(name, 'otel_metrics')) AS metrics, sum(total_bytes) AS bytes \
         FROM system.tables WHERE database = '{DATABASE}' FORMAT JSONEachRow"
    );
    let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let settings = "output_format_json_quote_64bit_integers=0";
    read(server, &format!("/?user={USER}&password={PASSWORD}&{settings}&query={query}"))
}

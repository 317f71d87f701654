//! Rows in PostgreSQL: what the exporter stores, and the same rows from a file by COPY, binary and text, and by one INSERT
//! for each row, into the same tables with the same indexes.

mod server;

use super::measure::{Guard, free_addresses, number};
use super::peer::Peer;
use super::{Args, scenario::Scenario};
use crate::args::Signal;
use crate::{Error, process};
use serde_json::{Value, json};
use server::Server;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Requests of 100 items that are stored.
const REQUESTS: usize = 3000;
/// Rows that are inserted one by one.
const ONE_BY_ONE: usize = 2000;
/// On their way at once, on each connection: with the exporter's groups of 8192 items there must be several groups.
const STREAMS: usize = 128;
/// Wall time of the exporter over that of COPY from a binary file, at most.
const GOAL: f64 = 1.5;

/// One way of storing rows.
struct Way {
    name: &'static str,
    rows: f64,
    seconds: f64,
    server_cpu: f64,
    client_cpu: Option<f64>,
    peak_rss_mib: Option<f64>,
}

/// Measures and prints; whether every row arrived.
pub(super) fn run(args: &Args, load_cpu: usize) -> Result<bool, Error> {
    let Some(programs) = server::programs() else {
        eprintln!("!!! postgres is left out: no PostgreSQL is installed; `make setup` does that");
        return Ok(true);
    };
    let [listen, address] = free_addresses()?;
    let server = Server::start(&programs, address)?;
    let (stored, sent) = exported(args, load_cpu, &server, listen)?;
    let is_complete = stored.rows == number(&sent["items_acked"]) && stored.rows > 0.0;
    let mut ways = vec![stored];
    let tables = tables(&server, args.signal)?;
    ways.push(copied(&server, &tables, "COPY binary", "FORMAT binary")?);
    ways.push(copied(&server, &tables, "COPY text", "FORMAT text")?);
    ways.push(inserted(&server, &tables)?);
    let by_wall = ways[0].seconds_per_million() / ways[1].seconds_per_million();
    if args.json {
        for way in &ways {
            println!("{}", way.line(args.signal));
        }
    } else {
        println!(
            "\npostgres: {} x 100 per request, {} rows\nway           rows/s   wall s/M  server CPU-s/M  tfo CPU-s/M  RSS MiB",
            args.signal, ways[0].rows
        );
        ways.iter().for_each(|way| println!("{}", way.text()));
        println!("wall time of tfo is {by_wall:.2} of COPY binary (goal {GOAL})");
    }
    if !is_complete {
        eprintln!(
            "!!! {} rows are stored, {} items were acknowledged: {}",
            ways[0].rows, sent["items_acked"], sent["last_error"]
        );
    }
    Ok(is_complete)
}

/// Stores requests through the exporter, each acknowledged once it is committed.
fn exported(
    args: &Args,
    load_cpu: usize,
    server: &Server,
    listen: std::net::SocketAddr,
) -> Result<(Way, Value), Error> {
    let directory = tempfile::tempdir()?;
    let peer = Peer::Tfo.start(args, Scenario::Postgres, directory.path(), listen, server.address)?;
    // The tables are made with the first of them, and the files of the write-ahead log, which are used again from then on.
    send(args, load_cpu, listen, REQUESTS)?;
    let sql = |table: &String| format!("TRUNCATE {table};");
    server.ask(&(tables(server, args.signal)?.iter().map(sql).collect::<String>() + "CHECKPOINT;"))?;
    let before = (process::cpu_seconds(peer.pid())?, server.cpu_seconds()?, Instant::now());
    let sent = send(args, load_cpu, listen, REQUESTS)?;
    let seconds = before.2.elapsed().as_secs_f64();
    let rows = count(server, &tables(server, args.signal)?)?;
    let way = Way {
        name: "tfo",
        rows,
        seconds,
        server_cpu: server.cpu_seconds()? - before.1,
        client_cpu: Some(process::cpu_seconds(peer.pid())? - before.0),
        peak_rss_mib: Some(process::peak_rss_mib(peer.pid())?),
    };
    Ok((way, sent))
}

fn send(args: &Args, load_cpu: usize, listen: std::net::SocketAddr, requests: usize) -> Result<Value, Error> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["send", "--signal", args.signal.name(), "--endpoint", &listen.to_string()]);
    command.args(["--connections", &args.connections.to_string(), "--streams", &STREAMS.to_string()]);
    command.args(["--requests", &requests.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    Guard(process::spawn_on(load_cpu, &mut command)?).result()
}

/// The tables that hold rows of the signal.
fn tables(server: &Server, signal: Signal) -> Result<Vec<String>, Error> {
    let like = match signal {
        Signal::Logs => "otel_logs",
        Signal::Traces => "otel_spans",
        Signal::Metrics => "otel_metrics_%",
    };
    let sql = format!(
        "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace AND relname LIKE '{like}'"
    );
    Ok(server.ask(&sql)?.lines().map(str::to_owned).collect())
}

fn count(server: &Server, tables: &[String]) -> Result<f64, Error> {
    let sql: Vec<_> = tables.iter().map(|table| format!("(SELECT count(*) FROM {table})")).collect();
    Ok(server.ask(&format!("SELECT {}", sql.join(" + ")))?.parse()?)
}

/// Writes the rows to files, empties the tables and reads them back in.
fn copied(server: &Server, tables: &[String], name: &'static str, format: &str) -> Result<Way, Error> {
    let rows = count(server, tables)?;
    let file = |table: &String| server.file(table).display().to_string();
    let out =
        |table: &String| format!("COPY (SELECT * FROM {table}) TO '{}' ({format}); TRUNCATE {table};", file(table));
    server.ask(&(tables.iter().map(out).collect::<String>() + "CHECKPOINT;"))?;
    let read: String = tables.iter().map(|table| format!("COPY {table} FROM '{}' ({format});", file(table))).collect();
    let (seconds, server_cpu) = timed(server, &read)?;
    Ok(Way { name, rows, seconds, server_cpu, client_cpu: None, peak_rss_mib: None })
}

/// Inserts rows of the first table that has any, each in a transaction of its own.
fn inserted(server: &Server, tables: &[String]) -> Result<Way, Error> {
    let full =
        tables.iter().find(|table| server.ask(&format!("SELECT 1 FROM {table} LIMIT 1")).is_ok_and(|one| one == "1"));
    let table = full.ok_or("no table has rows")?;
    let insert =
        format!("SELECT format('INSERT INTO {table} SELECT (%L::{table}).*;', t) FROM {table} t LIMIT {ONE_BY_ONE}");
    let inserts = server.ask(&insert)?;
    let rows = inserts.lines().count() as f64;
    server.ask(&format!("TRUNCATE {table}; CHECKPOINT;"))?;
    let (seconds, server_cpu) = timed(server, &inserts)?;
    Ok(Way { name: "INSERT", rows, seconds, server_cpu, client_cpu: None, peak_rss_mib: None })
}

/// Wall time and the server's CPU seconds of statements.
fn timed(server: &Server, sql: &str) -> Result<(f64, f64), Error> {
    let (cpu, started) = (server.cpu_seconds()?, Instant::now());
    server.ask(sql)?;
    let seconds = started.elapsed().as_secs_f64();
    Ok((seconds, server.cpu_seconds()? - cpu))
}

// === impl Way ===

impl Way {
    fn seconds_per_million(&self) -> f64 {
        self.seconds / self.rows * 1e6
    }

    fn per_million(&self, seconds: f64) -> f64 {
        seconds / self.rows * 1e6
    }

    fn line(&self, signal: Signal) -> Value {
        json!({
            "scenario": "postgres",
            "signal": signal.name(),
            "way": self.name,
            "rows": self.rows,
            "rows_per_second": (self.rows / self.seconds).round(),
            "server_cpu_seconds_per_million": self.per_million(self.server_cpu),
            "tfo_cpu_seconds_per_million": self.client_cpu.map(|cpu| self.per_million(cpu)),
            "peak_rss_mib": self.peak_rss_mib,
        })
    }

    fn text(&self) -> String {
        let shown = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.2}"));
        format!(
            "{:12} {:8.0} {:9.2} {:14.2} {:>13} {:>9}",
            self.name,
            self.rows / self.seconds,
            self.seconds_per_million(),
            self.per_million(self.server_cpu),
            shown(self.client_cpu.map(|cpu| self.per_million(cpu))),
            shown(self.peak_rss_mib),
        )
    }
}

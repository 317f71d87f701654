//! `tfo quickstart`: a collector that needs no file, and telemetry that `tfo query` shows a moment later.

use std::path::PathBuf;

use super::Exit;
use super::files::Files;
use crate::render;

/// What runs; the README and `make quickstart` speak of the same.
const PRESET: &str = include_str!("../../pipelines/presets/quickstart.yaml");

/// Arguments of `tfo quickstart`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File that telemetry is stored in; it is made if it does not exist
    #[arg(long, value_name = "PATH", env = "TFO_DB", default_value = "telemetry.db")]
    db: PathBuf,
    /// Set one value on top, e.g. `receivers.otlp.protocols.http.endpoint=127.0.0.1:4319`
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let db = args.db.display();
    let query = match args.db.to_str() {
        Some("telemetry.db") => String::new(),
        _ => format!(" --db {db}"),
    };
    let place = match args.set.is_empty() {
        true => "OTLP/gRPC to 127.0.0.1:4317 or OTLP/HTTP to http://127.0.0.1:4318",
        false => "OTLP to where it listens",
    };
    render::err(&format!(
        "Send {place}; it is stored in {db}.\n\
         Then look at it from another terminal: tfo query logs{query}\n\
         Ctrl-C ends it.\n",
    ));
    // As YAML reads it in quotes, where a dollar sign would begin a variable.
    let path = serde_json::Value::from(db.to_string()).to_string().replace('$', "$$");
    let sets = [format!("exporters.sqlite.path={path}")].into_iter().chain(args.set.iter().cloned());
    let files = Files::of(vec![format!("yaml:{PRESET}")], sets.collect());
    super::run::run(super::run::Args::of(files))
}

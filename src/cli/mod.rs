//! The command line: one file per command.

mod components;
mod config;
pub(crate) mod dry_run;
mod exit;
mod explain;
pub(crate) mod files;
mod graph;
mod init;
mod keys;
#[cfg(feature = "sqlite")]
mod query;
#[cfg(feature = "sqlite")]
mod quickstart;
mod reload;
mod run;
mod schema;
mod validate;

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

pub(crate) use self::exit::Exit;

/// Node agent, gateway collector, and the proof of a telemetry pipeline before it runs.
#[derive(Debug, Parser)]
#[command(name = "tfo", version, arg_required_else_help = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take in OTLP on this machine and store it in a file for `tfo query`; needs no configuration
    #[cfg(feature = "sqlite")]
    Quickstart(quickstart::Args),
    /// Run as node agent; without `-c` with the first `tfo-agent.yaml` in ., ./configs, /etc/tfo-agent, $HOME/.tfo-agent
    Agent(run::Args),
    /// Run as gateway collector
    Collector(run::Args),
    /// Have a running process read its files again
    Reload(reload::Args),
    /// Check files: YAML, fields, graph, expressions; touches nothing
    Validate(validate::Args),
    /// Push records through the pipelines and show what every node does to them; sends nothing
    DryRun(dry_run::Args),
    /// Show the pipelines as a graph
    Graph(graph::Args),
    /// List the components, or show one of them
    Components(components::Args),
    /// Print the JSON schema of configuration files, or the SQL of tables
    Schema(schema::Args),
    /// Explain an error code such as E0101
    Explain(explain::Args),
    /// Write the first configuration of a host's agent or of a gateway, and its systemd unit; overwrites nothing
    Init(init::Args),
    /// Look at the effective configuration
    Config(config::Args),
    /// Look at what the embedded store (exporter `sqlite`) holds
    #[cfg(feature = "sqlite")]
    Query(query::Args),
    /// Make API keys and the lines that go into key files
    Keys(keys::Args),
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Runs the command that `arguments` name and returns its exit code.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    match parse(arguments.into_iter().collect()) {
        Ok(cli) => match cli.command {
            Command::Agent(args) => run::agent(args),
            Command::Collector(args) => run::run(args),
            #[cfg(feature = "sqlite")]
            Command::Quickstart(args) => quickstart::run(&args),
            Command::Reload(args) => reload::run(&args),
            Command::Validate(args) => validate::run(&args),
            Command::DryRun(args) => dry_run::run(&args),
            Command::Graph(args) => graph::run(&args),
            Command::Components(args) => components::run(&args),
            Command::Schema(args) => schema::run(&args),
            Command::Explain(args) => explain::run(&args),
            Command::Init(args) => init::run(&args),
            Command::Config(args) => config::run(&args),
            #[cfg(feature = "sqlite")]
            Command::Query(args) => query::run(&args),
            Command::Keys(args) => keys::run(args),
        },
        Err(error) => {
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            // The terminal may be gone; the exit code still tells.
            let _ = error.print();
            code
        }
    }
}

/// `tfo-agent` and `tfo-collector` as the program's name stand for the command; the version is theirs, too.
fn parse(mut arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let name = arguments.first().and_then(|name| Path::new(name).file_name()).and_then(|name| name.to_str());
    let command = match name {
        Some("tfo-agent") => "agent",
        Some("tfo-collector") => "collector",
        _ => return parsed(arguments),
    };
    let asks_version = arguments.get(1).is_some_and(|first| first == "--version" || first == "-V");
    if !asks_version {
        arguments.insert(1, command.into());
    }
    parsed(arguments)
}

/// An agent finds its file by itself.
fn parsed(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let command = Cli::command().mut_subcommand("agent", |agent| agent.mut_arg("config", |arg| arg.required(false)));
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

//! `tfo config print`: the effective configuration.

use clap::Subcommand;
use pipelines::config::print;

use super::Exit;
use super::files::Files;
use crate::render;

/// Arguments of `tfo config`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the merged configuration with every `${...}` filled in, an agent file as the pipelines it becomes; secrets
    /// are redacted
    Print(PrintArgs),
}

/// Arguments of `tfo config print`.
#[derive(Debug, clap::Args)]
struct PrintArgs {
    #[command(flatten)]
    files: Files,
    /// Say behind each value which file and line, variable or argument it came from
    #[arg(long)]
    origin: bool,
    /// Print an agent file in its own words
    #[arg(long)]
    agent: bool,
}

pub(super) fn run(args: &Args) -> Exit {
    let Command::Print(args) = &args.command;
    let (root, loaded) = args.files.tree(args.agent);
    loaded.print();
    match root.filter(|_| !loaded.diagnostics.has_errors()) {
        Some(root) => {
            render::out(&print(&root, args.origin.then_some(&loaded.sources)));
            Exit::Fine
        }
        None => loaded.exit(),
    }
}

//! `tfo graph`: the pipelines as text, Mermaid, dot or JSON.

use clap::ValueEnum;

use super::Exit;
use super::files::Files;
use crate::render;

/// Arguments of `tfo graph`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// How the graph is printed
    #[arg(long, value_enum, default_value_t)]
    format: GraphFormat,
}

/// How the graph is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Indented text
    #[default]
    Text,
    /// A Mermaid flowchart
    Mermaid,
    /// Graphviz
    Dot,
    /// One JSON document
    Json,
}

pub(super) fn run(args: &Args) -> Exit {
    let plan = match args.files.plan() {
        Ok(plan) => plan,
        Err(exit) => return exit,
    };
    match args.format {
        GraphFormat::Text => render::out(&render::graph::text(&plan)),
        GraphFormat::Mermaid => render::out(&render::graph::mermaid(&plan)),
        GraphFormat::Dot => render::out(&render::graph::dot(&plan)),
        GraphFormat::Json => render::json(&render::graph::json(&plan)),
    }
    Exit::Fine
}

//! `tfo validate`: every error of the files at once.

use serde_json::json;

use super::files::Files;
use super::{Exit, Format};
use crate::render;

/// Arguments of `tfo validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// How what was found is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Exit {
    let loaded = args.files.load();
    if args.format == Format::Json {
        render::json(&json!({
            "valid": loaded.plan.is_some(),
            "diagnostics": render::diagnostics::json(&loaded.diagnostics, &loaded.sources),
        }));
    } else {
        loaded.print();
        if let Some(plan) = &loaded.plan {
            let (nodes, pipelines) = (plan.nodes.len(), plan.pipelines.len());
            render::out(&format!("{} is valid: {pipelines} pipelines, {nodes} nodes\n", args.files.names()));
        }
    }
    if loaded.plan.is_some() { Exit::Fine } else { loaded.exit() }
}

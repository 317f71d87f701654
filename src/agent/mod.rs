//! Agent files: what `tfo agent` is told in the words of the platform's guide, turned into pipelines.
//!
//! ```yaml
//! telemetryflow:
//!   api_key_id: "${TELEMETRYFLOW_API_KEY_ID}"
//!   api_key_secret: "${TELEMETRYFLOW_API_KEY_SECRET}"
//!   endpoint: collector.example:4317
//! agent: { name: web-1, tags: { environment: production } }
//! collectors: { node_exporter: { enabled: true, interval: 15s } }
//! ```
//!
//! An agent file is checked strictly by its sections' types, and what it becomes is an ordinary tree of receivers,
//! processors, exporters and extensions, in which every value stands where the agent file has it. So whatever a
//! component finds wrong with its settings is reported with the line of the agent file.

mod check;
pub(crate) mod lookup;
mod sections;
mod shape;
mod spelling;
#[cfg(test)]
mod tests;
mod translate;
mod tree;
mod unbuilt;
mod without_effect;

use std::path::PathBuf;

use pipelines::config::{Diagnostics, Environment, Node, from_node};

use self::sections::File;
use self::shape::{Shape, shape};
use self::tree::Origin;

/// The pipelines of a file.
pub(crate) struct Pipelines {
    /// The tree, which has no sections of agent files.
    pub(crate) root: Node,
    /// Where the agent keeps what outlives it, if it was an agent file.
    pub(crate) state: Option<PathBuf>,
}

/// The pipelines of a file: its own, or those that an agent file becomes. `None` when an error was reported.
pub(crate) fn pipelines(
    mut root: Node,
    environment: &dyn Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Pipelines> {
    match shape(&root, diagnostics)? {
        Shape::Pipelines => Some(Pipelines { root, state: None }),
        Shape::Agent => {
            let before = diagnostics.errors();
            without_effect::refuse(&mut root, diagnostics);
            spelling::modernise(&mut root, diagnostics);
            let file: Option<File> = from_node(&root, diagnostics);
            let origin = Origin(&root);
            unbuilt::refuse(origin, diagnostics);
            let file = file?;
            check::check(&file, origin, diagnostics);
            // Errors of the translated tree would follow from these.
            (diagnostics.errors() == before).then(|| translate::translate(&file, origin, environment))
        }
    }
}

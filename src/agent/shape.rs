//! Whether a file is one of the agent or one of pipelines.

use pipelines::config::{Diagnostic, Diagnostics, Key, Node, code, did_you_mean};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Receivers, processors, exporters and pipelines.
    Pipelines,
    /// The agent's sections.
    Agent,
}

/// Sections that only agent files have.
const AGENT: [&str; 4] = ["telemetryflow", "agent", "collectors", "integrations"];
/// Sections of agent files that somebody may have meant as something else.
const PERHAPS: [&str; 5] = ["heartbeat", "exporter", "buffer", "logging", "prometheus_server"];
/// Sections of pipeline files.
const PIPELINES: [&str; 6] = ["receivers", "processors", "exporters", "connectors", "extensions", "service"];

/// What the file is; `None` if it is both, which is an error.
pub(super) fn shape(root: &Node, diagnostics: &mut Diagnostics) -> Option<Shape> {
    let first = |keys: &[&str]| keys.iter().find_map(|key| root.find(key)).map(|(key, _)| key);
    match (first(&AGENT), first(&PIPELINES)) {
        (Some(agent), Some(pipelines)) => {
            diagnostics.push(both(agent, pipelines));
            None
        }
        (Some(_), None) => Some(Shape::Agent),
        (None, None) if first(&PERHAPS).is_some() || root.as_map().is_some_and(has_meant) => Some(Shape::Agent),
        (None, _) => Some(Shape::Pipelines),
    }
}

/// Whether a section of agent files is there, misspelt.
fn has_meant(entries: &[(Key, Node)]) -> bool {
    entries.iter().any(|(key, _)| did_you_mean(key.text(), AGENT).is_some())
}

fn both(agent: &Key, pipelines: &Key) -> Diagnostic {
    let message = format!(
        "`{}` belongs to an agent file and `{}` to a pipeline file; a configuration is one of both",
        agent.text(),
        pipelines.text()
    );
    let error = Diagnostic::error(&code::SHAPE, message).at(pipelines.span);
    error.help("`tfo config print` shows the pipelines an agent file becomes, to go on from there")
}

//! Whether the exporters can be used that readers name: found out before anything starts, as with all others.

use super::metrics::Metrics;
use super::reader::Push;
use crate::component::{Kind, Problems, Registry};
use crate::config::{Diagnostic, Diagnostics, Node, Sources, code, parse};

const PLACE: &str = "service.telemetry.metrics.readers";

/// Reports readers whose exporter is not built in or would refuse its settings.
pub(in super::super) fn check(metrics: &Metrics, root: &Node, registry: &Registry, diagnostics: &mut Diagnostics) {
    for push in &metrics.push {
        if let Err(reason) = refused(push, registry) {
            let message = format!("{PLACE}: a periodic reader cannot be used: {reason}");
            diagnostics.push(Diagnostic::error(&code::INVALID_VALUE, message).at(root.nearest(PLACE)));
        }
    }
}

fn refused(push: &Push, registry: &Registry) -> Result<(), String> {
    let (kind, settings) = &push.exporter;
    let found = registry.find(Kind::Exporter, kind).ok_or_else(|| format!("no exporter `{kind}` is built in"))?;
    // JSON is YAML; the places of what is wrong with it mean nothing to whoever wrote the reader.
    let (mut sources, mut wrong) = (Sources::default(), Diagnostics::default());
    let source = sources.add("reader", settings.to_string());
    let read = parse(&sources, source, &mut wrong)
        .and_then(|node| found.component.parse(&node, &format!("exporter {kind}"), &mut wrong));
    let Some(config) = read else {
        return Err(wrong.iter().next().map(|one| one.message.clone()).unwrap_or_default());
    };
    let mut problems = Problems::default();
    found.component.validate(&config, &mut problems);
    match problems.into_vec().into_iter().find(|problem| !problem.warning) {
        Some(problem) => Err(format!("{} {}", problem.path, problem.message).trim_start().to_owned()),
        None => Ok(()),
    }
}

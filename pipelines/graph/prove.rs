//! Every node of a plan is built once before anything runs: what only the place in a pipeline shows to be wrong, such
//! as a property of spans in a pipeline of logs, is then an error of the file and not of the start.

use super::plan::{Plan, PlanNode};
use crate::component::{BuildContext, Extensions, Failure, Kind};
use crate::config::{Diagnostic, Diagnostics, code};
use crate::runtime::extensions;

/// Reports every node that cannot be built. Building does no I/O and starts nothing.
pub(super) fn prove(plan: &Plan, diagnostics: &mut Diagnostics) {
    let extensions = match extensions::services(plan) {
        Ok(services) => services,
        Err(error) => return diagnostics.push(Diagnostic::error(&code::INVALID_VALUE, error.to_string())),
    };
    for node in &plan.nodes {
        if let Err(failure) = build(plan, node, &extensions) {
            let declared = plan.declared(node);
            let place = plan.place(node).map_or_else(String::new, |place| format!(" (in {place})"));
            let message = format!("{}.{}{place}: {failure}", declared.component.kind.section(), declared.id);
            diagnostics.push(Diagnostic::error(&code::INVALID_VALUE, message).at(declared.span));
        }
    }
}

fn build(plan: &Plan, node: &PlanNode, extensions: &Extensions) -> Result<(), Failure> {
    let declared = plan.declared(node);
    let (component, config) = (declared.component, &declared.config);
    let cx =
        BuildContext { signal: node.signal, extensions: extensions.clone(), ..BuildContext::new(declared.id.clone()) };
    match node.kind {
        Kind::Receiver => component.build_receiver(config, &cx).map(drop),
        Kind::Processor | Kind::Connector => component.build_processor(config, &cx).map(drop),
        Kind::Exporter => component.build_exporter(config, &cx).map(drop),
        Kind::Extension => component.build_extension(config, &cx).map(drop),
    }
}

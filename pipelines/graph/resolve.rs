//! From a configuration tree to a [`Plan`], reporting everything that is wrong at once.

use std::collections::HashSet;

use super::connect::{Cycle, connect};
use super::declare::{self, Sections};
use super::plan::{Declared, Pipeline, Plan};
use super::prove::prove;
use super::{reference, service, telemetry};
use crate::component::{Kind, Registry};
use crate::config::{Diagnostic, Diagnostics, Node, code};

/// Makes a plan of a configuration. `None` when `diagnostics` holds an error afterwards.
pub fn resolve(root: &Node, registry: &Registry, diagnostics: &mut Diagnostics) -> Option<Plan> {
    let sections = declare::sections(root, registry, diagnostics);
    let service = service::read(root, &sections, diagnostics);
    telemetry::check(&service.telemetry.metrics, root, registry, diagnostics);
    check_connectors(&sections, &service.pipelines, diagnostics);
    let used = used(&service);
    reference::check(&sections, &used, &service.extensions, registry, diagnostics);
    warn_unused(&sections, &used, &service, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let Sections { declared, .. } = sections;
    let nodes = match connect(&declared, &service.pipelines) {
        Ok(nodes) => nodes,
        Err(cycle) => {
            diagnostics.push(cycle_error(&cycle, &declared));
            return None;
        }
    };
    let service::Service { pipelines, extensions, telemetry, broken: _ } = service;
    let plan = Plan { declared, pipelines, nodes, extensions, telemetry };
    prove(&plan, diagnostics);
    (!diagnostics.has_errors()).then_some(plan)
}

fn check_connectors(sections: &Sections, pipelines: &[Pipeline], diagnostics: &mut Diagnostics) {
    for (at, declared) in sections.declared.iter().enumerate() {
        if declared.component.kind != Kind::Connector {
            continue;
        }
        let id = &declared.id;
        let signals = |end: fn(&Pipeline) -> &[usize]| -> HashSet<_> {
            let using = pipelines.iter().filter(|pipeline| end(pipeline).contains(&at));
            using.map(|pipeline| pipeline.id.signal).collect()
        };
        let fed = signals(|pipeline| &pipeline.exporters);
        let read = signals(|pipeline| &pipeline.receivers);
        let mut report = |message: String, help: &str| {
            diagnostics.push(Diagnostic::error(&code::CONNECTOR_ENDS, message).at(declared.span).help(help));
        };
        for signal in fed.difference(&read) {
            report(
                format!("connector `{id}` is an exporter of {signal} but no {signal} pipeline receives from it"),
                "name it under `receivers` of another pipeline of the same signal",
            );
        }
        for signal in read.difference(&fed) {
            report(
                format!("connector `{id}` is a receiver of {signal} but no {signal} pipeline exports to it"),
                "name it under `exporters` of another pipeline of the same signal",
            );
        }
    }
}

/// The components that pipelines or `service.extensions` name, as indices into the declared ones.
fn used(service: &service::Service) -> HashSet<usize> {
    let in_pipelines = service
        .pipelines
        .iter()
        .flat_map(|pipeline| pipeline.receivers.iter().chain(&pipeline.processors).chain(&pipeline.exporters));
    in_pipelines.chain(&service.extensions).copied().collect()
}

fn warn_unused(sections: &Sections, used: &HashSet<usize>, service: &service::Service, diagnostics: &mut Diagnostics) {
    for (at, declared) in sections.declared.iter().enumerate() {
        if !used.contains(&at) && !service.broken {
            let kind = declared.component.kind.name();
            let what = if kind == "extension" { "`service.extensions`" } else { "any pipeline" };
            diagnostics.push(
                Diagnostic::warning(&code::UNUSED, format!("{kind} `{}` is not used by {what}", declared.id))
                    .at(declared.span),
            );
        }
    }
}

fn cycle_error(cycle: &Cycle, declared: &[Declared]) -> Diagnostic {
    let names: Vec<String> = cycle.0.iter().map(|at| format!("`{}`", declared[*at].id)).collect();
    let message = format!("the pipelines form a cycle through {}", names.join(" and "));
    let at = cycle.0.first().and_then(|at| declared[*at].span);
    Diagnostic::error(&code::CYCLE, message)
        .at(at)
        .help("telemetry must flow one way: break the cycle at one connector")
}

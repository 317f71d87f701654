//! The `service` section: which extensions start and how pipelines are wired.

use std::collections::HashSet;

use super::declare::Sections;
use super::id::{component_id, pipeline_id};
use super::plan::Pipeline;
use super::shape::map;
use super::telemetry::{self, Settings};
use crate::Signal;
use crate::component::{ComponentId, Kind};
use crate::config::{Diagnostic, Diagnostics, Key, Node, code, did_you_mean};

/// What the `service` section says.
#[derive(Default)]
pub(super) struct Service {
    pub(super) pipelines: Vec<Pipeline>,
    pub(super) extensions: Vec<usize>,
    pub(super) telemetry: Settings,
    /// Whether an error was reported, so that what seems unused may only be misspelt.
    pub(super) broken: bool,
}

/// Reads the `service` section.
pub(super) fn read(root: &Node, sections: &Sections, diagnostics: &mut Diagnostics) -> Service {
    let before = diagnostics.errors();
    let mut service = Service::default();
    // What is no map has been reported.
    let mut has_pipelines = root.as_map().is_none();
    let entries = root.find("service").map_or_else(Default::default, |(_, node)| map(node, "service", diagnostics));
    for (key, node) in entries {
        match key.text() {
            "extensions" => service.extensions = extensions(node, sections, diagnostics),
            "telemetry" => service.telemetry = telemetry::read(node, diagnostics),
            "pipelines" => {
                has_pipelines = node.as_map().map_or_else(|| !node.is_null(), |pipelines| !pipelines.is_empty());
                service.pipelines = pipelines(node, sections, diagnostics);
            }
            other => diagnostics.push(unknown(key, &format!("unknown key `{other}` in service"), &KEYS)),
        }
    }
    if !has_pipelines {
        let span = root.find("service").map_or(root.span, |(key, _)| key.span);
        let error = Diagnostic::error(&code::MISSING_SECTION, "service must have at least one pipeline");
        diagnostics.push(error.at(Some(span)).help("wire receivers to exporters under `service.pipelines`"));
    }
    service.broken = diagnostics.errors() > before;
    service
}

const KEYS: [&str; 3] = ["extensions", "pipelines", "telemetry"];
const PIPELINE_KEYS: [&str; 3] = ["receivers", "processors", "exporters"];

fn extensions(node: &Node, sections: &Sections, diagnostics: &mut Diagnostics) -> Vec<usize> {
    let ids = ids(node, "service.extensions", diagnostics);
    ids.into_iter()
        .filter_map(|(id, node)| find(&[Kind::Extension], "service.extensions", &id, node, sections, diagnostics))
        .collect()
}

fn pipelines(node: &Node, sections: &Sections, diagnostics: &mut Diagnostics) -> Vec<Pipeline> {
    let entries = map(node, "service.pipelines", diagnostics);
    entries.iter().filter_map(|(key, body)| pipeline(key, body, sections, diagnostics)).collect()
}

fn pipeline(key: &Key, body: &Node, sections: &Sections, diagnostics: &mut Diagnostics) -> Option<Pipeline> {
    let id = match pipeline_id(key.text()) {
        Ok(id) => id,
        Err(reason) => {
            let signals = Signal::ALL.map(Signal::name);
            let meant = did_you_mean(key.text().split('/').next().unwrap_or_default(), signals);
            diagnostics.push(Diagnostic::error(&code::BAD_ID, reason).at(Some(key.span)).suggest(meant));
            return None;
        }
    };
    let place = format!("service.pipelines.{id}");
    let mut pipeline =
        Pipeline { id, receivers: Vec::new(), processors: Vec::new(), exporters: Vec::new(), span: Some(key.span) };
    let mut present = HashSet::new();
    // What is malformed has been reported; that an end is missing then says nothing new.
    let mut malformed = !body.is_null() && body.as_map().is_none();
    for (key, list) in map(body, &place, diagnostics) {
        let at = format!("{place}.{}", key.text());
        let (kinds, into): (&[Kind], _) = match key.text() {
            "receivers" => (&[Kind::Receiver, Kind::Connector], &mut pipeline.receivers),
            "processors" => (&[Kind::Processor], &mut pipeline.processors),
            "exporters" => (&[Kind::Exporter, Kind::Connector], &mut pipeline.exporters),
            other => {
                diagnostics.push(unknown(key, &format!("unknown key `{other}` in {place}"), &PIPELINE_KEYS));
                malformed = true;
                continue;
            }
        };
        let before = diagnostics.errors();
        let ids = ids(list, &at, diagnostics);
        malformed |= diagnostics.errors() > before;
        if !ids.is_empty() {
            present.insert(key.text().to_owned());
        }
        for (id, node) in ids {
            let Some(found) = find(kinds, &at, &id, node, sections, diagnostics) else { continue };
            if into.contains(&found) {
                let message = format!("{at} references `{id}` more than once");
                diagnostics.push(Diagnostic::error(&code::TWICE, message).at(Some(node.span)).help("name it once"));
                continue;
            }
            check_signal(&pipeline.id, found, &at, node, sections, diagnostics);
            into.push(found);
        }
    }
    for end in ["receivers", "exporters"] {
        if !present.contains(end) && !malformed {
            let one = end.trim_end_matches('s');
            let message = format!("{place} must have at least one {one}");
            diagnostics.push(Diagnostic::error(&code::INCOMPLETE, message).at(Some(key.span)));
        }
    }
    Some(pipeline)
}

fn check_signal(
    pipeline: &super::plan::PipelineId,
    found: usize,
    at: &str,
    node: &Node,
    sections: &Sections,
    diagnostics: &mut Diagnostics,
) {
    let component = sections.declared[found].component;
    let about = &component.about;
    if !about.signals.contains(&pipeline.signal) {
        let carried: Vec<&str> = about.signals.iter().map(|signal| signal.name()).collect();
        let (kind, name) = (component.kind.name(), about.name);
        let message = format!("{at}: {kind} `{name}` does not carry {}, only {}", pipeline.signal, carried.join(", "));
        diagnostics.push(Diagnostic::error(&code::SIGNAL, message).at(Some(node.span)));
    }
}

/// The declared component a list means. Nothing is reported about one that was refused where it is declared.
fn find(
    kinds: &[Kind],
    at: &str,
    id: &ComponentId,
    node: &Node,
    sections: &Sections,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
    let mut refused = false;
    for kind in kinds {
        match sections.find(*kind, id) {
            Ok(found) => return Some(found),
            Err(written) => refused |= written,
        }
    }
    if !refused {
        let known: Vec<String> = kinds.iter().flat_map(|kind| sections.names(*kind)).collect();
        let kind = kinds.first().map_or("component", |kind| kind.name());
        let message = format!("{at} references {kind} `{id}` which is not configured");
        let mut error = Diagnostic::error(&code::NOT_CONFIGURED, message)
            .at(Some(node.span))
            .suggest(did_you_mean(&id.to_string(), known.iter().map(String::as_str)));
        if known.is_empty() {
            let section = kinds.first().map_or("", |kind| kind.section());
            error = error.help(format!("declare it: write `{id}:` under `{section}`"));
        } else {
            error = error.help(format!("configured are: {}", known.join(", ")));
        }
        diagnostics.push(error);
    }
    None
}

/// The ids of a list. A single id stands for a list of one, as upstream.
fn ids<'a>(node: &'a Node, at: &str, diagnostics: &mut Diagnostics) -> Vec<(ComponentId, &'a Node)> {
    if node.is_null() {
        return Vec::new();
    }
    let one = std::slice::from_ref(node);
    let nodes = match node.as_seq() {
        Some(nodes) => nodes,
        None if node.as_str().is_some() => one,
        None => {
            let message = format!("{at} is {}, expected a list of ids", node.kind());
            diagnostics.push(Diagnostic::error(&code::SHAPE, message).at(Some(node.span)));
            return Vec::new();
        }
    };
    let mut ids = Vec::with_capacity(nodes.len());
    for node in nodes {
        let id = match node.as_str() {
            Some(text) => component_id(text),
            None => Err(format!("{at} holds {}, expected an id", node.kind())),
        };
        match id {
            Ok(id) => ids.push((id, node)),
            Err(reason) => {
                let mut error = Diagnostic::error(&code::BAD_ID, reason).at(Some(node.span));
                if node.is_null() {
                    error = error
                        .help("YAML reads a bare `null` as nothing: write `\"null\"` for the component".to_owned());
                }
                diagnostics.push(error);
            }
        }
    }
    ids
}

fn unknown(key: &Key, message: &str, known: &[&'static str]) -> Diagnostic {
    Diagnostic::error(&code::UNKNOWN_FIELD, message)
        .at(Some(key.span))
        .suggest(did_you_mean(key.text(), known.iter().copied()))
        .help(format!("allowed here: {}", known.join(", ")))
}

//! The sections of a file: which components it declares, with their configurations.

use std::collections::HashMap;

use super::digest::Digest;
use super::id::component_id;
use super::plan::Declared;
use crate::component::{Component, ComponentId, Kind, Problem, Problems, Registry};
use crate::config::{Diagnostic, Diagnostics, Key, Node, Value, code, did_you_mean, missing_blank};

/// Top-level keys besides the sections of components.
const SERVICE: &str = "service";

/// Everything the sections declare.
#[derive(Default)]
pub(super) struct Sections {
    /// Components that are known and whose configuration could be read.
    pub(super) declared: Vec<Declared>,
    /// Every id that is written down, by kind; `None` when an error was reported about it.
    written: HashMap<(Kind, ComponentId), Option<usize>>,
    /// Sections whose absence or failure has been reported, so that ids which should be there are no further news.
    lost: Vec<Kind>,
}

/// Reads every section of the file.
pub(super) fn sections(root: &Node, registry: &Registry, diagnostics: &mut Diagnostics) -> Sections {
    let mut sections = Sections::default();
    let Some(entries) = root.as_map() else {
        let message =
            format!("the configuration is {}, expected a map of receivers, exporters and service", root.kind());
        diagnostics.push(Diagnostic::error(&code::SHAPE, message).at(Some(root.span)));
        return sections;
    };
    for (key, body) in entries {
        match Kind::ALL.into_iter().find(|kind| kind.section() == key.text()) {
            Some(kind) => sections.read(kind, body, registry, diagnostics),
            None if key.text() == SERVICE => {}
            None => {
                let unknown = unknown_top(key);
                let meant = Kind::ALL.into_iter().find(|kind| unknown.suggestion.as_deref() == Some(kind.section()));
                sections.lost.extend(meant);
                diagnostics.push(unknown);
            }
        }
    }
    for (kind, what) in [(Kind::Receiver, "receivers"), (Kind::Exporter, "exporters")] {
        if !sections.written.keys().any(|(written, _)| *written == kind) && !sections.lost.contains(&kind) {
            sections.lost.push(kind);
            let message = format!("no {} configuration specified: nothing is declared under `{what}`", kind.name());
            diagnostics.push(Diagnostic::error(&code::MISSING_SECTION, message).at(Some(root.span)));
        }
    }
    sections.check_ambiguous(diagnostics);
    // Where an extension was refused itself, whoever names it is no further news.
    diagnostics.retain(|diagnostic| {
        let named = diagnostic.extension.as_deref().and_then(|id| component_id(id).ok());
        named.is_none_or(|id| sections.find(Kind::Extension, &id) != Err(true))
    });
    sections
}

fn unknown_top(key: &Key) -> Diagnostic {
    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.section()).chain([SERVICE]).collect();
    let message = format!("unknown top-level key `{}`", key.text());
    Diagnostic::error(&code::UNKNOWN_FIELD, message)
        .at(Some(key.span))
        .suggest(did_you_mean(key.text(), known.iter().copied()))
        .help(format!("allowed here: {}", known.join(", ")))
}

// === impl Sections ===

impl Sections {
    /// The declared component that a pipeline's list means: `Err(true)` when it is written down but was refused.
    pub(super) fn find(&self, kind: Kind, id: &ComponentId) -> Result<usize, bool> {
        match self.written.get(&(kind, id.clone())) {
            Some(Some(at)) => Ok(*at),
            Some(None) => Err(true),
            None => Err(self.lost.contains(&kind)),
        }
    }

    /// The ids written down in a section.
    pub(super) fn names(&self, kind: Kind) -> Vec<String> {
        let mut names: Vec<String> =
            self.written.keys().filter(|(written, _)| *written == kind).map(|(_, id)| id.to_string()).collect();
        names.sort();
        names
    }

    fn read(&mut self, kind: Kind, section: &Node, registry: &Registry, diagnostics: &mut Diagnostics) {
        if section.is_null() {
            self.lost.extend(diagnostics.unfilled_at(section.span).then_some(kind));
            return;
        }
        let Some(entries) = section.as_map() else {
            let message = format!("`{}` is {}, expected a map of {} ids", kind.section(), section.kind(), kind.name());
            let error = Diagnostic::error(&code::SHAPE, message).at(Some(section.span));
            diagnostics.push(match section.as_str().and_then(missing_blank) {
                Some(help) => error.help(help),
                None => error.help(format!("write one `type:` or `type/name:` a line below `{}`", kind.section())),
            });
            self.lost.push(kind);
            return;
        };
        for (key, body) in entries {
            match component_id(key.text()) {
                Ok(id) => self.declare(kind, id, key, body, registry, diagnostics),
                Err(reason) => {
                    self.lost.push(kind);
                    diagnostics.push(Diagnostic::error(&code::BAD_ID, reason).at(Some(key.span)));
                }
            }
        }
    }

    fn declare(
        &mut self,
        kind: Kind,
        id: ComponentId,
        key: &Key,
        body: &Node,
        registry: &Registry,
        diagnostics: &mut Diagnostics,
    ) {
        if self.written.contains_key(&(kind, id.clone())) {
            let message = format!("{} `{id}` is declared twice", kind.name());
            return diagnostics.push(Diagnostic::error(&code::BAD_ID, message).at(Some(key.span)));
        }
        let declared = match registry.find(kind, &id.kind) {
            None => {
                diagnostics.push(unknown_component(kind, &id, key, registry));
                None
            }
            Some(found) => {
                if found.by_alias {
                    diagnostics.push(old_name(kind, &id, key, found.component));
                }
                configure(found.component, &id, key, body, diagnostics)
            }
        };
        let at = declared.map(|declared| {
            self.declared.push(declared);
            self.declared.len() - 1
        });
        self.written.insert((kind, id), at);
    }

    fn check_ambiguous(&self, diagnostics: &mut Diagnostics) {
        for connector in self.declared.iter().filter(|declared| declared.component.kind == Kind::Connector) {
            for kind in [Kind::Receiver, Kind::Exporter] {
                if self.written.contains_key(&(kind, connector.id.clone())) {
                    let name = kind.name();
                    let message = format!("`{}` names both a connector and the {name}", connector.id);
                    diagnostics.push(
                        Diagnostic::error(&code::AMBIGUOUS, message)
                            .at(connector.span)
                            .help("give one of them a name behind a slash, e.g. `forward/2`"),
                    );
                }
            }
        }
    }
}

fn unknown_component(kind: Kind, id: &ComponentId, key: &Key, registry: &Registry) -> Diagnostic {
    let known: Vec<&str> = registry.of(kind).map(|component| component.about.name).collect();
    Diagnostic::error(
        &code::UNKNOWN_COMPONENT,
        format!("unknown {} type `{}`: it is not built in", kind.name(), id.kind),
    )
    .at(Some(key.span))
    .suggest(did_you_mean(&id.kind, known.iter().copied()))
    .help(format!("built in are: {}", known.join(", ")))
}

fn old_name(kind: Kind, id: &ComponentId, key: &Key, component: &Component) -> Diagnostic {
    let (old, new) = (&id.kind, component.about.name);
    Diagnostic::warning(&code::OLD_NAME, format!("{} type `{old}` is an old name of `{new}`", kind.name()))
        .at(Some(key.span))
        .help(format!("write `{new}` instead"))
}

fn configure(
    component: &'static Component,
    id: &ComponentId,
    key: &Key,
    body: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<Declared> {
    let place = format!("{}.{id}", component.kind.section());
    let config = component.parse(body, &place, diagnostics)?;
    if holds_unfilled(body, diagnostics) {
        return None;
    }
    let mut problems = Problems::default();
    component.validate(&config, &mut problems);
    let problems = problems.into_vec();
    let sound = problems.iter().all(|problem| problem.warning);
    problems.iter().for_each(|problem| diagnostics.push(diagnostic(problem, &place, key, body)));
    let references = Declared::located(component.references(&config), body);
    let digest = Digest::of(component, body);
    sound.then(|| Declared { id: id.clone(), component, config, references, digest, span: Some(key.span) })
}

/// Whether a `${...}` in it could not be filled in, so that checks would complain about what has been reported.
fn holds_unfilled(node: &Node, diagnostics: &Diagnostics) -> bool {
    match &node.value {
        Value::Seq(elements) => elements.iter().any(|element| holds_unfilled(element, diagnostics)),
        Value::Map(entries) => entries.iter().any(|(_, node)| holds_unfilled(node, diagnostics)),
        Value::Null => diagnostics.has_errors() && diagnostics.unfilled_at(node.span),
        _ => false,
    }
}

/// `actions.0.key` as configurations are written in messages: `actions[0].key`.
fn with_brackets(path: &str) -> String {
    let mut written = String::with_capacity(path.len() + 1);
    for step in path.split('.').filter(|step| !step.is_empty()) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            written.extend(["[", step, "]"]);
        } else {
            written.extend([".", step]);
        }
    }
    written
}

/// A component's problem at the value it is about, or at the nearest thing above it that is written down.
fn diagnostic(problem: &Problem, place: &str, key: &Key, body: &Node) -> Diagnostic {
    let span = body.nearest(&problem.path).unwrap_or(key.span);
    let span = match problem.within {
        Some((start, end)) => span.within(start, end),
        None => span,
    };
    let path = format!("{place}{}", with_brackets(&problem.path));
    let message = format!("{path}: {}", problem.message);
    let diagnostic = match (problem.warning, problem.code) {
        (true, _) => Diagnostic::warning(&code::QUESTIONABLE, message),
        (false, Some(id)) => Diagnostic::error(code::find(id), message),
        (false, None) => Diagnostic::error(&code::INVALID_VALUE, message),
    };
    let diagnostic = Diagnostic { extension: problem.extension.clone(), ..diagnostic.at(Some(span)).about(path) };
    match &problem.help {
        Some(help) => diagnostic.help(help.clone()),
        None => diagnostic,
    }
}

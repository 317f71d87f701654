//! Values that name extensions: each must be declared, started, and do what is asked of it.

use std::collections::HashSet;

use super::declare::Sections;
use super::id::component_id;
use super::plan::Declared;
use crate::component::{Kind, Reference, Registry};
use crate::config::{Diagnostic, Diagnostics, Span, code, did_you_mean};

/// Reports every extension that a used component names in vain.
pub(super) fn check(
    sections: &Sections,
    used: &HashSet<usize>,
    started: &[usize],
    registry: &Registry,
    diagnostics: &mut Diagnostics,
) {
    for (at, declared) in sections.declared.iter().enumerate().filter(|(at, _)| used.contains(at)) {
        for (reference, span) in &declared.references {
            if let Some(error) = wrong(at, declared, reference, sections, started, registry) {
                diagnostics.push(error.at(span.or(declared.span)));
            }
        }
    }
}

fn wrong(
    at: usize,
    declared: &Declared,
    reference: &Reference,
    sections: &Sections,
    started: &[usize],
    registry: &Registry,
) -> Option<Diagnostic> {
    let Reference { path, id: text, service } = reference;
    let place = format!("{}.{}.{path}", declared.component.kind.section(), declared.id);
    let id = match component_id(text) {
        Ok(id) => id,
        Err(reason) => return Some(Diagnostic::error(&code::BAD_ID, format!("{place}: {reason}"))),
    };
    let found = match sections.find(Kind::Extension, &id) {
        Ok(found) => found,
        // It is written down and was refused there.
        Err(true) => return None,
        Err(false) => {
            let known = sections.names(Kind::Extension);
            let message = format!("{place} references extension `{id}` which is not configured");
            let meant = did_you_mean(&id.to_string(), known.iter().map(String::as_str));
            let help = match known.is_empty() {
                true => format!("declare it under `extensions` and add it to service.extensions: [{id}]"),
                false => format!("configured are: {}", known.join(", ")),
            };
            return Some(Diagnostic::error(&code::NOT_CONFIGURED, message).suggest(meant).help(help));
        }
    };
    if !sections.declared[found].component.serves.contains(service) {
        let able = registry.of(Kind::Extension).filter(|extension| extension.serves.contains(service));
        let able: Vec<&str> = able.map(|extension| extension.about.name).collect();
        let message = format!("{place}: extension `{id}` cannot {}", service.name());
        let help = format!("extensions that can: {}", able.join(", "));
        return Some(Diagnostic::error(&code::INVALID_VALUE, message).help(help));
    }
    if !started.contains(&found) {
        let message = format!("{place} references extension `{id}` which is not started");
        let help = format!("add it to service.extensions: [{id}]");
        return Some(Diagnostic::error(&code::NOT_CONFIGURED, message).help(help));
    }
    if names(found, at, sections) {
        let message = match found == at {
            true => format!("{place} references the extension it belongs to"),
            false => format!("{place} references extension `{id}`, which needs this one in turn"),
        };
        return Some(Diagnostic::error(&code::INVALID_VALUE, message).help("name another extension"));
    }
    None
}

/// Whether one component is the other, or names it, maybe through others.
fn names(one: usize, other: usize, sections: &Sections) -> bool {
    let (mut waiting, mut seen) = (vec![one], HashSet::new());
    while let Some(at) = waiting.pop() {
        if at == other {
            return true;
        }
        if seen.insert(at) {
            let ids = sections.declared[at].references.iter().filter_map(|(named, _)| component_id(&named.id).ok());
            waiting.extend(ids.filter_map(|id| sections.find(Kind::Extension, &id).ok()));
        }
    }
    false
}

// === impl Declared ===

impl Declared {
    /// Where its references stand.
    pub(super) fn located(references: Vec<Reference>, body: &crate::config::Node) -> Vec<(Reference, Option<Span>)> {
        references.into_iter().map(|reference| (reference.clone(), body.nearest(&reference.path))).collect()
    }
}

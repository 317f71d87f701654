//! The lines above the items of a scope, shared by all signals.

use std::fmt::Write;

use pipelines::otlp::view::{AttributesView, ResourceView, ScopeView};

use super::value::Typed;

/// What the groups of a signal are called.
#[derive(Clone, Copy)]
pub(super) struct Names {
    /// `ResourceSpans`
    pub(super) resource: &'static str,
    /// `ScopeSpans`
    pub(super) scope: &'static str,
}

/// Writes every field of the resource itself.
pub(super) fn resource(names: Names, at: usize, resource: &ResourceView<'_>, out: &mut String) {
    let _ = writeln!(out, "{} #{at}\nResource SchemaURL: {}", names.resource, resource.schema_url());
    attributes("Resource attributes", resource.attributes(), out);
}

/// Writes every field of the scope itself.
pub(super) fn scope(names: Names, at: usize, scope: &ScopeView<'_>, out: &mut String) {
    let _ = writeln!(out, "{} #{at}\n{} SchemaURL: {}", names.scope, names.scope, scope.schema_url());
    let _ = writeln!(out, "InstrumentationScope {} {}", scope.name(), scope.version());
    attributes("InstrumentationScope attributes", scope.attributes(), out);
}

/// Writes a heading and one line for every attribute; nothing for none.
pub(super) fn attributes(heading: &str, attributes: AttributesView<'_>, out: &mut String) {
    if attributes.is_empty() {
        return;
    }
    let _ = writeln!(out, "{heading}:");
    for (key, value) in attributes {
        let _ = writeln!(out, "     -> {key}: {}", Typed(value));
    }
}

/// The same one level deeper.
pub(super) fn inner_attributes(heading: &str, attributes: AttributesView<'_>, out: &mut String) {
    if attributes.is_empty() {
        return;
    }
    let _ = writeln!(out, "     -> {heading}:");
    for (key, value) in attributes {
        let _ = writeln!(out, "          -> {key}: {}", Typed(value));
    }
}

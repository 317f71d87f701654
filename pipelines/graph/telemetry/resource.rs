//! `service.telemetry.resource`: who the process says it is.

use super::super::shape::map;
use crate::config::{Diagnostic, Diagnostics, Node, code};

/// Attributes by name, in order; `None` takes one away that would be there by itself.
pub type Resource = Vec<(String, Option<String>)>;

const PLACE: &str = "service.telemetry.resource";

/// Reads a map of names to text or nothing, or `attributes: [{name, value}]`.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Resource {
    let mut resource = Resource::new();
    for (key, value) in map(node, PLACE, diagnostics) {
        match key.text() {
            "attributes" if value.as_seq().is_some() => {
                for entry in value.as_seq().unwrap_or_default() {
                    let name = entry.find("name").and_then(|(_, name)| name.as_str());
                    match (name, entry.find("value").map(|(_, value)| value)) {
                        (Some(name), Some(value)) => add(&mut resource, name, value, diagnostics),
                        _ => {
                            let message = format!("{PLACE}.attributes holds what has no name and value");
                            diagnostics.push(Diagnostic::error(&code::INVALID_VALUE, message).at(entry.span));
                        }
                    }
                }
            }
            "schema_url" => {}
            "detectors" => {
                let message = format!("{PLACE}.detectors has no effect: attributes are taken from the file alone");
                diagnostics.push(Diagnostic::warning(&code::QUESTIONABLE, message).at(key.span));
            }
            name => add(&mut resource, name, value, diagnostics),
        }
    }
    resource
}

fn add(resource: &mut Resource, name: &str, value: &Node, diagnostics: &mut Diagnostics) {
    if value.is_null() {
        return resource.push((name.to_owned(), None));
    }
    match value.as_str() {
        Some(text) => resource.push((name.to_owned(), Some(text.to_owned()))),
        None => {
            let message = format!("{PLACE}.{name} is {}, expected text or null", value.kind());
            let error = Diagnostic::error(&code::INVALID_VALUE, message).at(value.span);
            diagnostics.push(error.help("put it in quotes"));
        }
    }
}
